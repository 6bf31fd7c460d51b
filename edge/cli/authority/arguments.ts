import { type Lang, languageOf } from '../terminal/language.ts';
import { need } from '../terminal/need.ts';

/** Which authority, and in what language. @throws FengsuiError INVALID */
export function where(values: { readonly folder?: string | undefined; readonly lang?: string | undefined }): {
  readonly folder: string;
  readonly lang: Lang;
} {
  const folder = need(values.folder, 'which authority? Add --folder and the folder that it is kept in');
  return { folder, lang: languageOf(values.lang, process.env) };
}
