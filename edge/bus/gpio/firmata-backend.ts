import { FengsuiError } from '../../../sdk/model/errors.ts';
import { millis } from '../../../sdk/model/time.ts';
import type { Clock } from '../../platform/clock.ts';
import { withDeadline } from '../../platform/deadline.ts';
import { type FirmataMessage, firmataRequest, pinMode } from './firmata-codec.ts';
import { type FirmataInputs, firmataInputs } from './firmata-inputs.ts';
import { connectFirmata, type FirmataLink } from './firmata-link.ts';
import type { BackendEvents, OpenBackend, OpenLines, WantedLine } from './line-backend.ts';
import { setUpFirmata } from './set-up-firmata.ts';

/** From the first packet to all lines being ready. */
const openWithin = millis(5_000);
/** For one question to an open board. */
const answerWithin = millis(1_000);
/** A half-open connection is noticed after three beats at the latest. */
const beatEvery = millis(1_000);
const silentBeats = 2;

type Address = { readonly host: string; readonly port: number };

/**
 * Lines of a board that speaks Firmata 2.5 or newer over TCP, e.g. StandardFirmata on an Ethernet or Wi-Fi board.
 *
 * An output is read back from the board's own register: this proves that the board took the write, not that the
 * relay behind it moved. When a board powers up, its pins are low until the gateway has reached it, which for an
 * active-low relay is *on*: wire life-safety outputs elsewhere, or active high.
 */
export function firmataBackend(address: Address, clock: Clock): OpenBackend {
  const where = `Firmata board at ${address.host}:${address.port}`;
  return async (lines, events, signal) => {
    try {
      return await withDeadline({ clock, ms: openWithin, signal, what: where }, (inner) =>
        openBoard({ address, clock, where }, lines, events, inner),
      );
    } catch (e) {
      throw FengsuiError.is(e, 'TIMEOUT') ? silent(where, e) : e;
    }
  };
}

type Board = { readonly address: Address; readonly clock: Clock; readonly where: string };

async function openBoard(
  board: Board,
  lines: readonly WantedLine[],
  events: BackendEvents,
  opening: AbortSignal,
): Promise<OpenLines> {
  const inputs = firmataInputs(lines, events, board.clock);
  let phase: 'opening' | 'open' | 'over' = 'opening';
  let problem: FengsuiError | undefined;
  let cancelBeat: (() => void) | undefined;
  const link = await connectFirmata(
    board.address,
    {
      message(message: FirmataMessage) {
        if (message.kind === 'port') inputs.take(message.port, message.bits);
        // Nobody asks for this one: a board says it by itself when it starts.
        if (message.kind === 'firmware' && phase === 'open') link.end(restarted(board.where));
      },
      lost(why) {
        problem = why;
        cancelBeat?.();
        if (phase === 'open') events.lost(why);
        phase = 'over';
      },
    },
    opening,
  );
  await orEnd(link, opening, board.where, () => setUpFirmata(link, lines, inputs, board.where));
  phase = 'open';
  cancelBeat = heartbeat(link, inputs.ports, board);
  inputs.start();
  return {
    ...openLines(link, lines, inputs, { ...board, problem: () => problem }),
    async [Symbol.asyncDispose]() {
      phase = 'over';
      link.end(new FengsuiError('BUS_DOWN', `${board.where} was closed by the gateway`));
    },
  };
}

/** Ends the connection if `work` fails, or the signal does not let it finish. */
async function orEnd(link: FirmataLink, signal: AbortSignal, where: string, work: () => Promise<void>): Promise<void> {
  const giveUp = (): void => link.end(silent(where, signal.reason));
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    await work();
  } catch (e) {
    link.end(e instanceof FengsuiError ? e : silent(where, e));
    throw e;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function openLines(
  link: FirmataLink,
  lines: readonly WantedLine[],
  inputs: FirmataInputs,
  board: Board & { problem(): FengsuiError | undefined },
): Pick<OpenLines, 'read' | 'write'> {
  const lineAt = (index: number): WantedLine => {
    const problem = board.problem();
    if (problem) throw problem;
    const line = lines[index];
    if (!line) throw new FengsuiError('LINE', `${board.where}: there is no line number ${index}`);
    return line;
  };
  return {
    async read(index) {
      const line = lineAt(index);
      if (line.direction === 'in') {
        const level = inputs.level(index);
        if (level === undefined) throw new FengsuiError('BUS_DOWN', `${board.where} has not reported ${line.name} yet`);
        return level;
      }
      const deadline = {
        clock: board.clock,
        ms: answerWithin,
        signal: new AbortController().signal,
        what: board.where,
      };
      const answer = withDeadline(deadline, () => link.ask(firmataRequest.pinState(line.offset), 'pin', line.offset));
      const { mode, state } = await answer.catch((e: unknown) => {
        const why = FengsuiError.is(e, 'TIMEOUT') ? silent(board.where, e) : e;
        if (why instanceof FengsuiError) link.end(why);
        throw why;
      });
      if (mode !== pinMode.output) {
        const why = restarted(board.where);
        link.end(why);
        throw why;
      }
      return (state !== 0) !== line.activeLow;
    },
    async write(index, active) {
      const line = lineAt(index);
      link.send(firmataRequest.writePin(line.offset, active !== line.activeLow));
    },
  };
}

/** Asks for a sign of life, and for the level of all inputs, so that a lost report heals itself within one beat. */
function heartbeat(link: FirmataLink, ports: readonly number[], { clock, where }: Board): () => void {
  let unanswered = 0;
  let cancel: (() => void) | undefined;
  const beat = (): void => {
    if (unanswered >= silentBeats) return link.end(silent(where));
    unanswered++;
    link.ask(firmataRequest.version(), 'version').then(
      () => {
        unanswered = 0;
      },
      () => {}, // the end of the connection, which is told by `lost`
    );
    link.send(...ports.map((port) => firmataRequest.reportPort(port)));
    cancel = clock.after(beatEvery, beat);
  };
  cancel = clock.after(beatEvery, beat);
  return () => cancel?.();
}

const silent = (where: string, cause?: unknown): FengsuiError =>
  new FengsuiError('BUS_DOWN', `${where} does not answer; check that StandardFirmata runs on it`, { cause });
const restarted = (where: string): FengsuiError =>
  new FengsuiError('BUS_DOWN', `${where} has restarted and forgotten its pins; they are being set up again`);
