import { describe, expect, it } from 'vitest';
import { rulesOf } from '../../../edge/alarm/rules-of.ts';
import { logTail } from '../../../edge/platform/log-tail.ts';
import { alarmsPage } from '../../../edge/runtime/alarm-commands.ts';
import { alarmDesk } from '../../../edge/runtime/alarms/alarm-desk.ts';
import { deviceList } from '../../../edge/runtime/device-list.ts';
import { handlers } from '../../../edge/runtime/handlers.ts';
import { riskDesk } from '../../../edge/runtime/risk/risk-desk.ts';
import { parseAlarms, parseSuppressed } from '../../../sdk/client/alarm-results.ts';
import { type AlarmChange, alarmKinds } from '../../../sdk/model/alarm.ts';
import { deviceId } from '../../../sdk/model/ids.ts';
import type { Scalar } from '../../../sdk/model/point.ts';
import { type Data, encodeReply } from '../../../sdk/wire/request.ts';
import { parseWalkTestState } from '../../../sdk/wire/walk-test.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { alarmChange } from '../../support/fake-gateway.ts';
import { statusOf } from '../../support/link-figures.ts';
import { memoryJournal } from '../../support/memory-journal.ts';
import { noScans } from '../../support/no-scans.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { hydrant, onBus, siteOf } from '../../support/site-yaml.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const smoke = (id: string, slot: number): string =>
  `id: ${id}, profile: generic/wireless-smoke-alarm, name: Smoke, unit: 9, settings: { slot: ${slot} }`;
const low = { device: 'gate', condition: 'low' };
const fire = { device: 'hall', condition: 'smoke' };

/** A desk with a hydrant and two smoke alarms of one zone. */
async function stage() {
  const clock = fakeClock();
  const log = recordingLog();
  const journal = memoryJournal();
  const site = siteOf(onBus(hydrant('gate', 1), smoke('hall', 0), smoke('barn', 1)));
  const parts = { journal, clock, log };
  const told: string[] = [];
  const alarms = await alarmDesk({
    ...parts,
    boot: 1,
    onChange: (c) => told.push(`${c.device}/${c.condition} ${c.event}`),
    onStored: () => undefined,
  });
  const levels: string[] = [];
  const risk = await riskDesk({ windows: [], ...parts, onLevel: (level) => levels.push(level) });
  const devices = await deviceList(site, `${await temporaryFolder()}/devices.json`, log);
  for (const device of devices.devices) alarms.watch(device.id, rulesOf(device));
  const { query, command } = handlers({
    logs: logTail(log, clock),
    scans: noScans,
    ...parts,
    alarms,
    zones: [{ id: 'ground', name: 'Ground floor', devices: ['hall', 'barn'] }],
    risk,
    devices,
    deviceCommands: { invoke: async () => expect.unreachable(), outcome: () => expect.unreachable() },
    site,
    desired: { apply: () => expect.unreachable() },
    points: () => new Map(),
    table: () => expect.unreachable(),
    wallOf: () => 0,
    flush: async () => undefined,
    applyDevices: () => undefined,
    resume: () => 1,
    status: () => statusOf(),
    certificates: { show: async () => ({}), install: async () => ({}) },
  });
  const reads = (device: string, point: string, value: Scalar): void =>
    alarms.value(deviceId(device), point, { quality: 'good', at: clock.mono(), value });
  return {
    clock,
    alarms,
    risk,
    told,
    levels,
    query,
    reads,
    smokeIn: (device: string) => reads(device, 'status', 'smoke'),
    async drop(value = 0.12) {
      reads('gate', 'pressure', value);
      await clock.advance(5_000);
      reads('gate', 'pressure', value);
    },
    does: (method: Parameters<typeof command>[0], params: Data) => command(method, params, 'duty'),
  };
}
type Stage = Awaited<ReturnType<typeof stage>>;
type Method = Parameters<Stage['does']>[0];

