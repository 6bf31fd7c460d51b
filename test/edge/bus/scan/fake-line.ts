import type { ModbusBus, ModbusEndpoint, ModbusTiming } from '../../../../edge/bus/modbus/modbus-bus.ts';
import type { Block } from '../../../../edge/bus/reading.ts';
import { settingName } from '../../../../edge/bus/scan/scan-plan.ts';
import type { Clock } from '../../../../edge/platform/clock.ts';
import { type ErrorCode, FengsuiError } from '../../../../sdk/model/errors.ts';
import type { LinkCounts } from '../../../../sdk/model/link-quality.ts';
import { millis } from '../../../../sdk/model/time.ts';
import type { FakeClock } from '../../../support/fake-clock.ts';

/** What a unit does with the n-th request to it, counted from 0. */
export type Slave = (block: Block, n: number) => Said;
export type Said = {
  readonly words?: readonly number[];
  readonly fail?: ErrorCode;
  readonly exception?: number;
  /** Of a frame that came and did not fit, in hexadecimal digits. */
  readonly frame?: string;
  /** Milliseconds until the answer begins; beyond the patience of the bus it counts as late. */
  readonly after?: number;
  /** Intact frames more than the one. */
  readonly surplus?: number;
  /** Intact frames of somebody else. */
  readonly foreign?: number;
};

export const registers =
  (...words: readonly number[]): Slave =>
  ({ address, count }) =>
    address + count <= words.length ? { words: words.slice(address, address + count) } : { exception: 2 };
export const silent: Slave = () => ({ fail: 'BUS_TIMEOUT' });

export type Asked = Block & { readonly setting: string };
export type FakeLine = {
  readonly asked: readonly Asked[];
  readonly open: (endpoint: ModbusEndpoint, timing: ModbusTiming) => ModbusBus;
};

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
const none: LinkCounts = { requests: 0, answers: 0, timeouts: 0, crcErrors: 0, exceptions: 0, foreign: 0, late: 0 };

/** A line in fake time with slaves at `<setting> <unit>`, e.g. `9600 8N1 3`; everybody else is silent. */
export function fakeLine(clock: Clock, slaves: Readonly<Record<string, Slave>>): FakeLine {
  const asked: Asked[] = [];
  const turns = new Map<string, number>();
  let openNow = 0;
  const open = (endpoint: ModbusEndpoint, timing: ModbusTiming): ModbusBus => {
    if (openNow > 0) throw new Error('the port is open already');
    openNow++;
    const setting = settingName(endpoint);
    const counts = new Map<number, Mutable<LinkCounts>>();
    let foreign = 0;
    const countsOf = (unit: number): Mutable<LinkCounts> => {
      const known = counts.get(unit) ?? { ...none };
      counts.set(unit, known);
      return known;
    };
    return {
      async read(block, signal) {
        asked.push({ ...block, setting });
        const name = `${setting} ${block.unit}`;
        const n = turns.get(name) ?? 0;
        turns.set(name, n + 1);
        const said = (slaves[name] ?? silent)(block, n);
        const after = said.after ?? (said.fail === 'BUS_TIMEOUT' ? timing.timeout : 10);
        await clock.sleep(millis(Math.min(after, timing.timeout)), signal);
        const count = countsOf(block.unit);
        count.foreign += said.surplus ?? 0;
        foreign += said.foreign ?? 0;
        if (said.fail === 'BUS_CRC') count.crcErrors++;
        if (after > timing.timeout) count.late++;
        if (said.fail) throw new FengsuiError(said.fail, said.fail, { details: { frame: said.frame } });
        if (after > timing.timeout) throw new FengsuiError('BUS_TIMEOUT');
        if (said.exception !== undefined)
          throw new FengsuiError('BUS_EXCEPTION', 'refused', { details: { exception: said.exception } });
        return said.words ?? [];
      },
      write: () => Promise.reject(new Error('a scan must not write')),
      barredUntil: () => undefined,
      opened: () => 1,
      quality: () => ({
        ...none,
        foreign,
        utilisation: 0,
        units: [...counts].map(([unit, count]) => ({ unit, state: 'unknown', ...count })),
      }),
      [Symbol.asyncDispose]: () => {
        openNow--;
        return Promise.resolve();
      },
    };
  };
  return { asked, open };
}

/** Moves fake time on until the work is done. */
export async function inFakeTime<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  const progress = { isOver: false };
  const done = work.finally(() => {
    progress.isOver = true;
  });
  done.catch(() => undefined);
  while (!progress.isOver) await clock.advance(1_000);
  return done;
}
