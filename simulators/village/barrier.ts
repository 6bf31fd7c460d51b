import { type Unit, unitOf } from '../modbus/unit.ts';

/** Addresses of the simulated board. */
export const barrierAddresses = { openCoil: 0, openInput: 0, closedInput: 1, pulseCoil: 0x200 } as const;

export type Barrier = {
  /** A board with one relay for “open” and two end switches; it knows the pulse of Waveshare’s boards. */
  readonly unit: Unit;
  /** The end switches alone, for sites where they hang on another board. */
  readonly ends: Unit;
  isOpen(): boolean;
  isRelayOn(): boolean;
  /** How often the relay was switched on. */
  presses(): number;
  /** Fault: the boom does not move any more. */
  jam(): void;
  free(): void;
  /** By hand, at once. */
  close(): void;
};

/** A fire-lane barrier that takes `travelMs` from closed to open once its contact was closed, however shortly. */
export function barrier({ travelMs }: { readonly travelMs: number }): Barrier {
  let isOn = false;
  let presses = 0;
  let isJammed = false;
  let end: 'closed' | 'open' | 'between' = 'closed';
  let moving: NodeJS.Timeout | undefined;
  let pulse: NodeJS.Timeout | undefined;

  const arrive = (): void => {
    moving = undefined;
    if (!isJammed) end = 'open';
  };
  const set = (on: boolean): void => {
    clearTimeout(pulse);
    if (on && !isOn) {
      presses++;
      if (!isJammed && end !== 'open') {
        end = 'between';
        moving ??= setTimeout(arrive, travelMs);
      }
    }
    isOn = on;
  };
  const bit = (is: () => boolean) => () => (is() ? 1 : 0);
  const discrete = {
    [barrierAddresses.openInput]: bit(() => end === 'open'),
    [barrierAddresses.closedInput]: bit(() => end === 'closed'),
  };
  return {
    unit: {
      ...unitOf({
        coil: {
          [barrierAddresses.openCoil]: {
            get: bit(() => isOn),
            set(value) {
              set(value === 1);
              return 'done';
            },
          },
        },
        discrete,
      }),
      writeWord(address, steps) {
        if (address !== barrierAddresses.pulseCoil) return undefined;
        set(true);
        pulse = setTimeout(() => set(false), steps * 100);
        return 'done';
      },
    },
    ends: unitOf({ discrete }),
    isOpen: () => end === 'open',
    isRelayOn: () => isOn,
    presses: () => presses,
    jam() {
      isJammed = true;
    },
    free() {
      isJammed = false;
    },
    close() {
      clearTimeout(moving);
      moving = undefined;
      end = 'closed';
    },
  };
}