describe('what a person does to one occurrence', () => {
  it('is told with who did it: the person by the platform’s word, the key for certain', async () => {
    const s = await stage();
    s.smokeIn('hall');
    const params = { ...fire, occurrence: 1, operator: 'Li' };
    expect(await s.does('acknowledge', params)).toEqual({ phase: 'active-acked' });
    expect(await s.does('silence', params)).toEqual({ phase: 'active-acked' });
    expect(s.alarms.standing()).toMatchObject([{ silenced: true, operator: 'Li (duty)' }]);
    expect(await s.does('reset', params)).toEqual({ phase: 'normal' });
    expect(s.told).toEqual(['hall/smoke raised', 'hall/smoke acked', 'hall/smoke silenced', 'hall/smoke reset']);
  });

  it('never meets a newer one', async () => {
    const s = await stage();
    s.smokeIn('hall');
    await s.does('reset', { ...fire, occurrence: 1 });
    s.smokeIn('hall');
    for (const method of ['acknowledge', 'silence', 'reset'] as const) {
      await expect(s.does(method, { ...fire, occurrence: 1 })).rejects.toMatchObject({
        code: 'CONFLICT',
        message: 'hall/smoke is at occurrence 2, not 1: look again before you act',
      });
    }
    expect(s.alarms.active.has('hall/smoke')).toBe(true);
  });
});

describe('why an alarm stands', () => {
  it('is still told after people have acted on it', async () => {
    const s = await stage();
    await s.drop(0.12);
    const explained = async () => parseAlarms(await s.query('alarms', null)).alarms[0]?.explained?.zh;
    const before = await explained();
    expect(before).toMatch(/^0\.12 MPa：压力低于 0\.14 MPa，持续 5 秒/);
    await s.does('acknowledge', { ...low, occurrence: 1 });
    expect(await explained()).toBe(before);
    await s.does('silence', { ...low, occurrence: 1 });
    await s.does('suppress', { ...low, how: 'disabled', why: 'rebuilt' });
    expect(await explained()).toBe(before);
    await s.does('unsuppress', low);
    expect(await explained()).toBe(before);
  });
});

describe('suppressing', () => {
  it('shelves with an end, is listed, and is lifted', async () => {
    const s = await stage();
    expect(await s.does('suppress', { ...low, how: 'shelved', minutes: 30, why: 'pump test' })).toEqual({});
    expect(parseSuppressed(await s.query('suppressed', null))).toEqual([
      {
        ...low,
        suppression: { how: 'shelved', why: 'pump test', operator: 'duty', until: s.clock.wall() + 1_800_000 },
      },
    ]);
    await s.drop();
    expect(s.alarms.active.size).toBe(0);
    expect(parseAlarms(await s.query('alarms', null)).alarms).toMatchObject([
      { ...low, phase: 'active-unacked', suppression: { how: 'shelved' } },
    ]);
    expect(await s.does('unsuppress', low)).toEqual({});
    expect([...s.alarms.active]).toEqual(['gate/low']);
  });

  it('takes a device out of service and back; its fire is told with a remark', async () => {
    const s = await stage();
    await s.does('suppress', { device: 'hall', how: 'out-of-service', why: 'repair', operator: 'Li' });
    s.smokeIn('hall');
    expect([...s.alarms.active]).toEqual(['hall/smoke']);
    expect(s.alarms.standing()).toMatchObject([{ suppression: { how: 'out-of-service', why: 'repair' } }]);
    await s.does('unsuppress', { device: 'hall' });
    expect(parseSuppressed(await s.query('suppressed', null))).toEqual([]);
  });
});

describe('the risk level', () => {
  it('is answered with the one that holds', async () => {
    const s = await stage();
    expect(await s.does('setRiskLevel', { level: 'severe', why: '干旱', operator: 'Li' })).toEqual({ level: 'severe' });
    expect(s.levels).toEqual(['severe']);
    expect(s.risk.state()).toEqual({ level: 'severe', why: '干旱', operator: 'Li (duty)' });
  });
});

