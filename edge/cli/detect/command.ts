import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import { elapsed, millis, seconds } from '../../../sdk/model/time.ts';
import type { ModbusBus } from '../../bus/modbus/modbus-bus.ts';
import type { Block } from '../../bus/reading.ts';
import { joined, type Run, readAgain, readableRuns } from '../../bus/scan/readable-ranges.ts';
import { patientTiming } from '../../bus/scan/scan.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { type Answer, detectOrder, type Sighting } from '../../runtime/identify/detect-order.ts';
import { type ShownNumber, shownNumber } from '../../runtime/identify/shown-number.ts';
import { busOpener, explained } from '../line/open-line.ts';
import type { Lang } from '../terminal/language.ts';
import { systemTerminal, type Terminal } from '../terminal/terminal.ts';
import { type DetectArguments, detectArguments } from './arguments.ts';
import { certainty, detectJson, detectReport, readingText, runsText } from './report.ts';
import { detectWords } from './words.ts';

/** Reads a number: a dial and its register do not change at the same moment. */
const readsEach = 3;
const between = millis(300);
/** How long to wait for the next of several numbers that were given beforehand. */
const longestWait = seconds(60);

/**
 * `fengsui detect`: which register of a device, read in which way, gives what its dial shows. Reads only. Goes on asking
 * where a person can answer.
 * @throws FengsuiError INVALID · BUS_TIMEOUT · BUS_DOWN · DRIVER_MISSING · TIMEOUT
 */
export async function detectCommand(args: readonly string[], terminal: Terminal = systemTerminal()): Promise<void> {
  const wanted = detectArguments(args, process.env);
  const clock = systemClock();
  try {
    await using bus = busOpener(clock)(wanted.endpoint, patientTiming);
    await detect(wanted, { bus, clock, terminal });
  } catch (error) {
    throw explained(error);
  }
}

type Tools = { readonly bus: ModbusBus; readonly clock: Clock; readonly terminal: Terminal };

async function detect({ stretch, shows, json, lang }: DetectArguments, tools: Tools): Promise<void> {
  const { bus, terminal } = tools;
  const ask = json ? undefined : terminal.ask;
  if (shows.length === 0 && !ask)
    throw new FengsuiError('INVALID', 'what does the dial show? Add --shows with the number, e.g. --shows 0.421');
  const screen = !json && terminal.isScreen ? terminal : undefined;
  const asking = (block: Block): void => screen?.err(`\r\x1b[K${readingText(block, lang)}`);
  const runs = await readableRuns(bus, stretch, { signal: terminal.signal, asking }).finally(() =>
    screen?.err('\r\x1b[K'),
  );
  if (!json) terminal.err(`${detectWords.read[lang]} ${runsText(joined(runs))}\n`);
  const look = { unit: stretch.unit, runs };
  let sightings: readonly Sighting[] = [];
  let answers: readonly Answer[] = [];
  const take = (sighting: Sighting): void => {
    sightings = [...sightings, sighting];
    answers = detectOrder(sightings);
    if (!json) terminal.out(detectReport(answers, sightings, lang));
  };
  for (const shown of shows) {
    if (sightings.length === 0) take(await sight(look, shown, tools));
    else if (certainty(answers, sightings) !== 'none') {
      if (!json) terminal.err(`${detectWords.waiting[lang]} ${shown.value}\n`);
      take(await wait(look, sightings, shown, tools));
    }
  }
  for (let shown = await typed(ask, lang, tools); shown; shown = await typed(ask, lang, tools)) {
    if (certainty(answers, sightings) === 'none') sightings = []; // what contradicts itself is begun anew
    take(await sight(look, shown, tools));
  }
  if (json) terminal.out(detectJson(stretch.unit, answers, sightings));
}

/** The next number from the person; asked again until it is one. `undefined`: they have done. */
async function typed(ask: Terminal['ask'], lang: Lang, { terminal }: Tools): Promise<ShownNumber | undefined> {
  for (;;) {
    const text = await ask?.(detectWords.ask[lang], terminal.signal);
    if (text === undefined) return undefined;
    try {
      return shownNumber(text);
    } catch (error) {
      terminal.err(`${describeError(error)}\n`);
    }
  }
}

type Look = { readonly unit: number; readonly runs: readonly Run[] };

async function sight({ unit, runs }: Look, shown: ShownNumber, { bus, clock, terminal }: Tools): Promise<Sighting> {
  const reads: (readonly Run[])[] = [];
  for (let i = 0; i < readsEach; i++) {
    if (i > 0) await clock.sleep(between, terminal.signal);
    reads.push(joined(await readAgain(bus, unit, runs, terminal.signal)));
  }
  return { shown, reads };
}

/** Reads until what fitted before gives the next number. @throws FengsuiError TIMEOUT */
async function wait(look: Look, before: readonly Sighting[], shown: ShownNumber, tools: Tools): Promise<Sighting> {
  const began = tools.clock.mono();
  for (;;) {
    const sighting = await sight(look, shown, tools);
    if (detectOrder([...before, sighting]).length > 0) return sighting;
    if (elapsed(began, tools.clock.mono()) > longestWait)
      throw new FengsuiError(
        'TIMEOUT',
        `nothing that fitted before gave ${shown.value} within ${longestWait / 1_000} s; check the number, or begin anew with it`,
      );
  }
}
