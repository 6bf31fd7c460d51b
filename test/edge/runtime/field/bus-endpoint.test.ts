import { describe, expect, it } from 'vitest';
import type { Block } from '../../../../edge/bus/reading.ts';
import type { SiteBus } from '../../../../edge/runtime/config/site.ts';
import { costOf, endpointOf, timingOf } from '../../../../edge/runtime/field/bus-endpoint.ts';

const bus = (kind: SiteBus['kind'], config: Partial<SiteBus['config']>): SiteBus => ({
  id: 'b',
  kind,
  config: { id: 'b', devices: [], ...config },
});
const block: Block = { unit: 1, table: 'holding', address: 0, count: 10 };

describe('endpointOf', () => {
  it.each<[SiteBus, unknown]>([
    [bus('tcp', { tcp: '192.168.1.20:502' }), { kind: 'tcp', host: '192.168.1.20', port: 502 }],
    [bus('rtuOverTcp', { rtuOverTcp: 'moxa:4001' }), { kind: 'rtu-over-tcp', host: 'moxa', port: 4001 }],
    [
      bus('serial', { serial: '/dev/ttyS1' }),
      { kind: 'serial', path: '/dev/ttyS1', baud: 9_600, parity: 'none', stopBits: 1 },
    ],
    [
      bus('serial', { serial: '/dev/ttyS1', baud: 2_400, parity: 'even', stopBits: 2 }),
      { kind: 'serial', path: '/dev/ttyS1', baud: 2_400, parity: 'even', stopBits: 2 },
    ],
  ])('%j', (given, endpoint) => expect(endpointOf(given)).toEqual(endpoint));
});

it('times are the site’s, or ours', () => {
  expect(timingOf(bus('tcp', {}))).toEqual({ timeout: 1_000, quiet: 300, reconnect: 1_000 });
  expect(timingOf(bus('tcp', { timeoutMs: 50, quietMs: 7 }))).toMatchObject({ timeout: 50, quiet: 7 });
});

describe('costOf', () => {
  it('a slower line costs more, also one behind a serial server', () => {
    const at = (kind: 'serial' | 'rtuOverTcp', baud: 2_400 | 9_600): number => costOf(bus(kind, { baud })).read(block);
    expect(at('serial', 2_400)).toBeGreaterThan(3 * at('serial', 9_600));
    expect(at('rtuOverTcp', 9_600)).toBe(at('serial', 9_600));
  });

  it('over TCP the length of a block does not matter', () => {
    const { read } = costOf(bus('tcp', { tcp: 'a:502' }));
    expect(read({ ...block, count: 125 })).toBe(read(block));
  });

  it('one that is silent costs its time-out, and on a line the silence after it', () => {
    expect(costOf(bus('tcp', { timeoutMs: 200 })).dead(block)).toBe(200);
    expect(costOf(bus('serial', { timeoutMs: 200, quietMs: 300 })).dead(block)).toBeGreaterThan(500);
  });
});
