/** Every failure Fengsui can raise. Codes are public API: add freely, never rename. */
const catalogue = {
  ABORTED: { retryable: false, text: 'the caller gave up' },
  TIMEOUT: { retryable: true, text: 'no answer in time' },
  NOT_FOUND: { retryable: false, text: 'there is no such thing' },
  CONFLICT: { retryable: false, text: 'it changed meanwhile, or exists already' },
  FORBIDDEN: { retryable: false, text: 'not allowed' },
  INVALID: { retryable: false, text: 'the input is not valid' },
  UNAVAILABLE: { retryable: true, text: 'not reachable just now' },
  PROTOCOL: { retryable: false, text: 'the bytes received make no sense' },
  OVERLOADED: { retryable: true, text: 'too much at once' },
  GATEWAY_OFFLINE: { retryable: true, text: 'the gateway is offline' },
  GATEWAY_UNKNOWN: { retryable: false, text: 'no gateway with this id was ever seen' },
  CHALLENGE_EXPIRED: { retryable: true, text: 'the signed request came too late, or twice' },
  COMMAND_EXPIRED: { retryable: false, text: 'the command came after its time, and was not done' },
  CLOCK_UNTRUSTED: { retryable: true, text: 'the gateway cannot trust its clock; the command must answer a challenge' },
  APPROVAL_REQUIRED: { retryable: false, text: 'a second person must sign the command, too' },
  OUTCOME_UNKNOWN: { retryable: false, text: 'whether the command was done is not known' },
  NOT_PROVEN: { retryable: false, text: 'the command was done, and what should prove it did not come' },
  INTERLOCK: { retryable: false, text: 'the state that the command requires does not hold' },
  DEVICE_UNREACHABLE: { retryable: true, text: 'the device does not answer' },
  CONFIG: { retryable: false, text: 'the configuration is not valid' },
  BUS_TIMEOUT: { retryable: true, text: 'the device did not answer in time' },
  BUS_CRC: { retryable: true, text: 'the answer was damaged on the line' },
  BUS_EXCEPTION: { retryable: true, text: 'the device refused the request' },
  BUS_REPLY: { retryable: true, text: 'the answer does not fit the request' },
  BUS_DOWN: { retryable: true, text: 'the bus cannot be reached' },
  LINE: { retryable: false, text: 'the input or output line cannot be used' },
  DRIVER_MISSING: { retryable: false, text: 'an optional driver is not installed' },
  JOURNAL: { retryable: true, text: 'the journal cannot store or read' },
  STORE: { retryable: true, text: 'the platform cannot store or read' },
  CLAIM_UNKNOWN: { retryable: false, text: 'the authority has made no such claim code' },
  CLAIM_EXPIRED: { retryable: false, text: 'the claim code has expired' },
  CLAIM_CANCELLED: { retryable: false, text: 'the claim code was cancelled' },
  CLAIM_USED: { retryable: false, text: 'the claim code was used by another gateway' },
} as const satisfies Record<string, { retryable: boolean; text: string }>;

export type ErrorCode = keyof typeof catalogue;

/** What was wrong, where, and what to do stands in `message`; the machine-readable part in `code` and `details`. */
export class FengsuiError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'FengsuiError';
  readonly code: C;
  /** Whether the same call may succeed later with nothing changed. */
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: C, what?: string, options: { details?: Record<string, unknown>; cause?: unknown } = {}) {
    super(what ?? catalogue[code].text, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = catalogue[code].retryable;
    this.details = options.details ?? {};
  }

  /** Of a command to a device: by which the gateway tells what became of it. */
  get auditId(): string | undefined {
    const id = this.details['auditId'];
    return typeof id === 'string' ? id : undefined;
  }

  /** Narrow by code; without codes, whatever the code. Compares names, so it also works when two copies of the package are loaded. */
  static is<C extends ErrorCode>(e: unknown, ...codes: readonly C[]): e is FengsuiError<C> {
    return (
      e instanceof Error &&
      e.name === 'FengsuiError' &&
      'code' in e &&
      (codes.length === 0 || codes.some((c) => c === e.code))
    );
  }
}

export const isErrorCode = (text: unknown): text is ErrorCode =>
  typeof text === 'string' && Object.hasOwn(catalogue, text);

export const errorCodes: readonly ErrorCode[] = Object.keys(catalogue).filter(isErrorCode);

/** The message of anything thrown, with the messages of its causes: what to log or show. */
export function describeError(e: unknown): string {
  if (!(e instanceof Error)) return String(e);
  return e.cause === undefined ? e.message : `${e.message}: ${describeError(e.cause)}`;
}
