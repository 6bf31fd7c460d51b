import { describeError } from '../../../sdk/model/errors.ts';
import { type DeviceId, deviceId } from '../../../sdk/model/ids.ts';
import { fieldsOf, isScalar } from '../../../sdk/wire/parse.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Log } from '../../platform/log.ts';
import type { Wanted } from './order.ts';

/** Effects that were not proven yet, by the device of their command. They outlive a restart, as their faults do. */
export type OpenProofs = {
  readonly all: () => Iterable<readonly [DeviceId, Wanted]>;
  readonly put: (device: DeviceId, proof: Wanted) => void;
  readonly remove: (device: DeviceId) => void;
};

const prefix = 'command-proof/';

export async function openProofs(ctx: { readonly journal: Journal; readonly log: Log }): Promise<OpenProofs> {
  const { journal, log } = ctx;
  const open = new Map<DeviceId, Wanted>();
  const keep = (device: DeviceId, value: Uint8Array | undefined): void => {
    journal
      .keep({ key: prefix + device, value })
      .catch((e: unknown) => log.warn('command.proof-not-stored', { device, why: describeError(e) }));
  };
  for (const [key, bytes] of await journal.kept(prefix)) {
    try {
      open.set(deviceId(key.slice(prefix.length)), read(bytes));
    } catch (e) {
      log.warn('command.proof-unreadable', { key, why: describeError(e) });
    }
  }
  return {
    all: () => open,
    put(device, proof) {
      open.set(device, proof);
      const { device: where, point, is } = proof;
      keep(device, Buffer.from(JSON.stringify({ device: where, point, is })));
    },
    remove(device) {
      if (open.delete(device)) keep(device, undefined);
    },
  };
}

/** @throws FengsuiError PROTOCOL, SyntaxError */
function read(bytes: Uint8Array): Wanted {
  const p = fieldsOf(JSON.parse(Buffer.from(bytes).toString('utf8')), 'kept proof');
  const is = p.raw('is');
  if (!isScalar(is)) throw new TypeError('kept proof: no value that a point can have');
  return { device: deviceId(p.text('device')), point: p.text('point'), is };
}
