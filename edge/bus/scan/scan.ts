import { elapsed, type Millis, millis } from '../../../sdk/model/time.ts';
import type { ModbusBus, ModbusEndpoint, ModbusTiming } from '../modbus/modbus-bus.ts';
import type { Finding } from './judge-unit.ts';
import { type LookContext, lookAtUnit } from './look-at-unit.ts';
import { type ScanPlan, type ScanState, type ScanStep, settingName, stepsLeft } from './scan-plan.ts';

/** One step is behind. */
export type ScanProgress = {
  readonly step: ScanStep;
  /** What was heard by it; of another unit where that answered late. */
  readonly findings: readonly Finding[];
  readonly state: ScanState;
  readonly left: { readonly steps: number; readonly time: Millis };
};

export type ScanContext = LookContext & {
  readonly open: (endpoint: ModbusEndpoint, timing: ModbusTiming) => ModbusBus;
};

/**
 * Walks through the plan from where `state` stands, one question at a time, and tells each step when it is done. Reads only.
 * Ends early by its signal, or by `return`; the state told last is then good to go on from.
 *
 * A unit whose answer comes after its time is looked at again with a second of patience.
 * @throws FengsuiError BUS_DOWN, or `signal.reason`
 */
export async function* scan(plan: ScanPlan, from: ScanState, ctx: ScanContext): AsyncGenerator<ScanProgress, void> {
  const bus = oneBus(ctx.open);
  const began = ctx.clock.mono();
  let state = from;
  let walked = 0;
  try {
    for (let left = stepsLeft(plan, state); left.length > 0; left = stepsLeft(plan, state)) {
      const [index = 0, next = plan.steps.length] = left;
      const step = plan.steps[index];
      if (!step) return;
      const isLast = plan.steps[next]?.endpoint !== step.endpoint;
      const { findings, foreign } = await takeStep(bus, { ...step, isLast }, state, ctx);
      state = {
        done: index + 1,
        findings: [...state.findings, ...findings],
        traffic: foreign ? [...new Set([...state.traffic, settingName(step.endpoint)])] : state.traffic,
      };
      walked++;
      const steps = stepsLeft(plan, state).length;
      const each = elapsed(began, ctx.clock.mono()) / walked;
      yield { step, findings, state, left: { steps, time: millis(steps * each) } };
    }
  } finally {
    await bus.close();
  }
}

type Step = { readonly findings: readonly Finding[]; readonly foreign: boolean };
/** `isLast`: no later step at this setting will hear what is late by this one. */
type Question = ScanStep & { readonly isLast: boolean };

/** Looks at the unit; then, with patience, at those whose answers are late or were not heard whole: mostly the slow ones. */
async function takeStep(line: OneBus, question: Question, state: ScanState, ctx: ScanContext): Promise<Step> {
  const { endpoint, unit } = question;
  const setting = settingName(endpoint);
  const bus = await line.at(endpoint, quickTiming(endpoint));
  const before = bus.quality().foreign;
  const seen = await lookAtUnit(bus, unit, ctx);
  if (!seen && endpoint.kind === 'serial') await ctx.clock.sleep(lateTime(question), ctx.signal);
  const { foreign, units } = bus.quality();
  const known = new Set(state.findings.filter((f) => f.setting === setting).map((f) => f.unit));
  const slow = new Set(units.filter((u) => u.late > 0 && !known.has(u.unit)).map((u) => u.unit));
  if (seen && isUnclear(seen)) slow.add(unit);
  const findings = new Map<number, Finding>(seen ? [[unit, { setting, ...seen }]] : []);
  for (const each of slow) {
    await ctx.clock.sleep(patientTiming.timeout, ctx.signal); // what is still under way is over then
    const again = await lookAtUnit(await line.at(endpoint, patientTiming), each, ctx);
    if (again) findings.set(each, { setting, ...again });
  }
  return { findings: [...findings.values()], foreign: !seen && foreign > before };
}

/** Something came, but a slow device that answers the request before may be the reason for what it was. */
const isUnclear = ({ heard }: Pick<Finding, 'heard'>): boolean =>
  heard.some(({ kind }) => kind === 'silent' || kind === 'damaged');

/**
 * Two requests to a silent unit take more than 0.5 s together, which some slaves are deaf after they overheard one to
 * somebody else: the second finds them awake. A network gateway may wait a second before it tells that nobody is there.
 */
const quickTiming = ({ kind }: ModbusEndpoint): ModbusTiming => (kind === 'serial' ? serialTiming : networkTiming);
const serialTiming: ModbusTiming = { timeout: millis(200), quiet: millis(60), reconnect: millis(1_000) };
const networkTiming: ModbusTiming = { timeout: millis(1_500), quiet: millis(60), reconnect: millis(1_000) };
/** Radio receivers and old controllers take up to a second. */
export const patientTiming: ModbusTiming = { timeout: millis(1_000), quiet: millis(200), reconnect: millis(1_000) };

/**
 * How long an answer to the last request may yet come in. The line is left silent for the quiet time before the next
 * request anyway.
 */
const lateTime = ({ isLast }: Question): Millis => (isLast ? patientTiming.timeout : serialTiming.quiet);

type OneBus = {
  at(endpoint: ModbusEndpoint, timing: ModbusTiming): Promise<ModbusBus>;
  close(): Promise<void>;
};

/** The one open bus of a scan: a port can be open only once, and only with one setting. */
function oneBus(open: ScanContext['open']): OneBus {
  let current: { endpoint: ModbusEndpoint; timing: ModbusTiming; bus: ModbusBus } | undefined;
  const close = async (): Promise<void> => {
    const old = current;
    current = undefined;
    await old?.bus[Symbol.asyncDispose]();
  };
  return {
    async at(endpoint, timing) {
      if (current && current.endpoint === endpoint && current.timing === timing) return current.bus;
      await close();
      const bus = open(endpoint, timing);
      current = { endpoint, timing, bus };
      return bus;
    },
    close,
  };
}
