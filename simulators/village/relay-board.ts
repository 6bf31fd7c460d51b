import { type Cell, type Unit, unitOf } from '../modbus/unit.ts';

export type RelayBoard = {
  readonly unit: Unit;
  /** By number as printed on the board, 1 to 8. */
  isOn(relay: number): boolean;
  /** Calls back for each change. Returns a function that ends this. */
  onChange(changed: (relay: number, on: boolean) => void): () => void;
};

const count = 8;

/** A Waveshare Modbus relay board with 8 channels: coil 0 is relay 1. */
export function relayBoard(): RelayBoard {
  const states = Array.from({ length: count }, () => 0);
  const listeners = new Set<(relay: number, on: boolean) => void>();
  const coil = (index: number): Cell => ({
    get: () => states[index] ?? 0,
    set(value) {
      if (states[index] !== value) {
        states[index] = value;
        for (const changed of listeners) changed(index + 1, value === 1);
      }
      return 'done';
    },
  });
  return {
    unit: unitOf({ coil: Object.fromEntries(states.map((_, index) => [index, coil(index)])) }),
    isOn: (relay) => states[relay - 1] === 1,
    onChange(changed) {
      listeners.add(changed);
      return () => void listeners.delete(changed);
    },
  };
}
