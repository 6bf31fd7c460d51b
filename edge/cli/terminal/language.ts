import { FengsuiError } from '../../../sdk/model/errors.ts';

export const languages = ['en', 'zh'] as const;
export type Lang = (typeof languages)[number];
/** The same in each language. */
export type Said = Readonly<Record<Lang, string>>;

/** A sentence with its gaps `{}` filled, in order. */
export function filled(sentence: string, ...parts: readonly string[]): string {
  const rest = parts.values();
  return sentence.replaceAll('{}', () => rest.next().value ?? '');
}

/** What `--lang` says, else the locale of the terminal. @throws FengsuiError INVALID */
export function languageOf(wanted: string | undefined, env: Readonly<Record<string, string | undefined>>): Lang {
  if (wanted === undefined)
    return (env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '').startsWith('zh') ? 'zh' : 'en';
  const found = languages.find((lang) => lang === wanted);
  if (found) return found;
  throw new FengsuiError('INVALID', `--lang ${wanted}: expected ${languages.join(' or ')}`);
}
