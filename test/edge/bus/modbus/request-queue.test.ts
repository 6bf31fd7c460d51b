import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { readRequest, writeRequest } from '../../../../edge/bus/modbus/request.ts';
import { requestQueue } from '../../../../edge/bus/modbus/request-queue.ts';

const make = (write: boolean, address: number) =>
  write
    ? writeRequest({ unit: 1, table: 'coil', address, value: true }, 'tcp')
    : readRequest({ unit: 1, table: 'coil', address, count: 1 }, 'tcp');

it('gives each request once: writes first, else in the order asked; the aborted are rejected and never given', () =>
  fc.assert(
    fc.property(fc.array(fc.record({ write: fc.boolean(), abort: fc.boolean() })), (asked) => {
      const queue = requestQueue();
      const rejected: number[] = [];
      const aborts = asked.map(({ write }, address) => {
        const abort = new AbortController();
        const reject = (): void => void rejected.push(address);
        queue.add({ request: make(write, address), resolve: () => {}, reject, signal: abort.signal });
        return abort;
      });
      for (const [i, abort] of aborts.entries()) if (asked[i]?.abort) abort.abort();
      const given: number[] = [];
      for (let job = queue.next(); job; job = queue.next()) given.push(job.request.address);
      for (const abort of aborts) abort.abort();
      const numbered = asked.map((entry, address) => ({ ...entry, address }));
      const wanted = numbered.filter((entry) => !entry.abort);
      const order = [...wanted.filter((e) => e.write), ...wanted.filter((e) => !e.write)].map((e) => e.address);
      expect(given).toEqual(order);
      expect(rejected).toEqual(numbered.filter((entry) => entry.abort).map((entry) => entry.address));
      expect(queue.empty()).toBe(true);
    }),
  ));
