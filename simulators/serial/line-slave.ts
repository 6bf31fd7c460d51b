import { answerRequest } from '../modbus/answer-request.ts';
import type { Answer } from '../modbus/faults.ts';
import type { Request } from '../modbus/rtu-frame.ts';
import type { Unit } from '../modbus/unit.ts';
import { type Exchange, good, type LineFault } from './line-faults.ts';

/** A device on a line. */
export type LineSlave = {
  readonly unit: Unit;
  /** From the end of the request to the beginning of the answer; the silence between frames unless given. */
  readonly turnaroundMs?: number | ((random: () => number) => number);
  /** It drops frames that are not preceded by the silence between frames, or with a longer pause inside than allowed. */
  readonly strict?: boolean;
  /** Of every answer, until the line is told otherwise. */
  readonly fault?: LineFault;
  /**
   * After overhearing a request that nobody answers it takes everything for that answer for so long: 500 ms and more
   * are seen on real devices. It hears every request unless given.
   */
  readonly deafMs?: number;
  /** Puts the registers back to what they are after power-up. */
  readonly reset?: () => void;
  /** A second device at the same address. */
  readonly twin?: LineSlave;
};

export type SlavesOptions = {
  readonly slaves: ReadonlyMap<number, LineSlave>;
  readonly silenceMs: number;
  readonly random: () => number;
};

/** Whoever is on a line, behind its framing: who answers a request, with what and when. */
export type Slaves = {
  /** All that have this address; none where nobody is. */
  readonly at: (unit: number) => readonly LineSlave[];
  /** Asks one device. An empty list is silence. */
  readonly ask: (slave: LineSlave, request: Request, at: number) => readonly Answer[];
  /** A broadcast: done by all, answered by none. */
  readonly tell: (request: Request) => void;
  readonly mute: (unit: number, until: number) => void;
  readonly misbehave: (unit: number, fault: LineFault) => void;
  readonly behave: (unit: number) => void;
};

export function slavesOf({ slaves, silenceMs, random }: SlavesOptions): Slaves {
  const mutedUntil = new Map<number, number>();
  const faults = new Map<number, LineFault>();
  const at = (unit: number): readonly LineSlave[] => {
    const slave = slaves.get(unit);
    if (slave === undefined) return [];
    return slave.twin === undefined ? [slave] : [slave, slave.twin];
  };
  return {
    at,
    ask(slave, request, when) {
      if (when < (mutedUntil.get(request.unit) ?? 0) || slave.unit.powered?.() === false) return [];
      const answer = {
        unit: request.unit,
        pdu: answerRequest(slave.unit, request.pdu),
        afterMs: turnaround(slave, silenceMs, random),
      };
      const exchange: Exchange = {
        request,
        at: when,
        random,
        answerOf: (unit, pdu) => {
          const other = at(unit)[0];
          return other === undefined ? undefined : answerRequest(other.unit, pdu);
        },
      };
      return (faults.get(request.unit) ?? slave.fault ?? good)(answer, exchange);
    },
    tell(request) {
      for (const unit of slaves.keys()) for (const slave of at(unit)) answerRequest(slave.unit, request.pdu);
    },
    mute: (unit, until) => void mutedUntil.set(unit, until),
    misbehave: (unit, fault) => void faults.set(unit, fault),
    behave: (unit) => void faults.set(unit, good),
  };
}

function turnaround(slave: LineSlave, silenceMs: number, random: () => number): number {
  const { turnaroundMs = silenceMs, strict } = slave;
  const drawn = typeof turnaroundMs === 'function' ? turnaroundMs(random) : turnaroundMs;
  // Who waits for the silence to know that the request is over cannot answer before.
  return strict ? Math.max(drawn, silenceMs) : drawn;
}
