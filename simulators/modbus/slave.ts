import { answerRequest, exceptionPdu, exceptions } from './answer-request.ts';
import type { Answer, Fault } from './faults.ts';
import { mbapFrame, mbapReceiver } from './mbap-frame.ts';
import { type Request, rtuFrame, rtuReceiver } from './rtu-frame.ts';
import type { Unit } from './unit.ts';

/** How long an RTU line must be quiet before a fragment counts as noise. Wider than 3.5 characters: sockets and ptys stutter. */
const idleMs = 20;

/** Units may be added and removed while it runs. */
export type Units = ReadonlyMap<number, Unit>;

export type Slave = {
  /** From now on the answers of this unit suffer this fault. */
  misbehave(unit: number, fault: Fault): void;
  /** The unit's answers are good again. */
  behave(unit: number): void;
};

/** One connection or line, from the side of the devices. */
export type Wire = {
  /** Returns `false` when the bytes are not this protocol and nothing can be found in them any more. */
  receive(bytes: Uint8Array): boolean;
  /** Forgets answers that are still under way. */
  close(): void;
};

type Write = (bytes: Uint8Array) => void;

/** The devices of one bus behind any number of connections; faults hold for all of them. */
export function slave(units: Units): Slave & { tcpWire(write: Write): Wire; rtuWire(write: Write): Wire } {
  const faults = new Map<number, Fault>();
  const respond = (request: Request, frame: (unit: number, pdu: Uint8Array) => Uint8Array, later: Later): void => {
    const pdu = answerOf(units, request);
    if (pdu === undefined) return;
    const good: Answer = { unit: request.unit, pdu, afterMs: 0 };
    const fault = faults.get(request.unit);
    const answer = fault === undefined ? good : fault(good);
    if (answer === undefined) return;
    const bytes = frame(answer.unit, answer.pdu);
    later(answer.afterMs, answer.onWire?.(bytes) ?? bytes);
  };
  return {
    misbehave: (unit, fault) => void faults.set(unit, fault),
    behave: (unit) => void faults.delete(unit),
    tcpWire(write) {
      const pending = delayed(write);
      const receiver = mbapReceiver();
      return {
        receive(bytes) {
          const requests = receiver.push(bytes);
          for (const request of requests ?? []) {
            respond(request, (unit, pdu) => mbapFrame(request.transaction ?? 0, unit, pdu), pending.later);
          }
          return requests !== undefined;
        },
        close: () => pending.cancel(),
      };
    },
    rtuWire(write) {
      const pending = delayed(write);
      const receiver = rtuReceiver();
      const answer = (request: Request): void => respond(request, rtuFrame, pending.later);
      let quiet: NodeJS.Timeout | undefined;
      return {
        receive(bytes) {
          clearTimeout(quiet);
          receiver.push(bytes).forEach(answer);
          quiet = setTimeout(() => receiver.idle().forEach(answer), idleMs);
          return true;
        },
        close() {
          clearTimeout(quiet);
          pending.cancel();
        },
      };
    },
  };
}

/** `undefined`: nobody answers. */
function answerOf(units: Units, { unit, pdu, transaction }: Request): Uint8Array | undefined {
  const device = units.get(unit);
  if (device !== undefined) return (device.powered?.() ?? true) ? answerRequest(device, pdu) : undefined;
  // A gateway tells that nobody is there; on a serial line there is nobody to tell.
  if (transaction !== undefined) return exceptionPdu(pdu[0] ?? 0, exceptions.gatewayTarget);
  if (unit === 0) for (const each of units.values()) answerRequest(each, pdu); // broadcast: done by all, answered by none
  return undefined;
}

type Later = (ms: number, bytes: Uint8Array) => void;

function delayed(write: Write): { later: Later; cancel(): void } {
  const timers = new Set<NodeJS.Timeout>();
  return {
    later(ms, bytes) {
      if (ms === 0) return write(bytes);
      const timer = setTimeout(() => {
        timers.delete(timer);
        write(bytes);
      }, ms);
      timers.add(timer);
    },
    cancel() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
