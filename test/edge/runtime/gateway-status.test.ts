import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatewayStatus, statusPage } from '../../../edge/runtime/gateway-status.ts';
import { parseStatus } from '../../../sdk/client/results.ts';
import type { LinkCounts } from '../../../sdk/model/link-quality.ts';
import { millis } from '../../../sdk/model/time.ts';
import { messageLimits } from '../../../sdk/wire/cbor-limits.ts';
import type { BusStatus, StatusResult } from '../../../sdk/wire/methods.ts';
import { decodeReply, encodeReply } from '../../../sdk/wire/request.ts';
import { busFigures, statusOf, unitFigures } from '../../support/link-figures.ts';
import { memoryDisk, memoryJournal } from '../../support/memory-journal.ts';

const units = (count: number) => Array.from({ length: count }, (_, i) => unitFigures(i + 1));

function pagesOf(status: StatusResult): readonly (readonly BusStatus[])[] {
  const pages: (readonly BusStatus[])[] = [];
  let page = statusPage(status);
  for (;;) {
    pages.push(page.buses);
    if (page.next === undefined) return pages;
    page = statusPage(status, page.next);
  }
}

describe('the figures of a gateway', () => {
  it('tell every Modbus bus with its units, and how long it has counted', () => {
    const { id, ...quality } = busFigures('street', units(2));
    const fields = { quality: () => [[id, quality] as const] };
    const backlog = (lane: 'alarm' | 'telemetry'): number => (lane === 'alarm' ? 3 : 9);
    const status = gatewayStatus(memoryJournal(memoryDisk()), fields, backlog, millis(1_234.6));
    expect(status).toMatchObject({ uptimeMs: 1_235, alarmBacklog: 3, telemetryBacklog: 9 });
    expect(status.buses).toEqual([{ id: 'street', ...quality }]);
  });
});

describe('a page of figures', () => {
  it('holds everything of an ordinary gateway', () => {
    const status = statusOf(busFigures('a', units(32)), busFigures('b', units(100)));
    expect(statusPage(status)).toEqual(status);
  });

  it('never cuts a bus, and goes on with the next one', () => {
    const status = statusOf(busFigures('a', units(247)), busFigures('b', units(150)), busFigures('c', units(49)));
    expect(pagesOf(status).map((page) => page.map((bus) => bus.id))).toEqual([['a'], ['b'], ['c']]);
  });

  it('of a gateway without buses is empty and the last', () => {
    expect(statusPage(statusOf())).toEqual(statusOf());
  });

  it('after a bus that is not there is a plain no', () => {
    expect(() => statusPage(statusOf(), 'b')).toThrow('there is no bus “b” to go on after');
  });

  it('all pages together are all buses, each once and in order', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 247 }), { maxLength: 40 });
    fc.assert(
      fc.property(sizes, (all) => {
        const status = statusOf(...all.map((count, i) => busFigures(`bus-${i}`, units(count))));
        expect(pagesOf(status).flat()).toEqual(status.buses);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['one bus with 247 units', [247]],
    ['one unit on each of 300 buses', Array.from({ length: 300 }, () => 1)],
    ['300 buses without units', Array.from({ length: 300 }, () => 0)],
    ['a full bus behind a small one', [3, 247]],
  ])('%s, with the longest names and numbers, stays below what a reply may have', (_, sizes) => {
    const most = Number.MAX_SAFE_INTEGER;
    const counts: LinkCounts = {
      requests: most,
      answers: most,
      timeouts: most,
      crcErrors: most,
      exceptions: most,
      foreign: most,
      late: most,
    };
    const longest = { ...counts, turnaround: { p50Ms: 1_234.567_891, p99Ms: 9_876.543_21 } };
    const status = statusOf(
      ...sizes.map((count, i) =>
        busFigures(
          `${'x'.repeat(59)}${1_000 + i}`,
          units(count).map(({ unit }) => ({ unit, state: 'other-device' as const, ...longest })),
          { ...longest, utilisation: 0.123_456_789 },
        ),
      ),
    );
    const page = statusPage(status);
    const reply = encodeReply({ id: 'r'.repeat(64), ok: true, result: page });
    expect(reply.length).toBeLessThan(messageLimits.bytes);
    const back = decodeReply(reply);
    expect(back.ok && parseStatus(back.result)).toEqual(page);
  });
});