describe('a walk test', () => {
  it('of a zone ticks, and is told by its state', async () => {
    const s = await stage();
    expect(await s.does('startWalkTest', { zone: 'ground', minutes: 30, sounders: 'quiet' })).toEqual({});
    s.smokeIn('hall');
    expect(parseWalkTestState(await s.query('walkTest', null)).running).toMatchObject({
      operator: 'duty',
      leftMs: 1_800_000,
      devices: [
        { device: 'hall', status: 'active' },
        { device: 'barn', status: 'untested' },
      ],
    });
    s.reads('hall', 'status', 'normal');
    expect(await s.does('stopWalkTest', { operator: 'Li' })).toEqual({});
    expect(parseWalkTestState(await s.query('walkTest', null))).toMatchObject({
      report: {
        ended: 'stopped',
        why: 'stopped by Li (duty)',
        devices: [{ status: 'passed' }, { status: 'untested' }],
      },
    });
  });

  it('of named devices tests each once', async () => {
    const s = await stage();
    await s.does('startWalkTest', { devices: ['hall', 'hall'], minutes: 1, sounders: 'chirp' });
    expect(parseWalkTestState(await s.query('walkTest', null)).running?.devices).toHaveLength(1);
  });
});

const test = { minutes: 30, sounders: 'quiet' };
const shelving = { ...low, how: 'shelved', why: 'x' };

