import { describe, expect, it } from 'vitest';
import { alarmKinds, alarmPhases, causeTests, suppressionKinds } from '../../../sdk/model/alarm.ts';
import { commandRisks, commandStates } from '../../../sdk/model/command.ts';
import { deviceId } from '../../../sdk/model/ids.ts';
import { unitStates } from '../../../sdk/model/link-quality.ts';
import { riskLevels } from '../../../sdk/model/profile.ts';
import { clockTrusts, wallTime } from '../../../sdk/model/time.ts';
import type { WalkTestState } from '../../../sdk/model/walk-test.ts';
import type * as Commands from '../../../sdk/wire/command.ts';
import { encodeCommandReceipt } from '../../../sdk/wire/command.ts';
import {
  type ApplyParams,
  type ApplyResult,
  type ConfigPage,
  type ConfigParams,
  syncs,
} from '../../../sdk/wire/desired.ts';
import type * as Methods from '../../../sdk/wire/methods.ts';
import { commands, type Data, queries } from '../../../sdk/wire/request.ts';
import { sign1 } from '../../../sdk/wire/sign1.ts';
import { mismatch } from '../../support/cddl/check-cddl.ts';
import { textsOf } from '../../support/cddl/rule-facts.ts';
import { contractRules as rules } from '../../support/wire/contract-documents.ts';
import { bytesOfHex, golden } from '../../support/wire/golden-wire.ts';
import { dataBytes, methodRule } from '../../support/wire/method-data.ts';

/** With everything that may lack: what is added to a type does not compile here until somebody has thought of the CDDL. */
type Whole<T> = [Data] extends [T]
  ? T
  : T extends Uint8Array | string | number | boolean | null
    ? T
    : { readonly [K in keyof T]-?: Whole<Exclude<T[K], undefined>> };
type Shape = readonly [rule: string, data: Data];
const shape = <T>(rule: string, data: Whole<T>): Shape => [rule, data as Data];

const suppression = { how: 'shelved', why: 'pump test', operator: 'Li', until: 1_790_000_100_250 } as const;
const counts = { requests: 9, answers: 8, timeouts: 1, crcErrors: 0, exceptions: 0, foreign: 0, late: 0 };
const turnaround = { p50Ms: 12.5, p99Ms: 40 };
const occurrence = { device: 'd', condition: 'low', occurrence: 3, operator: 'Li' };
const report = {
  began: wallTime(1_790_000_000_000),
  over: wallTime(1_790_000_060_000),
  operator: 'Li',
  sounders: 'chirp',
  ended: 'finished',
  why: 'its time was over',
  devices: [{ device: 'd', status: 'passed', condition: 'smoke', at: wallTime(1_790_000_030_000) }],
} as const;

const commandReceipt: Whole<Commands.CommandReceipt> = {
  audit: 'a'.repeat(16),
  device: 'd',
  command: 'open',
  args: { seconds: 1.5 },
  risk: 'life-safety',
  signedBy: ['duty', 'chief'],
  state: 'refused',
  code: 'INTERLOCK',
  message: 'the barrier is not closed',
  at: 1_790_000_000_000,
  clock: 'synced',
  tookMs: 12,
  configVersion: 3,
  before: [{ device: 'd', point: 'open', value: false }],
  after: [{ device: 'd', point: 'open', value: true }],
};
const signedReceipt = await sign1(encodeCommandReceipt(commandReceipt), 't', {
  keyId: 'gw-1',
  sign: async () => new Uint8Array(64),
});

