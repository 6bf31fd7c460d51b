import { FengsuiError } from '../../../sdk/model/errors.ts';

/** What was given; else asks for it. Nothing, as of an unset variable of the shell, is not given. @throws FengsuiError INVALID with the question */
export function need(value: string | undefined, question: string): string {
  if (value === undefined || value === '') throw new FengsuiError('INVALID', question);
  return value;
}
