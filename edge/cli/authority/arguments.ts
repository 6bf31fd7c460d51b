import { FengsuiError } from '../../../sdk/model/errors.ts';
import { type Lang, languageOf } from '../terminal/language.ts';

/** Which authority, and in what language. @throws FengsuiError INVALID */
export function where(values: { readonly folder?: string | undefined; readonly lang?: string | undefined }): {
  readonly folder: string;
  readonly lang: Lang;
} {
  const folder = need(values.folder, 'which authority? Add --folder and the folder that it is kept in');
  return { folder, lang: languageOf(values.lang, process.env) };
}

/** @throws FengsuiError INVALID with the question */
export function need(value: string | undefined, question: string): string {
  if (value === undefined) throw new FengsuiError('INVALID', question);
  return value;
}

/** Besides what a command prints: certificates and codes go where the output goes. */
export const tell = (text: string): void => void process.stderr.write(`${text}\n`);
