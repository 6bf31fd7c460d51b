import { FengsuiError } from '../../../sdk/model/errors.ts';

/** One thing that is wrong with a configuration: where, what, and what to do. */
export type ConfigProblem = { readonly path: readonly (string | number)[]; readonly message: string };

/** `buses[0].devices[2].unit` */
export const pathText = (path: ConfigProblem['path']): string =>
  path.map((p, i) => (typeof p === 'number' ? `[${p}]` : `${i > 0 ? '.' : ''}${p}`)).join('');

export const configError = (file: string, lines: readonly string[]): FengsuiError<'CONFIG'> =>
  new FengsuiError('CONFIG', `${file} is not a valid configuration:\n${lines.map((line) => `  ${line}`).join('\n')}`, {
    details: { file, problems: lines },
  });
