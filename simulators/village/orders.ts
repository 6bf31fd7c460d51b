import { z } from 'zod';
import { FengsuiError } from '../../sdk/model/errors.ts';
import { delay, exception, type Fault, flipBit, foreignUnit, garbage, silence, truncate } from '../modbus/faults.ts';
import { taps } from '../water/village-network.ts';
import type { BusName, Village } from './start-village.ts';

/** One thing that can be done to a village, with its arguments still to be checked. */
type Order = (village: Village, raw: object) => Readonly<Record<string, unknown>>;

const slot = { slot: z.int() };
const bus = z.enum(['hydrants', 'wireless']);
const byte = z.int().min(0).max(255);
/** `how` a unit's answers go wrong, with the figures of the fault of that name. */
const faults = z.discriminatedUnion('how', [
  z.strictObject({ how: z.literal('delay'), ms: z.number().min(0).max(60_000) }),
  z.strictObject({ how: z.literal('truncate'), keep: byte }),
  z.strictObject({ how: z.literal('flip-bit'), byte, bit: z.int().min(0).max(7) }),
  z.strictObject({ how: z.literal('foreign-unit'), unit: byte }),
  z.strictObject({ how: z.literal('exception'), code: byte }),
  z.strictObject({ how: z.literal('garbage'), bytes: z.array(byte).max(256) }),
]);

/** Everything that can be ordered, by the name in `do`. */
export const orders: Readonly<Record<string, Order>> = {
  'open-hydrant': order({ id: z.string(), lps: z.number() }, ({ water }, { id, lps }) => water.openHydrant(id, lps)),
  'close-hydrant': order({ id: z.string() }, ({ water }, { id }) => water.closeHydrant(id)),
  burst: order({ pipe: z.string(), holeMm: z.number().optional() }, ({ water }, { pipe, holeMm }) =>
    water.burst(pipe, holeMm),
  ),
  repair: order({}, ({ water }) => water.repair()),
  'trip-pump': order({}, ({ water }) => water.tripPump()),
  'start-pump': order({}, ({ water }) => water.startPump()),
  'skip-time': order({ seconds: z.number().min(0).max(86_400) }, skipTime),
  'trip-smoke': order(slot, ({ smoke }, { slot }) => smoke.trip(slot)),
  'clear-smoke': order(slot, ({ smoke }, { slot }) => smoke.clear(slot)),
  'test-smoke': order(slot, ({ smoke }, { slot }) => smoke.test(slot)),
  'fault-smoke': order(slot, ({ smoke }, { slot }) => smoke.fault(slot)),
  'low-battery': order({ ...slot, percent: z.int() }, ({ smoke }, { slot, percent }) =>
    smoke.lowBattery(slot, percent),
  ),
  'silence-smoke': order(slot, ({ smoke }, { slot }) => smoke.silent(slot)),
  'speak-smoke': order(slot, ({ smoke }, { slot }) => smoke.heard(slot)),
  'press-call': order({}, ({ home }) => home.press()),
  'release-call': order({}, ({ home }) => home.release()),
  'mains-off': order({}, ({ home }) => home.mains(false)),
  'mains-on': order({}, ({ home }) => home.mains(true)),
  'set-voltage': order({ volts: z.number() }, ({ home }, { volts }) => home.setVoltage(volts)),
  'stick-siren': order({}, ({ home }) => home.stickSiren()),
  'drop-board': order({}, ({ home }) => home.board.dropConnection()),
  'silence-unit': order({ bus, unit: z.int() }, (village, at) => misbehave(village, at, silence)),
  'disturb-unit': order({ bus, unit: z.int(), fault: faults }, (village, at) =>
    misbehave(village, at, faultOf(at.fault)),
  ),
  'speak-unit': order({ bus, unit: z.int() }, (village, at) => {
    checkUnit(village, at);
    village.buses[at.bus].behave(at.unit);
  }),
  'silence-bus': order({ bus }, ({ buses }, { bus }) => {
    for (const unit of buses[bus].units.keys()) buses[bus].misbehave(unit, silence);
  }),
  'speak-bus': order({ bus }, ({ buses }, { bus }) => {
    for (const unit of buses[bus].units.keys()) buses[bus].behave(unit);
  }),
  'drop-bus': order({ bus }, ({ buses }, { bus }) => buses[bus].dropConnections()),
  tell: question({}, ({ water, home, relays }) => ({
    pressures: Object.fromEntries(taps.map((tap) => [tap, water.pressure(tap)])),
    tankLevel: water.tankLevel(),
    dryTaps: water.dryTaps(),
    siren: home.isSirenOn(),
    relays: Array.from({ length: 8 }, (_, i) => relays.isOn(i + 1)),
  })),
};

/** An order of which there is nothing to say but that it is done. */
function order<S extends z.ZodRawShape>(
  shape: S,
  act: (village: Village, args: z.output<z.ZodObject<S>>) => void,
): Order {
  return question(shape, (village, args) => {
    act(village, args);
    return {};
  });
}

function question<S extends z.ZodRawShape>(
  shape: S,
  tell: (village: Village, args: z.output<z.ZodObject<S>>) => Readonly<Record<string, unknown>>,
): Order {
  const schema = z.strictObject(shape);
  return (village, raw) => {
    const args = schema.safeParse(raw);
    if (args.success) return tell(village, args.data);
    const wrong = args.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
    throw new FengsuiError('INVALID', wrong.join('; '));
  };
}

function skipTime({ water, smoke }: Village, { seconds }: { seconds: number }): void {
  water.step(seconds);
  smoke.pass(seconds);
}

type UnitAt = { readonly bus: BusName; readonly unit: number };

function misbehave(village: Village, at: UnitAt, fault: Fault): void {
  checkUnit(village, at);
  village.buses[at.bus].misbehave(at.unit, fault);
}

function checkUnit({ buses }: Village, { bus, unit }: UnitAt): void {
  const { units } = buses[bus];
  if (units.has(unit)) return;
  throw new FengsuiError(
    'NOT_FOUND',
    `there is no unit ${unit} on bus ${bus}: use one of ${[...units.keys()].join(', ')}`,
  );
}

function faultOf(fault: z.output<typeof faults>): Fault {
  if (fault.how === 'delay') return delay(fault.ms);
  if (fault.how === 'truncate') return truncate(fault.keep);
  if (fault.how === 'flip-bit') return flipBit(fault.byte, fault.bit);
  if (fault.how === 'foreign-unit') return foreignUnit(fault.unit);
  if (fault.how === 'exception') return exception(fault.code);
  return garbage(Uint8Array.from(fault.bytes));
}
