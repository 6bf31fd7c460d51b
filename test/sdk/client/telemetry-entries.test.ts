import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, type TelemetryEntry } from '../../../sdk/index.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { deviceId } from '../../../sdk/model/ids.ts';
import { minutes, wallTime } from '../../../sdk/model/time.ts';
import { encodeCbor } from '../../../sdk/wire/cbor.ts';
import { mapOf } from '../../../sdk/wire/parse.ts';
import { encodePointTable, pointTable } from '../../../sdk/wire/point-table.ts';
import type { Data } from '../../../sdk/wire/request.ts';
import { encodeGone, encodeSnapshot, encodeSummary, encodeTelemetry } from '../../../sdk/wire/telemetry.ts';
import { debian } from '../../support/debian.ts';
import { fakeGateway, sample } from '../../support/fake-gateway.ts';
import { startMosquitto } from '../../support/mosquitto.ts';

const own = <T extends AsyncDisposable>(resource: T): T => {
  onTestFinished(() => resource[Symbol.asyncDispose]());
  return resource;
};
const noon = 1_790_000_040_000;

async function village() {
  const broker = own(await startMosquitto());
  const gateway = own(await fakeGateway({ port: broker.port }));
  const { table } = gateway;
  const fs = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603' }));
  const head = (seq: number, log = 7) => ({ log, seq, boot: 1, trust: 'synced', table: table.hash }) as const;
  const readings = (seq: number, of = table, log = 7): Uint8Array =>
    encodeTelemetry({ ...head(seq, log), table: of.hash }, of, [sample(0, seq / 1_000, noon + seq)]);
  const answer = (batches: readonly Uint8Array[]): void =>
    void gateway.answers.set('batches', (): Data => ({ batches }));
  const after = (range: { log: number; after: number; upTo: number }) => fs.telemetry.entriesAfter('gw-1', range);
  return { gateway, fs, table, head, readings, answer, after };
}
const range = { log: 7, after: 4, upTo: 20 };

describe.skipIf(!debian('mosquitto'))('entries of telemetry (apt-get install mosquitto)', { timeout: 30_000 }, () => {
  it('come one by one with their numbers, each once, without the present values beside them', async () => {
    const { gateway, fs } = await village();
    const seen: TelemetryEntry[] = [];
    const stream = fs.telemetry.entries();
    await gateway.telemetry(5, [sample(0, 0.4, noon), sample(1, 'smoke', noon + 1)]);
    await gateway.snapshot(5, [sample(0, 0.5, noon + 2)]);
    await gateway.telemetry(5, [sample(0, 0.4, noon)]);
    await gateway.telemetry(6, [sample(0, 0.6, noon + 3)]);
    for await (const entry of stream) if (seen.push(entry) === 2) break;
    expect(seen).toMatchObject([
      {
        gateway: 'gw-1',
        log: 7,
        from: 5,
        to: 5,
        readings: [
          { device: 'hydrant-1', point: 'pressure', value: 0.4, unit: 'MPa', at: new Date(noon), quality: 'good' },
          { device: 'smoke-1', point: 'status', value: 'smoke' },
        ],
      },
      { from: 6, to: 6, readings: [{ value: 0.6 }] },
    ]);
  });

  it('are told in order when asked for, and what stands in the place of lost ones', async () => {
    const { gateway, answer, after, head, table, readings } = await village();
    const span = {
      column: 0,
      from: wallTime(noon),
      count: 6,
      leftOut: 1,
      last: 0.4,
      figures: { min: 0, max: 1, mean: 0.4 },
    };
    const foreign = pointTable([{ device: deviceId('hydrant-1'), point: 'other' }]);
    answer([
      readings(5),
      encodeSnapshot(head(5), table, [sample(0, 0.5, noon)]), // no entry
      encodeSummary({ ...head(9), first: 6, every: minutes(1) }, table, [span]),
      encodeGone({ log: 7, first: 10, seq: 12, from: wallTime(noon), to: wallTime(noon + 5_000) }),
      encodeCbor(
        mapOf([
          [0, 99],
          [1, 7],
          [2, 13],
        ]),
      ), // of a later version
      readings(14, foreign),
    ]);
    gateway.answers.set('table', () => {
      throw new FengsuiError('NOT_FOUND', 'not kept any more');
    });
    expect(await after(range)).toMatchObject([
      { gateway: 'gw-1', log: 7, from: 5, to: 5, readings: [{ value: 0.005, unit: 'MPa' }] },
      { from: 6, to: 9, reason: 'summarised', since: new Date(noon), until: new Date(noon + 60_000) },
      { from: 10, to: 12, reason: 'evicted', until: new Date(noon + 5_000) },
      { from: 13, to: 13, reason: 'unreadable' },
      { from: 14, to: 14, reason: 'unreadable' },
    ]);
    gateway.answers.set('table', () => ({ table: encodePointTable(foreign) }));
    answer([readings(14, foreign)]);
    expect(await after(range)).toMatchObject([{ to: 14, readings: [{ point: 'other', value: 0.014 }] }]);
  });

  it('are refused when they are not those that were asked for', async () => {
    const { answer, after, readings } = await village();
    for (const wrong of [
      [readings(4)],
      [readings(21)],
      [readings(6), readings(5)],
      [readings(6), readings(6)],
      [readings(5, undefined, 8)],
      [new Uint8Array([1, 2, 3])],
    ]) {
      answer(wrong);
      await expect(after(range)).rejects.toMatchObject({ code: 'PROTOCOL' });
    }
    answer([]);
    expect(await after(range)).toEqual([]);
  });

  it('cannot be had of a gateway that is offline, unknown, or has another journal', async () => {
    const { gateway, fs, after } = await village();
    gateway.answers.set('batches', () => {
      throw new FengsuiError('CONFLICT', 'these numbers belong to another journal');
    });
    await expect(after(range)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(fs.telemetry.entriesAfter('gw-9', range)).rejects.toMatchObject({ code: 'GATEWAY_UNKNOWN' });
    await gateway.presence(false);
    for (let tries = 0; fs.gateways.get('gw-1').link.online && tries < 100; tries++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(after(range)).rejects.toMatchObject({ code: 'GATEWAY_OFFLINE' });
    await expect(fs.telemetry.entriesAfter('gw-1', range, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(
      FengsuiError,
    );
  });
});
