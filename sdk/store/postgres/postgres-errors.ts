import { type ErrorCode, FengsuiError } from '../../model/errors.ts';

/** What became of a statement, by SQLSTATE (postgresql.org/docs/current/errcodes-appendix.html). The longest prefix counts. */
const states: Readonly<Record<string, readonly [code: ErrorCode, advice: string]>> = {
  '08': ['UNAVAILABLE', 'the connection was lost; try again'],
  '22': ['INVALID', 'a value cannot be stored'],
  '25006': ['UNAVAILABLE', 'this server only reads: give the address of the primary'],
  '28': ['FORBIDDEN', 'the server refuses the user or the password'],
  '3D000': ['NOT_FOUND', 'there is no such database: create it with createdb'],
  '40': ['UNAVAILABLE', 'two changes were in each other’s way; try again'],
  '42501': ['FORBIDDEN', 'the user lacks a right; see the grants in docs/STORE.md'],
  '53': ['UNAVAILABLE', 'the server is out of connections, memory or disk'],
  '54': ['INVALID', 'a value is too large or too deep'],
  '55P03': ['TIMEOUT', 'another transaction holds a lock for too long'],
  '57014': ['TIMEOUT', 'the statement took longer than `statementTimeoutMs`'],
  '57': ['UNAVAILABLE', 'the server is stopping or starting; try again'],
};

/** What Node and the driver say when there is nobody at the other end. */
const away =
  /ECONN|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|EAI_AGAIN|ENOENT|terminated|timeout|not queryable/i;

/** @param where the server and the database, never with a password */
export function postgresError(cause: unknown, where: string): FengsuiError {
  if (FengsuiError.is(cause)) return cause;
  const state = sqlStateOf(cause);
  const known = states[state] ?? states[state.slice(0, 2)];
  if (known) return new FengsuiError(known[0], `${where}: ${known[1]}`, { details: { where, state }, cause });
  const text = cause instanceof Error ? `${cause.message} ${codeOf(cause)}` : '';
  if (away.test(text))
    return new FengsuiError(
      'UNAVAILABLE',
      `${where} cannot be reached in time: is the server running, is the address right, and are there enough connections?`,
      {
        details: { where },
        cause,
      },
    );
  return new FengsuiError('STORE', `${where} refuses: look at the cause`, { details: { where, state }, cause });
}

/** Whether there is no partition for a row. */
export const isWithoutMonth = (e: unknown): boolean => sqlStateOf(e) === '23514';

const codeOf = (e: unknown): string => (e instanceof Error && 'code' in e && typeof e.code === 'string' ? e.code : '');

/** Five characters; what Node itself throws has a longer code. */
export function sqlStateOf(e: unknown): string {
  const code = codeOf(e);
  return /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code) ? code : '';
}
