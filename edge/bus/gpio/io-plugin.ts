import { EventEmitter } from 'node:events';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { MonoTime } from '../../../sdk/model/time.ts';

/** Where a virtual pin leads. Levels are logical: HIGH is active. */
export type PinTarget =
  | { readonly direction: 'in'; readonly name: string }
  /** `drive` starts the write; its promise says how it ended. */
  | { readonly direction: 'out'; readonly name: string; drive(active: boolean): Promise<void> };

/** How johnny-five reaches our lines: an IO plugin with virtual pins and no hardware of its own. */
export interface IoPlugin extends EventEmitter {
  readonly name: string;
  readonly isReady: boolean;
  pinMode(pin: number, mode: number): void;
  digitalWrite(pin: number, value: number): void;
  digitalRead(pin: number, changed: (value: number, at: MonoTime) => void): void;
}

export type PinBank = {
  readonly io: IoPlugin;
  /** Connects a virtual pin, from 1 up; `undefined` disconnects it. */
  connect(pin: number, target: PinTarget | undefined): void;
  /** Tells johnny-five a level. */
  report(pin: number, active: boolean, at: MonoTime): void;
  /** How the last write to this pin ended. */
  outcome(pin: number): Promise<void>;
};

export const ioModes = { INPUT: 0, OUTPUT: 1 } as const;

/**
 * Policy lives here: a write to an input is refused (johnny-five's Switch does that), a pin cannot be used against
 * its direction, and no level is kept, so that nothing can disagree with the hardware.
 */
export function pinBank(): PinBank {
  const targets = new Map<number, PinTarget>();
  const readers = new Map<number, (value: number, at: MonoTime) => void>();
  const outcomes = new Map<number, Promise<void>>();
  const targetAt = (pin: number): PinTarget => {
    const target = targets.get(pin);
    if (target) return target;
    throw new FengsuiError('LINE', `virtual pin ${pin} is not connected to a line; open the line first`);
  };
  const io: IoPlugin = Object.assign(new EventEmitter(), {
    name: 'FengsuiIO',
    isReady: true,
    HIGH: 1,
    LOW: 0,
    MODES: ioModes,
    pins: [],
    analogPins: [],
    normalize: (pin: number | string) => Number(pin),
    pinMode(pin: number, mode: number) {
      const { direction, name } = targetAt(pin);
      if (mode === (direction === 'in' ? ioModes.INPUT : ioModes.OUTPUT)) return;
      const what = `line ${name} is configured as ${direction}put; mode ${mode} is refused`;
      throw new FengsuiError('LINE', what, { details: { line: name, mode } });
    },
    digitalWrite(pin: number, value: number) {
      const target = targetAt(pin);
      if (target.direction === 'in') throw notAnOutput(target.name);
      outcomes.set(pin, target.drive(value !== 0));
    },
    digitalRead(pin: number, changed: (value: number, at: MonoTime) => void) {
      targetAt(pin);
      readers.set(pin, changed);
    },
  });
  return {
    io,
    connect(pin, target) {
      if (target) targets.set(pin, target);
      else targets.delete(pin);
      outcomes.delete(pin);
    },
    report: (pin, active, at) => readers.get(pin)?.(active ? 1 : 0, at),
    outcome: (pin) => outcomes.get(pin) ?? Promise.resolve(),
  };
}

export const notAnOutput = (name: string): FengsuiError =>
  new FengsuiError(
    'LINE',
    `line ${name} is configured as an input and is never driven; give the line \`direction: out\``,
    {
      details: { line: name },
    },
  );
