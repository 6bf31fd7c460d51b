import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { obey, type Reply } from '../../../simulators/village/obey.ts';
import { orders } from '../../../simulators/village/orders.ts';
import { startVillage, type Village } from '../../../simulators/village/start-village.ts';

let village: Village;
beforeAll(async () => {
  village = await startVillage();
});
afterAll(() => village[Symbol.asyncDispose]());

const tell = (message: unknown): Reply => obey(village, message, () => 1_700_000_000_000);
const hydrant = (unit: number): number => village.buses.hydrants.units.get(unit)?.read('holding', 4) ?? -1;
const wireless = (unit: number, address: number): number | undefined =>
  village.buses.wireless.units.get(unit)?.read('holding', address);

describe('orders that are done', () => {
  it('are answered with their number and the time of the change', () => {
    expect(tell({ ask: 7, do: 'repair' })).toEqual({ answer: 7, ok: true, at: 1_700_000_000_000 });
    expect(tell({ do: 'repair' })).toMatchObject({ answer: null, ok: true });
  });

  it('an opened hydrant shows in its register when the answer is there, and is closed again', () => {
    const rest = hydrant(8);
    tell({ do: 'open-hydrant', id: 'hydrant-8', lps: 15 });
    expect(hydrant(8)).toBeLessThan(rest - 300);
    tell({ do: 'close-hydrant', id: 'hydrant-8' });
    expect(hydrant(8)).toBe(rest);
  });

  it('a burst takes hydrant 8 below 0.14 MPa and leaves the fire main in order', () => {
    tell({ do: 'burst', pipe: 'branch-hydrant-8' });
    expect(hydrant(8)).toBeLessThan(1_400);
    expect(hydrant(9)).toBeGreaterThan(2_500);
    tell({ do: 'repair' });
    expect(hydrant(8)).toBeGreaterThan(2_500);
  });

  it('a pump that trips empties the tank once time is skipped, and fills it after the start', () => {
    const level = village.water.tankLevel();
    tell({ do: 'trip-pump' });
    tell({ do: 'skip-time', seconds: 20_000 });
    expect(village.water.tankLevel()).toBeLessThan(level);
    tell({ do: 'start-pump' });
    tell({ do: 'skip-time', seconds: 20_000 });
    expect(village.water.tankLevel()).toBeGreaterThan(2.4);
  });

  it.each<[order: string, word: number]>([
    ['trip-smoke', 1],
    ['test-smoke', 2],
    ['fault-smoke', 3],
    ['clear-smoke', 0],
  ])('%s puts %d into the status word of the slot', (order, word) => {
    expect(tell({ do: order, slot: 1 })).toMatchObject({ ok: true });
    expect(wireless(1, 4)).toBe(word);
  });

  it('a silent smoke alarm is not heard until it speaks', () => {
    tell({ do: 'silence-smoke', slot: 3 });
    tell({ do: 'trip-smoke', slot: 3 });
    tell({ do: 'low-battery', slot: 3, percent: 9 });
    tell({ do: 'skip-time', seconds: 600 });
    expect([wireless(1, 12), wireless(1, 13), wireless(1, 15)]).toEqual([0, 100, 10]);
    tell({ do: 'speak-smoke', slot: 3 });
    expect([wireless(1, 12), wireless(1, 13), wireless(1, 15)]).toEqual([1, 9, 0]);
  });

  it('tell says how things really are', () => {
    expect(tell({ do: 'tell' })).toMatchObject({
      ok: true,
      pressures: { 'hydrant-1': village.water.pressure('hydrant-1') },
      siren: false,
      relays: [false, false, false, false, false, false, false, false],
      dryTaps: [],
    });
  });

  it.each<[what: string, order: object]>([
    ['a silent unit', { do: 'silence-unit', bus: 'hydrants', unit: 3 }],
    ['a slow unit', { do: 'disturb-unit', bus: 'wireless', unit: 2, fault: { how: 'delay', ms: 900 } }],
    ['a cut answer', { do: 'disturb-unit', bus: 'wireless', unit: 2, fault: { how: 'truncate', keep: 3 } }],
    ['a flipped bit', { do: 'disturb-unit', bus: 'wireless', unit: 2, fault: { how: 'flip-bit', byte: 3, bit: 7 } }],
    ['a foreign unit', { do: 'disturb-unit', bus: 'wireless', unit: 2, fault: { how: 'foreign-unit', unit: 9 } }],
    ['a refusal', { do: 'disturb-unit', bus: 'wireless', unit: 2, fault: { how: 'exception', code: 4 } }],
    ['garbage', { do: 'disturb-unit', bus: 'wireless', unit: 2, fault: { how: 'garbage', bytes: [1, 255] } }],
    ['a unit that speaks again', { do: 'speak-unit', bus: 'wireless', unit: 2 }],
    ['a silent bus', { do: 'silence-bus', bus: 'wireless' }],
    ['a bus that speaks again', { do: 'speak-bus', bus: 'wireless' }],
    ['a cut bus', { do: 'drop-bus', bus: 'hydrants' }],
    ['a cut board', { do: 'drop-board' }],
    ['a pressed button', { do: 'press-call' }],
    ['a released button', { do: 'release-call' }],
    ['mains lost', { do: 'mains-off' }],
    ['mains back', { do: 'mains-on' }],
    ['a brown-out', { do: 'set-voltage', volts: 170 }],
    ['a stuck siren', { do: 'stick-siren' }],
  ])('%s can be ordered', (_what, order) => expect(tell(order)).toMatchObject({ ok: true }));
});

