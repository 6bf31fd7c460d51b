import { expect, it } from 'vitest';
import { presentMessages } from '../../../edge/runtime/present-messages.ts';
import { telemetryRecorder } from '../../../edge/runtime/telemetry-recorder.ts';
import { openTelemetry } from '../../../sdk/wire/telemetry.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { memoryJournal } from '../../support/memory-journal.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { hydrant, onBus, siteOf } from '../../support/site-yaml.ts';

it('the present value of every point that has one, each once, at its own time', async () => {
  const clock = fakeClock();
  const journal = memoryJournal();
  const recorder = telemetryRecorder({
    journal,
    clock,
    log: recordingLog(),
    boot: 9,
    commitMs: 10_000,
    chunkBytes: 48_000,
    onStored: () => undefined,
  });
  const { devices } = siteOf(onBus(...Array.from({ length: 240 }, (_, i) => hydrant(`h-${i}`, i + 1))));
  const points = recorder.setDevices(devices);
  await clock.advance(1_000);
  let told = 0;
  for (const [, live] of [...points].slice(1))
    for (const point of live) {
      recorder.record(point, { quality: 'good', at: clock.mono(), value: told++ / 1_000 });
      await clock.advance(1);
    }
  clock.setTrust('estimated');
  const messages = presentMessages({ log: journal.id, seq: 77, boot: 9 }, recorder.table(), points, clock);
  expect(messages.length).toBeGreaterThan(1);
  expect(Math.max(...messages.map((m) => m.length))).toBeLessThan(1_330);
  const opened = messages.map(openTelemetry).flatMap((m) => (m.kind === 'snapshot' ? [m] : []));
  expect(opened).toHaveLength(messages.length);
  expect(opened[0]).toMatchObject({ log: journal.id, seq: 77, boot: 9, trust: 'estimated' });
  const samples = opened.flatMap((m) => m.samples(recorder.table()));
  const silent = points.get('h-0')?.length ?? 0;
  expect(samples.map(({ column }) => column)).toEqual(Array.from({ length: told }, (_, i) => silent + i));
  expect(samples[7]).toMatchObject({
    wall: Date.UTC(2026, 0, 1) + 1_007,
    value: { quality: 'good', at: 1_007, value: 0.007 },
  });
});
