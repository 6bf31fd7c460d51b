import { describe, expect, it } from 'vitest';
import type { Site } from '../../../../edge/runtime/config/site.ts';
import { auditTrail } from '../../../../edge/runtime/records/audit-trail.ts';
import { recordStore } from '../../../../edge/runtime/records/record-store.ts';
import { version } from '../../../../edge/runtime/version.ts';
import type { CommandOutcome } from '../../../../edge/uplink/request-desk.ts';
import type { HeardRecord } from '../../../../sdk/model/record.ts';
import { hearEntry } from '../../../../sdk/wire/lane-entry.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { type MemoryDisk, memoryDisk, memoryJournal } from '../../../support/memory-journal.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { settled } from '../../../support/settled.ts';
import { hydrant, onBus, siteOf } from '../../../support/site-yaml.ts';

const one = siteOf(onBus(hydrant('gate', 1), hydrant('mill', 2)));

/** One run of a gateway, as far as its audit goes. */
async function run({ site = one, disk = memoryDisk() }: { site?: Site; disk?: MemoryDisk } = {}) {
  const clock = fakeClock();
  const log = recordingLog();
  const journal = memoryJournal(disk);
  let woken = 0;
  const record = recordStore({ journal, clock, log, boot: 5, onStored: () => woken++ });
  const audit = await auditTrail({ site, journal, clock, log, record });
  const records = (): readonly HeardRecord[] =>
    disk.lanes.alarm.flatMap(({ body }) => {
      const entry = hearEntry(body);
      return 'record' in entry ? [entry.record] : [];
    });
  return { audit, records, disk, clock, log, woken: () => woken };
}

const command: CommandOutcome = {
  client: 'sdk-1',
  method: 'provision',
  params: { device: { id: 'main', profile: 'generic/fire-main', bus: 'rs485' }, operator: '李伟' },
  operator: 'duty',
};
const refused: CommandOutcome = {
  ...command,
  method: 'reset',
  params: { device: 'gate', condition: 'low' },
  refused: { code: 'CONFLICT', message: 'another occurrence stands by now' },
};
const forged: CommandOutcome = {
  client: 'stranger',
  method: 'reset',
  params: { device: 'gate' },
  refused: { code: 'FORBIDDEN', message: 'the signature is not that of “duty”' },
};

describe('the life of a gateway', () => {
  it('begins with its first start, by whom and with what', async () => {
    const { audit, records, woken } = await run();
    audit.started(3);
    await settled();
    expect(records()).toMatchObject([
      { kind: 'audit', act: 'started', version, configVersion: 3, configHash: one.configHash, after: 'nothing' },
    ]);
    expect(records()[0]?.at).toMatchObject({ boot: 5, trust: 'synced' });
    expect(one.configHash).toMatch(/^[0-9a-f]{64}$/);
    expect(woken()).toBe(1);
  });

  it('tells whether the run before ended in order', async () => {
    const first = await run();
    first.audit.started(0);
    await first.audit.stopped('SIGTERM');
    const second = await run({ disk: first.disk });
    second.audit.started(0);
    const third = await run({ disk: first.disk });
    third.audit.started(0);
    await settled();
    expect(third.records()).toMatchObject([
      { act: 'started', after: 'nothing' },
      { act: 'stopped', why: 'SIGTERM' },
      { act: 'started', after: 'stop' },
      { act: 'started', after: 'failure' },
    ]);
  });

  it('tells what is different in the configuration since, and only then', async () => {
    const first = await run();
    first.audit.started(0);
    const site = siteOf(onBus(hydrant('mill', 3), hydrant('school', 4)));
    const second = await run({ disk: first.disk, site });
    second.audit.started(0);
    const third = await run({ disk: first.disk, site });
    third.audit.started(0);
    await settled();
    expect(third.records().filter((r) => r.kind === 'audit' && r.act === 'configured')).toMatchObject([
      { configHash: site.configHash, added: ['school'], removed: ['gate'], changed: ['mill'] },
    ]);
  });

  it('does not depend on what it left being readable', async () => {
    const disk = memoryDisk();
    disk.kept.set('audit', Buffer.from('{"rubbish'));
    const { audit, records, log } = await run({ disk });
    audit.started(0);
    await settled();
    expect(records()).toMatchObject([{ act: 'started', after: 'nothing' }]);
    expect(log.lines.map((l) => l.event)).toContain('audit.kept-unreadable');
  });

  it('ends in time though the disk takes nothing', async () => {
    const { audit, disk, clock, log } = await run();
    disk.fail('the disk is full');
    const stopped = audit.stopped('SIGTERM');
    await clock.advance(2_000);
    await stopped;
    expect(log.lines.map((l) => l.event)).toContain('audit.not-stored');
  });

  it('tells of a clock that is set, and of one that is set without end but seldom', async () => {
    const { audit, records, clock } = await run();
    audit.clockStepped(86_400_000);
    for (let n = 0; n < 50; n++) audit.clockStepped(-n);
    await clock.advance(60_000);
    expect(records()).toMatchObject([
      { act: 'clock-stepped', byMs: 86_400_000, count: 1 },
      { act: 'clock-stepped', byMs: -49, count: 50 },
    ]);
  });
});

