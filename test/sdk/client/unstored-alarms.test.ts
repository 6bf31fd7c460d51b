import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Alarm, alarmOf } from '../../../sdk/client/alarm.ts';
import { gatewayDirectory } from '../../../sdk/client/gateway-directory.ts';
import { ownsAll } from '../../../sdk/client/share/ownership.ts';
import { lookMs, unstoredAlarms } from '../../../sdk/client/unstored-alarms.ts';
import { connect, FengsuiError } from '../../../sdk/index.ts';
import { districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import { monoTime, wallTime } from '../../../sdk/model/time.ts';
import { encodeGatewayState, encodePresence, type GatewayState } from '../../../sdk/wire/gateway-state.ts';
import type { Data } from '../../../sdk/wire/request.ts';
import { startBroker } from '../../../simulators/broker/start-broker.ts';
import { pressureLow } from '../../../simulators/fleet/light-messages.ts';
import { closedAfterEach } from '../../support/closed-after-each.ts';
import { fakeGateway } from '../../support/fake-gateway.ts';

const site = { district: districtCode('330603'), town: townCode('001'), gateway: gatewayId('gw-1') };
const now = wallTime(Date.UTC(2026, 10, 26));
const low = pressureLow(1, { boot: 1, mono: monoTime(0), wall: now, trust: 'synced' });

const well: GatewayState = {
  name: 'G',
  version: '0.1.0',
  boot: 1,
  at: now,
  clock: 'synced',
  riskLevel: 'normal',
  configVersion: 1,
  log: 1,
  alarmBacklog: 0,
  telemetryBacklog: 0,
  buses: [],
  devices: [],
};

describe('alarms of a gateway whose disk takes nothing', () => {
  const directory = gatewayDirectory(() => new Date());
  const ownership = ownsAll();
  let stands: Alarm[] = [];
  let failure: unknown;
  let asked = 0;
  let aborted: AbortSignal | undefined;
  const told: string[] = [];
  const problems: string[] = [];
  let stop: () => void = () => undefined;

  const fire = (device: string, more: Partial<Parameters<typeof alarmOf>[0]> = {}): Alarm =>
    alarmOf({ ...low, gateway: 'gw-1', device, kind: 'fire', at: now, isUnstored: true, ...more });
  const presence = (online: boolean): void => directory.receivePresence(site, encodePresence({ online, boot: 1 }));
  const state = (degraded?: string): void =>
    directory.receiveState(
      site,
      encodeGatewayState({
        ...well,
        ...(degraded !== undefined && { degraded }),
      }),
    );
  const look = (): Promise<unknown> => vi.advanceTimersByTimeAsync(lookMs);

  beforeEach(() => {
    vi.useFakeTimers();
    [stands, failure, asked, told.length, problems.length] = [[], undefined, 0, 0, 0];
    presence(true);
    state();
    stop = unstoredAlarms(
      {
        directory,
        ownership: { ...ownership, hears: () => true },
        standing: async (_, { signal }) => {
          asked++;
          aborted = signal;
          if (failure !== undefined) throw failure;
          return stands;
        },
        problem: (e) => problems.push(e.message),
      },
      (alarm) => told.push(`${alarm.device} ${alarm.phase} ${alarm.count}`),
    );
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it('are not asked for where all disks are well', async () => {
    await vi.advanceTimersByTimeAsync(10 * lookMs);
    expect(asked).toBe(0);
  });

  it('are handed over at once, each once, and again as they change', async () => {
    stands = [fire('s-1')];
    state('disk full');
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual(['s-1 active-unacked 1']);
    stands = [fire('s-1'), fire('s-2')];
    await look();
    await look();
    expect(told).toEqual(['s-1 active-unacked 1', 's-2 active-unacked 1']);
    stands = [fire('s-1', { phase: 'active-acked' }), fire('s-2', { count: 2 })];
    await look();
    expect(told.slice(2)).toEqual(['s-1 active-acked 1', 's-2 active-unacked 2']);
    stands = [];
    await look();
    stands = [fire('s-1', { occurrence: 2 })];
    await look();
    expect(told.slice(4)).toEqual(['s-1 active-unacked 1']);
  });

  it('leave out what is stored, and what is hidden', async () => {
    const { isUnstored: _, ...stored } = fire('s-1');
    const shelved = { how: 'shelved', why: 'tests', operator: 'Li' } as const;
    stands = [
      stored,
      fire('s-2', { kind: 'supervisory', suppression: shelved }),
      fire('s-3', { suppression: shelved }),
    ];
    state('disk full');
    await look();
    expect(told).toEqual(['s-3 active-unacked 1']); // a fire is never hidden
  });

  it('are no longer asked for when the disk is well, the gateway has gone or was taken away, or nobody listens', async () => {
    const isQuiet = async (): Promise<boolean> => {
      const before = asked;
      await vi.advanceTimersByTimeAsync(3 * lookMs);
      return asked === before && aborted?.aborted === true;
    };
    state('disk full');
    await look();
    expect(asked).toBe(2);
    state();
    expect(await isQuiet()).toBe(true);
    state('disk full');
    presence(false);
    expect(await isQuiet()).toBe(true);
    presence(true);
    await look();
    expect(await isQuiet()).toBe(false);
    ownership.lost.emit(site);
    expect(await isQuiet()).toBe(true);
    ownership.gained.emit(site);
    await look();
    expect(await isQuiet()).toBe(false);
    directory.receivePresence(site, new Uint8Array());
    expect(await isQuiet()).toBe(true);
    presence(true);
    state('disk full');
    await look();
    stop();
    expect(await isQuiet()).toBe(true);
  });

  it('tell once that a gateway cannot be asked, and go on asking', async () => {
    failure = new FengsuiError('TIMEOUT', 'no answer');
    state('disk full');
    for (let n = 0; n < 3; n++) await look();
    expect(problems).toEqual([expect.stringContaining('disk of gateway gw-1 takes nothing')]);
    failure = undefined;
    stands = [fire('s-1')];
    await look();
    expect(told).toHaveLength(1);
    failure = new FengsuiError('TIMEOUT', 'no answer');
    await look();
    expect(problems).toHaveLength(2);
  });
});

describe('the stream of them', () => {
  const own = closedAfterEach();

  it('begins with what stands, and ends with its client', async () => {
    const broker = own(await startBroker());
    const gateway = own(await fakeGateway({ port: broker.port }));
    const { at, cause, ...rest } = low;
    const row = { ...rest, kind: 'fire', at: at.wall, rule: cause.rule, value: 0.12, cause: { ...cause } };
    gateway.answers.set(
      'alarms',
      (): Data => ({
        alarms: [
          { ...row, isUnstored: true },
          { ...row, device: 'other' },
        ],
      }),
    );
    await gateway.state({ degraded: 'disk full' });
    const fs = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603' }));
    const stream = fs.alarms.unstored();
    const first = await stream.next();
    expect(first.value).toMatchObject({ device: 'hydrant-1', kind: 'fire', isActive: true, isUnstored: true });
    const { alarms } = await fs.alarms.active({ gateway: gateway.site.gateway });
    expect(alarms.map(({ device, isUnstored }) => [device, isUnstored])).toEqual([
      ['hydrant-1', true],
      ['other', undefined],
    ]);
    await fs.close();
    expect((await stream.next()).done).toBe(true);
  });
});
