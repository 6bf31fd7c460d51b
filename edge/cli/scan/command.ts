import { profiles } from '../../../device-profiles/index.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { elapsed, type MonoTime, seconds } from '../../../sdk/model/time.ts';
import { type Finding, judgeUnit } from '../../bus/scan/judge-unit.ts';
import { patientTiming, type ScanContext, scan } from '../../bus/scan/scan.ts';
import { freshScan, type ScanPlan, type ScanState, settingName, stepsLeft } from '../../bus/scan/scan-plan.ts';
import { systemClock } from '../../platform/clock.ts';
import { identifyUnit } from '../../runtime/identify/identify-unit.ts';
import { liveValue } from '../../runtime/identify/live-value.ts';
import { busOpener, explained } from '../line/open-line.ts';
import { systemTerminal, type Terminal } from '../terminal/terminal.ts';
import { type ScanArguments, scanArguments } from './arguments.ts';
import { readRecord, writeRecord } from './record.ts';
import { type FoundUnit, progressLine, scanJson, scanTable } from './report.ts';

/** How often the record is written while the scan goes on. */
const recordEvery = seconds(1);
/** Candidates of which a live value is shown. */
const shown = 3;

/**
 * `fengsui scan`: who is on a line, at which settings, and which profile may fit. Reads only.
 * @throws FengsuiError INVALID · BUS_DOWN · DRIVER_MISSING · ABORTED when it was stopped before its end
 */
export async function scanCommand(args: readonly string[], terminal: Terminal = systemTerminal()): Promise<void> {
  const wanted = scanArguments(args, process.env);
  const clock = systemClock();
  const ctx: ScanContext = { clock, signal: terminal.signal, open: busOpener(clock) };
  try {
    const state = await walk(wanted, ctx, terminal);
    const units = await identified(wanted.plan, state.findings, ctx);
    const left = stepsLeft(wanted.plan, state).length;
    terminal.out(
      wanted.json ? scanJson({ units, traffic: state.traffic, left }) : scanTable(units, state, wanted.lang),
    );
    if (left > 0 || terminal.signal.aborted) throw stopped(wanted.record);
  } catch (error) {
    throw explained(error);
  }
}

/** Scans to the end or until it is stopped, and keeps the record on the way. */
async function walk({ plan, record, json, lang }: ScanArguments, ctx: ScanContext, terminal: Terminal) {
  let state = record === undefined ? freshScan : await readRecord(record, plan);
  let kept: MonoTime = ctx.clock.mono();
  const keep = async (): Promise<void> => {
    if (record !== undefined) await writeRecord(record, plan, state);
    kept = ctx.clock.mono();
  };
  await keep();
  try {
    for await (const progress of scan(plan, state, ctx)) {
      state = progress.state;
      if (!json) terminal.err(progressLine(progress, lang, terminal.isScreen));
      if (elapsed(kept, ctx.clock.mono()) >= recordEvery) await keep();
    }
  } catch (error) {
    if (!ctx.signal.aborted) throw error;
  } finally {
    await keep();
    if (!json && terminal.isScreen) terminal.err('\r\x1b[K');
  }
  return state;
}

/** Asks those that are alone at their address who they are; after a stop, nobody. */
async function identified(
  plan: ScanPlan,
  findings: ScanState['findings'],
  ctx: ScanContext,
): Promise<readonly FoundUnit[]> {
  const found: FoundUnit[] = [];
  for (const finding of findings.toSorted((a, b) => a.unit - b.unit)) {
    const verdict = judgeUnit(finding, findings);
    const asked = verdict.kind === 'present' ? await candidatesFor(plan, finding, ctx) : notAsked;
    found.push({ finding, verdict, ...asked });
  }
  return found;
}

type Asked = Pick<FoundUnit, 'asked' | 'candidates'>;
const notAsked: Asked = { asked: false, candidates: [] };

async function candidatesFor(
  plan: ScanPlan,
  { setting, unit }: Finding,
  { open, signal }: ScanContext,
): Promise<Asked> {
  const endpoint = plan.steps.map((step) => step.endpoint).find((each) => settingName(each) === setting);
  const withValues: FoundUnit['candidates'][number][] = [];
  if (!endpoint || signal.aborted) return notAsked;
  await using bus = open(endpoint, patientTiming);
  try {
    for (const candidate of (await identifyUnit(bus, unit, profiles, signal)).slice(0, shown)) {
      withValues.push({ ...candidate, live: await liveValue(bus, candidate.profile, unit, signal) });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return { asked: false, candidates: withValues };
  }
  return { asked: true, candidates: withValues };
}

function stopped(record: string | undefined): FengsuiError {
  const how = record === undefined ? 'with --resume FILE it could be gone on with' : `go on with --resume ${record}`;
  return new FengsuiError('ABORTED', `the scan was stopped before its end; ${how}`);
}
