import { exceptionPdu, exceptions } from '../modbus/answer-request.ts';
import type { Answer } from '../modbus/faults.ts';
import { mbapFrame, mbapReceiver } from '../modbus/mbap-frame.ts';
import type { Request } from '../modbus/rtu-frame.ts';
import { seededRandom } from '../water/seeded-random.ts';
import type { LineFault } from './line-faults.ts';
import { type LineSlave, slavesOf } from './line-slave.ts';
import { lineCounts, type UnitStats } from './line-stats.ts';
import { type MasterPort, masterPort } from './master-port.ts';
import type { LineClock } from './wire.ts';

export type TcpLineOptions = {
  readonly clock: LineClock;
  /** Devices may be added and removed while it runs. Turnarounds are answer times here; 0 unless given. */
  readonly slaves: ReadonlyMap<number, LineSlave>;
  /** Of everything that is drawn; 1 unless given. */
  readonly seed?: number;
  /** Answers arrive in pieces cut at random, a millisecond apart, as from a slow gateway. */
  readonly inPieces?: boolean;
  /** What is said for an address at which nobody is: exception 11, or nothing. */
  readonly absent?: 'refused' | 'silent';
};

export type TcpLine = Pick<MasterPort, 'connect' | 'unplug' | 'plug'> & {
  /** The device is silent for so long. */
  readonly mute: (unit: number, ms: number) => void;
  /** As `mute`, and the registers are as after power-up. */
  readonly brownOut: (unit: number, ms: number) => void;
  readonly misbehave: (unit: number, fault: LineFault) => void;
  readonly behave: (unit: number) => void;
  readonly stats: () => Readonly<Record<number, UnitStats>>;
};

/**
 * Devices behind one Modbus TCP connection, with the faults of a serial line: each request is answered for itself, so
 * that answers may overtake each other. Bytes that are no Modbus TCP end the connection. No byte takes time; on a clock
 * that is moved by hand each run is the same.
 */
export function tcpLine(options: TcpLineOptions): TcpLine {
  const { clock, inPieces = false, absent = 'refused' } = options;
  const random = seededRandom(options.seed ?? 1);
  const slaves = slavesOf({ slaves: options.slaves, silenceMs: 0, random });
  const counts = lineCounts(clock);
  let receiver = mbapReceiver();
  let connection = 0;
  /** When the answer before has been said whole: they follow each other, piece by piece. */
  let freeAt = Number.NEGATIVE_INFINITY;
  const say = (at: number, bytes: Uint8Array, asked: number): void => {
    clock.after(at - clock.mono(), () => {
      // What was still to be said when the connection ended is never said: the next one is another.
      if (asked === connection) port.hear(sound(bytes, clock.mono()));
    });
  };
  const send = ({ unit, pdu, afterMs, onWire }: Answer, transaction: number): void => {
    const frame = mbapFrame(transaction, unit, pdu);
    const bytes = onWire?.(frame) ?? frame;
    const cut = inPieces ? Math.floor(random() * bytes.length) : 0;
    const asked = connection;
    clock.after(afterMs, () => {
      const at = Math.max(clock.mono(), freeAt);
      if (cut > 0) say(at, bytes.subarray(0, cut), asked);
      freeAt = cut > 0 ? at + 1 : at;
      say(freeAt, bytes.subarray(cut), asked);
    });
  };
  const answer = (request: Request): void => {
    const { unit, pdu, transaction = 0 } = request;
    counts.asked(unit, clock.mono());
    const present = slaves.at(unit);
    if (unit === 0) slaves.tell(request);
    else if (present.length === 0 && absent === 'refused')
      send({ unit, pdu: exceptionPdu(pdu[0] ?? 0, exceptions.gatewayTarget), afterMs: 0 }, transaction);
    for (const slave of present) {
      const answers = slaves.ask(slave, request, clock.mono());
      if (answers.length > 0) counts.answered(unit);
      for (const each of answers) send(each, transaction);
    }
  };
  const port = masterPort({
    clock,
    echo: false,
    understand: (bytes) => bytes,
    speak(bytes) {
      const requests = receiver.push(bytes);
      requests?.forEach(answer);
      if (requests !== undefined) return;
      receiver = mbapReceiver();
      port.unplug(new Error('the other end closed the connection'));
      port.plug();
    },
  });
  return {
    connect: (listener) => {
      receiver = mbapReceiver();
      connection++;
      return port.connect(listener);
    },
    unplug: port.unplug,
    plug: port.plug,
    mute: (unit, ms) => slaves.mute(unit, clock.mono() + ms),
    brownOut(unit, ms) {
      slaves.mute(unit, clock.mono() + ms);
      for (const slave of slaves.at(unit)) slave.reset?.();
    },
    misbehave: slaves.misbehave,
    behave: slaves.behave,
    stats: () => counts.stats({ collisions: 0, busyMs: 0, unreadable: 0 }).units,
  };
}

/** The answer carries the number of another transaction: a late or a foreign one. */
export const otherTransaction =
  (shift: number): LineFault =>
  (answer) => [
    {
      ...answer,
      onWire: (frame) => {
        const bytes = Uint8Array.from(frame);
        const view = new DataView(bytes.buffer);
        view.setUint16(0, (view.getUint16(0) + shift) & 0xffff);
        return bytes;
      },
    },
  ];

/** The header is no Modbus any more: nothing that follows on this connection can be understood. */
export const garbledHeader: LineFault = (answer) => [
  { ...answer, onWire: (frame) => frame.map((byte, i) => (i === 2 ? byte ^ 0x40 : byte)) },
];

const sound = (bytes: Uint8Array, at: number) => ({
  by: { role: 'slave' as const },
  bytes,
  start: at,
  end: at,
  clashes: [],
  last: true,
});