describe('a command', () => {
  it('that was done is told with who, what and on what', async () => {
    const { audit, records } = await run();
    audit.command(command);
    await settled();
    expect(records()).toMatchObject([
      {
        act: 'command',
        method: 'provision',
        outcome: 'done',
        client: 'sdk-1',
        operator: '李伟 (duty)',
        device: 'main',
        detail: 'generic/fire-main',
        count: 1,
      },
    ]);
  });

  it.each<[CommandOutcome['method'], CommandOutcome['params'], string | undefined]>([
    ['remove', { device: 'main' }, undefined],
    ['setRiskLevel', { level: 'severe', why: 'Spring Festival' }, 'severe: Spring Festival'],
    ['startWalkTest', { zone: 'hall', minutes: 30, sounders: 'chirp' }, 'zone hall, 30 min, chirp'],
    ['startWalkTest', { devices: ['a', 'b'], minutes: 30, sounders: 'quiet' }, '2 devices, 30 min, quiet'],
    ['stopWalkTest', null, undefined],
  ])('%s of %j is told with what was asked', async (method, params, detail) => {
    const { audit, records } = await run();
    audit.command({ ...command, method, params });
    await settled();
    const [record] = records();
    expect(record).toMatchObject({ method, outcome: 'done', operator: 'duty' });
    expect(record && 'detail' in record ? record.detail : undefined).toBe(detail);
  });

  it.each<CommandOutcome['method']>(['acknowledge', 'reset', 'silence', 'suppress', 'unsuppress'])(
    '%s that was done stands in the alarm’s own change',
    async (method) => {
      const { audit, records } = await run();
      audit.command({ ...command, method });
      await settled();
      expect(records()).toEqual([]);
    },
  );

  it('that was refused is told with the code and the reason', async () => {
    const { audit, records } = await run();
    audit.command(refused);
    await settled();
    expect(records()).toMatchObject([
      {
        method: 'reset',
        outcome: 'CONFLICT',
        operator: 'duty',
        device: 'gate',
        condition: 'low',
        detail: 'another occurrence stands by now',
      },
    ]);
  });

  it('that nobody has signed names no operator', async () => {
    const { audit, records } = await run();
    audit.command(forged);
    await settled();
    expect(records()[0]).toMatchObject({ client: 'stranger', outcome: 'FORBIDDEN' });
    expect(records()[0]).not.toHaveProperty('operator');
  });

  it.each<[what: string, params: CommandOutcome['params']]>([
    ['nothing', null],
    ['a list', ['gate']],
    ['bytes', Uint8Array.of(1, 2)],
    ['a number for a device', { device: 7, condition: [], operator: 3 }],
    ['names without end', { device: 'x'.repeat(60_000), condition: 'y'.repeat(60_000) }],
  ])('that was refused may be about %s', async (_, params) => {
    const { audit, records, disk } = await run();
    audit.command({ ...refused, params });
    await settled();
    expect(records()).toMatchObject([{ method: 'reset', operator: 'duty', outcome: 'CONFLICT' }]);
    expect(disk.lanes.alarm[0]?.body.length).toBeLessThan(500);
  });

  it('that is refused over and over is told once a minute with its number', async () => {
    const { audit, records, clock } = await run();
    for (let n = 0; n < 1_000; n++) audit.command(forged);
    await clock.advance(60_000);
    expect(records()).toMatchObject([{ count: 1 }, { client: 'stranger', outcome: 'FORBIDDEN', count: 999 }]);
  });

  it('of a known key is told apart by what it was about', async () => {
    const { audit, records } = await run();
    audit.command(refused);
    audit.command({ ...refused, params: { device: 'mill', condition: 'low' } });
    await settled();
    expect(records()).toMatchObject([{ device: 'gate' }, { device: 'mill' }]);
  });

  it('that was refused just before the end is told before it', async () => {
    const { audit, records } = await run();
    audit.command(forged);
    audit.command(forged);
    await audit.stopped('SIGTERM');
    expect(records()).toMatchObject([{ count: 1 }, { count: 1 }, { act: 'stopped' }]);
  });
});

describe('a record', () => {
  it('that the journal refuses is logged, and nobody waits for it', async () => {
    const log = recordingLog();
    const journal = memoryJournal();
    await journal[Symbol.asyncDispose]();
    const record = recordStore({ journal, clock: fakeClock(), log, boot: 1, onStored: () => expect.unreachable() });
    await record({ kind: 'audit', act: 'stopped', why: 'x' });
    expect(log.lines).toMatchObject([{ event: 'record.not-stored' }]);
  });
});
