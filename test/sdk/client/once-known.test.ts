import { describe, expect, it } from 'vitest';
import { gatewayDirectory } from '../../../sdk/client/gateway-directory.ts';
import { mostUnknown, onceKnown } from '../../../sdk/client/once-known.ts';
import { districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { encodeGatewayState, encodePresence } from '../../../sdk/wire/gateway-state.ts';

const site = (gateway: string) => ({
  district: districtCode('330603'),
  town: townCode('001'),
  gateway: gatewayId(gateway),
});
const [one, two] = [site('gw-1'), site('gw-2')];
const state = encodeGatewayState({
  name: 'Village',
  version: '0.1.0',
  boot: 1,
  at: wallTime(1_790_000_000_000),
  clock: 'synced',
  riskLevel: 'normal',
  configVersion: 1,
  log: 7,
  alarmBacklog: 0,
  telemetryBacklog: 0,
  buses: [],
  devices: [],
});

function holding() {
  const directory = gatewayDirectory(() => new Date(0));
  const used: unknown[] = [];
  const problems: string[] = [];
  const held = onceKnown<{ site: typeof one; n: number }>(
    directory,
    ({ n }) => used.push(n),
    (e) => problems.push(e.message),
  );
  return { directory, used, problems, ...held };
}

describe('what comes of a gateway', () => {
  it('waits until its state has come, and is handed on in its order', () => {
    const { directory, used, take } = holding();
    directory.receivePresence(one, encodePresence({ online: true, boot: 1 }));
    take({ site: one, n: 1 });
    take({ site: two, n: 2 });
    take({ site: one, n: 3 });
    expect(used).toEqual([]);
    directory.receiveState(one, state);
    expect(used).toEqual([1, 3]);
    take({ site: one, n: 4 });
    directory.receiveState(two, state);
    expect(used).toEqual([1, 3, 4, 2]);
  });

  it('is let go with a gateway that is taken off the broker, and at the end', () => {
    const { directory, used, take, end } = holding();
    directory.receivePresence(one, encodePresence({ online: true, boot: 1 }));
    take({ site: one, n: 1 });
    directory.receivePresence(one, new Uint8Array());
    directory.receiveState(one, state);
    take({ site: two, n: 2 });
    end();
    directory.receiveState(two, state);
    expect(used).toEqual([]);
  });

  it('fills no more room than it may: the oldest is let go, and told', () => {
    const { directory, used, problems, take } = holding();
    for (let n = 0; n <= mostUnknown; n++) take({ site: one, n });
    expect(problems).toEqual([expect.stringContaining('gw-1')]);
    directory.receiveState(one, state);
    expect([used[0], used.length]).toEqual([1, mostUnknown]);
  });
});