const change = { limit: 0.2, deadband: 0.01, onDelayMs: 1_000, offDelayMs: 2_000 };
const device = {
  bus: 'b',
  id: deviceId('d'),
  profile: 'generic/siren',
  unit: 1,
  line: 3,
  activeLow: true,
  name: 'n',
  place: 'p',
  settings: { slot: 1 },
  pollMs: 200,
  conditions: { low: { ...change, heightened: change, severe: change } },
  commands: { open: { proof: 'gate/closed', proofWithinMs: 15_000 } },
  verifyMs: 5_000,
} as const;
const conflict = {
  device: 'd',
  field: 'address',
  onSite: { bus: 'b', unit: 1 },
  platform: null,
  kept: 'on-site',
  version: 5,
} as const;
const shapes: readonly Shape[] = [
  shape<Methods.ChallengeResult>('challenge-result', { nonce: bytesOfHex('00ff') }),
  shape<Methods.LatestParams>('latest-params', { device: 'd', after: 'c', limit: 10 }),
  shape<Methods.LatestResult>('latest-result', {
    devices: [
      {
        device: 'd',
        points: [
          ['pressure', 1_790_000_000_000.5, 0.4],
          ['flow', 1, null, 'timeout'],
        ],
      },
    ],
    next: 'd',
  }),
  shape<Methods.HistoryParams>('history-params', {
    device: 'd',
    points: ['p'],
    from: 1,
    to: 2,
    every: 1_000,
    after: 1,
  }),
  shape<Methods.HistoryResult>('history-result', { rows: [['p', 1, 'smoke', '~unknown-code']], next: 2 }),
  shape<Methods.HistoryBucketsResult>('history-result', {
    buckets: [
      ['p', 1, 3, 0, null],
      ['q', 1, 3, 1, 0.4, 0.3, 0.5, 0.4],
    ],
    next: 2,
  }),
  shape<Methods.BatchesParams>('batches-params', { log: 7, after: 1, upTo: 4 }),
  shape<Methods.BatchesResult>('batches-result', { batches: [bytesOfHex(golden('readings').hex)] }),
  shape<Methods.TableParams>('table-params', { hash: 7 }),
  shape<Methods.TableResult>('table-result', { table: bytesOfHex(golden('points').hex) }),
  shape<Methods.AlarmsParams>('alarms-params', { after: '3 d/low' }),
  shape<Methods.AlarmsResult>('alarms-result', {
    alarms: [
      {
        device: 'd',
        condition: 'low',
        kind: 'fault',
        phase: 'active-acked',
        occurrence: 3,
        at: 1_790_000_000_000,
        since: 1_789_000_000_000,
        isCorrected: true,
        rule: 'r',
        value: 0.1,
        count: 2,
        silenced: true,
        isUnstored: true,
        suppression,
        explained: { en: 'low', zh: '低' },
        cause: {
          point: 'p',
          test: 'below',
          limit: 0.14,
          unit: 'MPa',
          within: 1,
          onDelay: 1,
          samples: [3, 5],
          held: 1,
          source: 's',
        },
      },
    ],
    next: '3 d/low',
  }),
  shape<Methods.ResumeResult>('resume-result', { log: 7, next: 5 }),
  shape<Methods.SuppressedResult>('suppressed-result', {
    suppressed: [{ device: 'd', condition: 'low', suppression }],
  }),
  shape<WalkTestState>('walk-test-result', {
    running: {
      began: report.began,
      leftMs: 1_000,
      operator: 'Li',
      sounders: 'quiet',
      devices: [{ device: 'd', status: 'active' }],
    },
    report,
  }),
  shape<Methods.LogsParams>('logs-params', { after: 7, level: 'warn' }),
  shape<Methods.LogsResult>('logs-result', {
    lines: [[8, 1_790_000_000_000.5, 'warn', 'uplink.down', '{"why":"x"}']],
    next: 8,
    missed: 0,
  }),
  shape<Methods.ScanBusParams>('scan-bus-params', { bus: 'rs485', from: 1, to: 247, operator: 'Li' }),
  shape<Methods.ScanResult>('scan-result', {
    isRunning: true,
    bus: 'rs485',
    from: 1,
    to: 10,
    done: 3,
    total: 10,
    found: [
      {
        unit: 3,
        devices: ['d'],
        kind: 'present',
        candidates: [{ profile: 'generic/municipal-hydrant', confidence: 0.5 }],
      },
    ],
    why: 'it was stopped',
  }),
  shape<Methods.StatusParams>('status-params', { after: 'rs485' }),
  shape<Methods.StatusPage>('status-result', {
    uptimeMs: 1,
    rssBytes: 2 ** 33,
    alarmLast: 1,
    alarmBacklog: 0,
    telemetryLast: 9,
    telemetryBacklog: 1,
    telemetryEvicted: 0,
    clock: { trust: 'synced', errorMs: 0.5, steps: 1, lastStepMs: -3_000 },
    wear: { overMs: 1, ownPerDay: 2, cardPerDay: 3.5, cardYears: 12.5 },
    delivery: {
      urgent: 1,
      urgentMs: 5,
      uplinks: [
        {
          id: 'platform',
          up: true,
          standby: true,
          hops: {
            count: 1,
            stored: [1, 2.5, 3],
            sent: [1, 2, 3],
            taken: [1, 2, 3],
            received: [1, 2, 3],
            all: [1, 2, 3],
            held: [1, 2, 3],
          },
        },
      ],
    },
    buses: [
      {
        id: 'rs485',
        ...counts,
        utilisation: 0.25,
        turnaround,
        units: [{ unit: 1, state: 'silent', ...counts, turnaround }],
      },
    ],
    next: 'rs485',
  }),
  shape<Methods.ProvisionParams>('provision-params', {
    device,
    ifVersion: 3,
  }),
  shape<ApplyParams>('apply-params', { version: 5, devices: [device], ifBase: 4, dryRun: true, trialMs: 5_000 }),
  shape<ApplyResult>('apply-result', {
    version: 5,
    sync: 'trial',
    problems: [{ device: 'd', path: 'unit', message: 'no answer' }],
    conflicts: [conflict],
    leftOut: 2,
  }),
  shape<ConfigParams>('config-params', { after: 'd' }),
  shape<ConfigPage>('config-result', {
    configVersion: 7,
    desired: { version: 5, sync: 'rejected', localVersion: 2, problem: 'bus b: no answer' },
    devices: [{ ...device, origin: 'local' }],
    conflicts: [conflict],
    next: 'd',
  }),
  shape<Methods.RemoveParams>('remove-params', { device: 'd', ifVersion: 3 }),
  shape<Methods.ConfigResult>('provision-result', { configVersion: 4 }),
  shape<Methods.ConfigResult>('remove-result', { configVersion: 4 }),
  shape<Methods.AcknowledgeParams>('acknowledge-params', occurrence),
  shape<Methods.SilenceParams>('silence-params', occurrence),
  shape<Methods.ResetParams>('reset-params', occurrence),
  shape<Methods.AlarmResult>('acknowledge-result', { phase: 'active-acked' }),
  shape<Methods.AlarmResult>('silence-result', { phase: 'active-acked' }),
  shape<Methods.AlarmResult>('reset-result', { phase: 'normal' }),
  shape<Methods.SuppressParams>('suppress-params', {
    device: 'd',
    condition: 'c',
    how: 'shelved',
    why: 'w',
    minutes: 5,
    operator: 'Li',
  }),
  shape<Methods.UnsuppressParams>('unsuppress-params', { device: 'd', condition: 'c', operator: 'Li' }),
  shape<Methods.SetRiskLevelParams>('set-risk-level-params', { level: 'severe', why: 'typhoon', operator: 'Li' }),
  shape<Methods.RiskLevelResult>('set-risk-level-result', { level: 'severe' }),
  shape<Methods.StartWalkTestParams>('start-walk-test-params', {
    devices: ['d'],
    zone: 'ground',
    minutes: 30,
    sounders: 'quiet',
    operator: 'Li',
  }),
  ...(['suppress', 'unsuppress', 'startWalkTest', 'stopWalkTest', 'scanBus', 'stopScan'] as const).map(
    (m): Shape => [methodRule(m, 'result'), {}],
  ),
  ...(['challenge', 'resume', 'suppressed', 'walkTest', 'scan', 'certificate'] as const).map(
    (m): Shape => [methodRule(m, 'params'), null],
  ),
  shape<Commands.ChallengeParams>('challenge-params', { for: 'approval' }),
  shape<Commands.InvokeParams>('invoke-params', {
    device: 'd',
    command: 'open',
    args: { seconds: 1.5 },
    audit: 'a'.repeat(16),
    notAfter: 1_790_000_000_000,
    ifVersion: 3,
    role: 'life-safety',
    operator: 'Li',
  }),
  shape<Commands.InvokeResult>('invoke-result', { receipt: signedReceipt }),
  shape<Commands.OutcomeParams>('outcome-params', { audit: 'a'.repeat(16) }),
  shape<Commands.InvokeResult>('outcome-result', { receipt: signedReceipt }),
  ['outcome-result', { state: 'running' }],
  shape<Methods.CertificateResult>('certificate-result', {
    certificates: [
      {
        uplinks: ['platform'],
        serial: '4f'.repeat(16),
        notAfter: 1_790_000_000_000,
        next: '40'.repeat(16),
        refused: true,
        request: '-----BEGIN CERTIFICATE REQUEST-----',
      },
    ],
  }),
  shape<Methods.InstallCertificateParams>('install-certificate-params', {
    uplink: 'platform',
    certificate: '-----BEGIN CERTIFICATE-----',
    authority: '-----BEGIN CERTIFICATE-----',
    operator: 'Li',
  }),
  shape<Methods.InstallCertificateResult>('install-certificate-result', { serial: '4f'.repeat(16) }),
  ['stop-walk-test-params', { operator: 'Li' }],
  ['stop-scan-params', { operator: 'Li' }],
];

describe('the shapes of methods', () => {
  it.each(shapes)('fit the CDDL: %s', (rule, data) => {
    expect(mismatch(rules, rule, dataBytes(data))).toBeUndefined();
  });

  it.each(shapes.filter(([, data]) => data !== null))('do not fit it with a field more: %s', (rule, data) => {
    expect(mismatch(rules, rule, dataBytes({ ...Object(data), more: 1 }))).toBeDefined();
  });

  it('are there for every method', () => {
    const wanted = [...queries, ...commands].flatMap((m) => [methodRule(m, 'params'), methodRule(m, 'result')]);
    expect([...new Set(shapes.map(([rule]) => rule))].toSorted()).toEqual(wanted.toSorted());
  });

  it.each([
    ['kind-name', alarmKinds],
    ['phase-name', alarmPhases],
    ['test-name', causeTests],
    ['suppression-name', suppressionKinds],
    ['trust-name', clockTrusts],
    ['level-name', riskLevels],
    ['unit-state', unitStates],
    ['risk-name', commandRisks],
    ['command-state', commandStates],
    ['sync-name', syncs],
  ])('have the names of the code: %s', (rule, names) => {
    expect(textsOf(rules, rule)).toEqual(names);
  });
});
