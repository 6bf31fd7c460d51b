import type { Command, Data } from '../wire/request.ts';
import type { Site } from '../wire/topics.ts';
import type { Requests } from './requests.ts';
import type { CallOptions } from './time-limit.ts';

export type ActionOptions = CallOptions & {
  /** The person who acts, as the platform names them; the client's `operator` unless given. The gateway goes by the signer's key. */
  readonly operator?: string | undefined;
};

/** Sends a command in the name of a person. Rejects with a FengsuiError. */
export type CommandDesk = (
  site: Site,
  method: Command,
  params: { readonly [key: string]: Data | undefined },
  options?: ActionOptions,
) => Promise<Data>;

export const commandDesk =
  (requests: Requests, defaultOperator: string | undefined): CommandDesk =>
  (site, method, params, { operator = defaultOperator, ...options } = {}) =>
    requests.command(site, method, { ...params, operator }, options);