describe('bad input is refused with what to do', () => {
  it.each<[method: Method, params: Data, code: string, message: unknown]>([
    [
      'acknowledge',
      { ...fire, occurrence: -1 },
      'PROTOCOL',
      'params[occurrence]: expected a whole number from 0, got -1',
    ],
    ['silence', { condition: 'smoke', occurrence: 1 }, 'PROTOCOL', 'params[device]: expected a text, got undefined'],
    ['silence', { ...fire, occurrence: 0 }, 'CONFLICT', 'hall/smoke is not active'],
    ['reset', { ...fire, device: 'shed' }, 'NOT_FOUND', 'there is no device “shed”'],
    [
      'reset',
      { ...fire, condition: 'gas' },
      'NOT_FOUND',
      expect.stringMatching(/^there is no condition “gas” on “hall”; it has smoke, detector-fault, .*no-answer/),
    ],
    ['reset', low, 'CONFLICT', 'gate/low is not latched: it clears by itself'],
    ['reset', { ...fire, occurrence: '1' }, 'PROTOCOL', 'params[occurrence]: expected a whole number from 0, got 1'],
    ['suppress', { ...low, why: 'x' }, 'PROTOCOL', 'params[how]: expected a text, got undefined'],
    [
      'suppress',
      { ...low, how: 'by-design', why: 'x' },
      'INVALID',
      'how: expected one of shelved, disabled, out-of-service, got “by-design”',
    ],
    [
      'suppress',
      { ...shelving, why: ' ', minutes: 5 },
      'INVALID',
      'why: give a reason; who comes next must know why nobody is alarmed',
    ],
    ['suppress', shelving, 'INVALID', 'minutes: shelving needs an end, at most 10080 minutes from now'],
    [
      'suppress',
      { ...shelving, minutes: 10_081 },
      'INVALID',
      'minutes: shelving needs an end, at most 10080 minutes from now',
    ],
    [
      'suppress',
      { ...shelving, minutes: 0 },
      'INVALID',
      'minutes: shelving needs an end, at most 10080 minutes from now',
    ],
    ['suppress', { ...shelving, minutes: 'ten' }, 'PROTOCOL', 'params[minutes]: expected a number, got ten'],
    [
      'suppress',
      { ...low, how: 'out-of-service', why: 'x' },
      'INVALID',
      'condition: a device as a whole is taken out of service; to quiet one condition, disable it',
    ],
    [
      'suppress',
      { device: 'gate', how: 'disabled', why: 'x' },
      'INVALID',
      'condition: which one is to be disabled? A whole device is taken out of service',
    ],
    ['suppress', { device: 'shed', how: 'out-of-service', why: 'x' }, 'NOT_FOUND', 'there is no device “shed”'],
    [
      'suppress',
      { ...fire, how: 'disabled', why: 'x' },
      'CONFLICT',
      'hall/smoke is a fire and is never hidden; silence it, reset it, or take the device out of service for repair: its fires are told all the same, with a remark',
    ],
    ['unsuppress', low, 'CONFLICT', 'gate/low is not suppressed'],
    ['unsuppress', { device: 'gate' }, 'CONFLICT', 'gate/* is not suppressed'],
    [
      'setRiskLevel',
      { level: 'high', why: 'x' },
      'INVALID',
      'level: expected one of normal, heightened, severe, got “high”',
    ],
    ['setRiskLevel', { level: 'severe' }, 'PROTOCOL', 'params[why]: expected a text, got undefined'],
    ['setRiskLevel', { level: 'severe', why: '  ' }, 'INVALID', 'why: give a reason; who comes next must know it'],
    ['startWalkTest', test, 'INVALID', 'devices: give either devices or a zone to test'],
    [
      'startWalkTest',
      { ...test, devices: ['hall'], zone: 'ground' },
      'INVALID',
      'devices: give either devices or a zone to test',
    ],
    ['startWalkTest', { ...test, devices: [] }, 'INVALID', 'devices: name at least one device to test'],
    ['startWalkTest', { ...test, devices: ['hall', 5] }, 'INVALID', 'devices: expected the ids of devices'],
    ['startWalkTest', { ...test, devices: ['shed'] }, 'NOT_FOUND', 'devices: there is no device “shed”'],
    ['startWalkTest', { ...test, zone: 'roof' }, 'NOT_FOUND', 'zone: there is no zone “roof”; there are ground'],
    [
      'startWalkTest',
      { ...test, zone: 'ground', minutes: 241 },
      'INVALID',
      'minutes: a walk test takes 1 to 240 minutes',
    ],
    [
      'startWalkTest',
      { ...test, zone: 'ground', sounders: 'loud' },
      'INVALID',
      'sounders: expected one of quiet, chirp, got “loud”',
    ],
    ['stopWalkTest', {}, 'CONFLICT', 'no walk test is running'],
  ])('%s %j', async (method, params, code, message) => {
    const s = await stage();
    await expect(s.does(method, params)).rejects.toMatchObject({ code, message });
    expect(s.told).toEqual([]);
  });

  it('a second walk test', async () => {
    const s = await stage();
    await s.does('startWalkTest', { ...test, zone: 'ground', operator: 'Li' });
    await expect(s.does('startWalkTest', { ...test, zone: 'ground' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'a walk test of Li (duty) is running; end it first',
    });
  });
});

describe('the alarms that stand', () => {
  const storm = (count: number): AlarmChange[] =>
    Array.from({ length: count }, (_, i) => ({
      ...alarmChange(1),
      device: deviceId(`d-${i}`),
      kind: alarmKinds[(i * 5) % 7] ?? 'fire',
    }));

  it('come in pages, each once, most urgent first, and each page below 64 KB', () => {
    const standing = storm(1_000);
    const seen: string[] = [];
    let page = alarmsPage(standing);
    for (;;) {
      seen.push(...page.alarms.map((a) => a.device));
      expect(encodeReply({ id: 'x', ok: true, result: page }).length).toBeLessThan(65_536);
      if (page.next === undefined) break;
      page = alarmsPage(standing, page.next);
    }
    expect(seen.toSorted()).toEqual(standing.map((c): string => c.device).toSorted());
    expect(alarmsPage(standing).alarms.every((a) => a.kind === 'fire')).toBe(true);
  });

  it('of one that is gone meanwhile skip no other', () => {
    const standing = storm(60);
    const { next } = alarmsPage(standing);
    const left = standing.filter((c) => !next?.includes(c.device));
    expect(alarmsPage(left, next).alarms).toEqual(alarmsPage(standing, next).alarms);
  });
});