describe('orders that make no sense are refused in words, and change nothing', () => {
  it.each<[why: string, message: unknown, says: string]>([
    ['no object', 'open it', 'an order is an object with "do", got "open it"'],
    ['a list', [], 'an order is an object with "do", got []'],
    ['nothing', null, 'an order is an object with "do", got null'],
    ['no order', {}, 'there is no order undefined: use one of open-hydrant, close-hydrant'],
    ['an unknown order', { do: 'explode' }, 'there is no order "explode"'],
    ['a name every object has', { do: 'constructor' }, 'there is no order "constructor"'],
    ['a number that is none', { ask: '1', do: 'repair' }, '"ask" is a number, got "1"'],
    [
      'a missing figure',
      { do: 'open-hydrant', id: 'hydrant-1' },
      'open-hydrant was refused: lps: Invalid input: expected number',
    ],
    [
      'a figure as text',
      { do: 'open-hydrant', id: 'hydrant-1', lps: '5' },
      'lps: Invalid input: expected number, received string',
    ],
    ['a key too many', { do: 'repair', pipe: 'main-1-2' }, 'repair was refused: Unrecognized key: "pipe"'],
    ['an unknown hydrant', { do: 'open-hydrant', id: 'hydrant-99', lps: 5 }, 'there is no tap "hydrant-99"'],
    ['an unknown pipe', { do: 'burst', pipe: 'main' }, 'there is no pipe "main"'],
    ['an unknown slot', { do: 'trip-smoke', slot: 4 }, 'there is no slot 4: this receiver has slots 0 to 3'],
    [
      'an unknown unit',
      { do: 'silence-unit', bus: 'wireless', unit: 4 },
      'there is no unit 4 on bus wireless: use one of 1, 2, 3',
    ],
    ['an unknown bus', { do: 'silence-unit', bus: 'home', unit: 1 }, 'bus: Invalid option'],
    [
      'an unknown fault',
      { do: 'disturb-unit', bus: 'wireless', unit: 1, fault: { how: 'rust' } },
      'fault.how: Invalid',
    ],
  ])('%s', (_why, message, says) => {
    const reply = tell(message);
    expect(reply).toMatchObject({ ok: false });
    expect('error' in reply && reply.error).toContain(says);
  });

  it('every order says no to a key that it does not know', () => {
    for (const name of Object.keys(orders)) expect(tell({ do: name, nonsense: 1 }), name).toMatchObject({ ok: false });
  });
});
