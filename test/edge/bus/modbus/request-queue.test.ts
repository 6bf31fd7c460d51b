import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { readRequest } from '../../../../edge/bus/modbus/request.ts';
import { type Job, requestQueue } from '../../../../edge/bus/modbus/request-queue.ts';
import { urgencies } from '../../../../edge/bus/reading.ts';

const request = (address: number, unit = 1) => readRequest({ unit, table: 'coil', address, count: 1 }, 'tcp');

it('gives each request once: the most urgent first, else in the order asked; the aborted are rejected and never given', () =>
  fc.assert(
    fc.property(
      fc.array(fc.record({ urgency: fc.constantFrom(...urgencies), abort: fc.boolean(), isFirst: fc.boolean() })),
      (asked) => {
        const queue = requestQueue();
        const rejected: number[] = [];
        const wanted: (typeof asked)[number][] = [];
        const aborts = asked.map((entry, address) => {
          const abort = new AbortController();
          const reject = (): void => void rejected.push(address);
          const job: Job = {
            request: request(address),
            urgency: entry.urgency,
            resolve: () => {},
            reject,
            signal: abort.signal,
          };
          if (entry.isFirst) queue.addFirst(job);
          else queue.add(job);
          if (!entry.abort && entry.isFirst) wanted.unshift(entry);
          else if (!entry.abort) wanted.push(entry);
          return abort;
        });
        for (const [i, abort] of aborts.entries()) if (asked[i]?.abort) abort.abort();
        const given: number[] = [];
        for (let job = queue.first(); job; job = queue.first()) {
          queue.take(job);
          given.push(job.request.address);
        }
        for (const abort of aborts) abort.abort();
        expect(queue.first()).toBeUndefined();
        const order = urgencies.flatMap((urgency) => wanted.filter((entry) => entry.urgency === urgency));
        expect(given).toEqual(order.map((entry) => asked.indexOf(entry)));
        expect(rejected).toEqual([...asked.keys()].filter((address) => asked[address]?.abort));
      },
    ),
  ));

it('passes over those that may not go, however urgent, and gives them once they may', () => {
  const queue = requestQueue();
  const { signal } = new AbortController();
  const ask = (unit: number, urgency: Job['urgency']): void =>
    queue.add({ request: request(0, unit), urgency, resolve: () => {}, reject: () => {}, signal });
  for (const unit of [1, 2]) ask(unit, 'command');
  ask(3, 'scan');
  const allBut =
    (...units: number[]) =>
    (job: Job): boolean =>
      !units.includes(job.request.unit);
  expect(queue.first(allBut(1))?.request.unit).toBe(2);
  expect(queue.first(allBut(1, 2))?.request.unit).toBe(3);
  expect(queue.first(allBut(1, 2, 3))).toBeUndefined();
  expect(queue.first()?.request.unit).toBe(1);
});
