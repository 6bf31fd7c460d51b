import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../../sdk/authority/index.ts';
import { encodeEnrolmentReply } from '../../../sdk/identity/claim/enrolment.ts';
import { fromPem } from '../../../sdk/identity/pem.ts';
import { alarmEvents, alarmKinds, alarmPhases, causeTests, suppressionKinds } from '../../../sdk/model/alarm.ts';
import { errorCodes } from '../../../sdk/model/errors.ts';
import { gatewayId, townCode } from '../../../sdk/model/ids.ts';
import { doubts, losses } from '../../../sdk/model/point.ts';
import { riskLevels } from '../../../sdk/model/profile.ts';
import { linkageSteps, runEnds } from '../../../sdk/model/record.ts';
import { clockTrusts } from '../../../sdk/model/time.ts';
import { alarmKeys, alarmType, encodeAlarm, suppressionKeys } from '../../../sdk/wire/alarm-message.ts';
import { type Cbor, decodeCbor, encodeCbor } from '../../../sdk/wire/cbor.ts';
import { desiredKeys, syncs } from '../../../sdk/wire/desired.ts';
import {
  busStateKeys,
  deviceStateKeys,
  healths,
  origins,
  presenceKeys,
  stateKeys,
} from '../../../sdk/wire/gateway-state.ts';
import { encodeMember, encodeTaken } from '../../../sdk/wire/group.ts';
import { columnKeys, pointsKeys } from '../../../sdk/wire/point-table.ts';
import { receiptKeys } from '../../../sdk/wire/receipt.ts';
import { auditActs, auditType, encodeRecord, linkageType, recordKeys } from '../../../sdk/wire/record-message.ts';
import { commands, encodeRequest, queries } from '../../../sdk/wire/request.ts';
import { runClockKeys } from '../../../sdk/wire/run-clock.ts';
import { sign1, signedBytes } from '../../../sdk/wire/sign1.ts';
import { qualityCode, telemetryKeys, telemetryTypes } from '../../../sdk/wire/telemetry.ts';
import { channels } from '../../../sdk/wire/topics.ts';
import { mismatch } from '../../support/cddl/check-cddl.ts';
import { enumeratedKeys, keysOf, namesOf, reachedFrom, textsOf } from '../../support/cddl/rule-facts.ts';
import { enrolmentOf, newClaim, newDeviceKey } from '../../support/claims.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { anyAlarm } from '../../support/wire/any-alarm.ts';
import { anyRecord } from '../../support/wire/any-record.ts';
import { contractRules as rules } from '../../support/wire/contract-documents.ts';
import { goldenRecords } from '../../support/wire/golden-records.ts';
import { bytesOfHex, type Golden, golden, goldenWire } from '../../support/wire/golden-wire.ts';
import { methodRule } from '../../support/wire/method-data.ts';
import { meaningOf } from '../../support/wire/wire-meaning.ts';

const groupRules = ['group-member', 'group-taken'];

describe('the CDDL of the contract', () => {
  it.each(goldenWire.filter(({ age }) => age !== 'later'))('fits $name', ({ channel, hex }) => {
    expect(mismatch(rules, channel, bytesOfHex(hex))).toBeUndefined();
  });

  it.each(goldenWire.filter(({ age }) => age === 'later'))(
    'does not fit $name, but what it promises of such',
    (each) => {
      const bytes = bytesOfHex(each.hex);
      expect(mismatch(rules, each.channel, bytes)).toBeDefined();
      expect(mismatch(rules, `later-${each.channel}`, bytes)).toBeUndefined();
    },
  );

  it('fits every alarm', () => {
    fc.assert(
      fc.property(anyAlarm, (change) => {
        expect(mismatch(rules, 'alarm', encodeAlarm({ log: 7, seq: 1, change }))).toBeUndefined();
      }),
    );
  });

  it('fits every record', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(mismatch(rules, 'alarm', encodeRecord({ log: 7, seq: 1, record }))).toBeUndefined();
      }),
    );
  });

  it('fits what members of a group say', () => {
    const at = { town: townCode('001'), gateway: gatewayId('gw-1'), log: 7, seq: 3 };
    expect(mismatch(rules, 'group-member', encodeMember())).toBeUndefined();
    expect(mismatch(rules, 'group-taken', encodeTaken([at, at]))).toBeUndefined();
    expect(mismatch(rules, 'group-member', encodeCbor(new Map([[1, 2]])))).toBeDefined();
  });

  it('fits what is signed', () => {
    const bytes = signedBytes(Uint8Array.of(0xf6), 'fengsui/v1/330603/001/gw-1/request');
    expect(mismatch(rules, 'signed-bytes', bytes)).toBeUndefined();
  });

  it('fits what two persons have signed, and no more than two', async () => {
    const signer = (keyId: string) => ({ keyId, sign: async () => new Uint8Array(64) });
    const payload = encodeRequest({ id: 'r', client: 'c', method: 'invoke', params: {} });
    const once = await sign1(payload, 't', signer('duty'));
    const twice = await sign1(once, 't', signer('chief'));
    expect(mismatch(rules, 'request', twice)).toBeUndefined();
    expect(mismatch(rules, 'request', await sign1(twice, 't', signer('third')))).toBeDefined();
  });

  it('fits what a claim code is exchanged for', async () => {
    const authority = await createAuthority({ folder: `${await temporaryFolder()}/a`, district: '330603' });
    const { code, ticket } = await authority.claims.create(newClaim());
    const request = enrolmentOf(code, newDeviceKey());
    const { issued } = await authority.claims.redeem(request);
    expect(mismatch(rules, 'enrolment-request', request)).toBeUndefined();
    const enrolled = encodeEnrolmentReply({ ok: true, ticket, certificate: issued.certificate });
    expect(mismatch(rules, 'enrolment-reply', enrolled)).toBeUndefined();
    const refused = encodeEnrolmentReply({ ok: false, code: 'CLAIM_USED', message: 'no' });
    expect(mismatch(rules, 'enrolment-reply', refused)).toBeUndefined();
    expect(mismatch(rules, 'claim-ticket', fromPem('FENGSUI CLAIM TICKET', ticket))).toBeUndefined();
  });

  it('has a rule for each channel, and none that is not used or not there', () => {
    const methods = [...queries, ...commands].flatMap((m) => [methodRule(m, 'params'), methodRule(m, 'result')]);
    const claims = ['enrolment-request', 'enrolment-reply', 'claim-ticket'];
    const later = ['later-alarm', 'later-telemetry'];
    const roots = [...channels, ...methods, ...claims, 'signed-bytes', ...later, ...groupRules];
    const reached = reachedFrom(rules, roots);
    expect([...rules.keys()].filter((name) => !reached.has(name))).toEqual([]);
    const given = ['any', 'bool', 'bstr', 'float64', 'int', 'nil', 'number', 'true', 'false', 'tstr', 'uint'];
    expect([...reached].filter((name) => !rules.has(name)).toSorted()).toEqual(given.toSorted());
  });
});

describe('the keys of the CDDL', () => {
  it.each<[rule: string, keys: Readonly<Record<string, number>>]>([
    ['presence', presenceKeys],
    ['state', stateKeys],
    ['bus-state', busStateKeys],
    ['device-state', deviceStateKeys],
    ['desired-state', desiredKeys],
    ['run-clock', runClockKeys],
    ['points', pointsKeys],
    ['point-column', columnKeys],
    ['alarm-change', withStamp(alarmKeys)],
    ['suppression', suppressionKeys],
    ['record', withStamp(recordKeys)],
    ['telemetry', telemetryKeys],
    ['taken', receiptKeys],
  ])('are those of the code: %s', (rule, keys) => {
    expect(keysOf(rules, rule)).toEqual(keys);
  });

  it.each([
    ['alarm raised', alarmType],
    ['linkage switched', linkageType],
    ['audit of a stop', auditType],
  ])('tell kinds of entries apart as the code does: %s', (name, type) => {
    const bytes = bytesOfHex(golden(name).hex);
    const fitting = [1, 2, 3, 4].filter((each) => !mismatch(rules, 'alarm', changed(bytes, 0, each)));
    expect(fitting).toEqual([type]);
  });

  it('tell acts apart as the code does', () => {
    const names = auditActs.map((act) => ({ kind: 'name', name: `audit-${act}` }));
    expect(rules.get('audit-record')).toEqual({ kind: 'choice', of: names });
    for (const [position, act] of auditActs.entries()) {
      const { hex } = recordOfAct(act);
      const fits = (at: number) => !mismatch(rules, `audit-${act}`, changed(bytesOfHex(hex), recordKeys.act, at));
      expect([...auditActs, 'other'].map((_, at) => fits(at))).toEqual(
        [...auditActs, 'other'].map((_, at) => at === position),
      );
    }
  });

  it('tell kinds of telemetry apart as the code does', () => {
    for (const [name, type] of Object.entries(telemetryTypes)) {
      const { hex } = golden(name);
      expect(mismatch(rules, name, changed(bytesOfHex(hex), 0, type))).toBeUndefined();
      expect(mismatch(rules, name, changed(bytesOfHex(hex), 0, type + 1))).toBeDefined();
    }
  });
});

function recordOfAct(act: (typeof auditActs)[number]) {
  const found = goldenRecords.find(({ meaning: { record } }) => record.kind === 'audit' && record.act === act);
  if (!found) throw new Error(`there are no golden bytes of the act ${act}`);
  return found;
}

/** A stamp takes five keys from its own on. */
function withStamp({ stamp, ...others }: Readonly<Record<string, number>> & { readonly stamp: number }) {
  const parts = ['stampBoot', 'stampMono', 'stampS', 'stampMs', 'stampTrust'];
  return { ...others, ...Object.fromEntries(parts.map((part, i) => [part, stamp + i])) };
}

describe('the lists of the CDDL', () => {
  it.each([
    ['clock-trust', clockTrusts],
    ['risk-level', riskLevels],
    ['origin', origins],
    ['sync', syncs],
    ['health', healths],
    ['alarm-kind', alarmKinds],
    ['alarm-event', alarmEvents],
    ['alarm-phase', alarmPhases],
    ['cause-test', causeTests],
    ['suppression-kind', suppressionKinds],
    ['linkage-step', linkageSteps],
    ['run-end', runEnds],
  ])('are those of the code: %s', (rule, names) => {
    expect(namesOf(rules, rule)).toEqual(Object.fromEntries(names.map((name, position) => [name, position])));
  });

  it('are those of the code: qualities', () => {
    const at = 0 as never;
    expect(namesOf(rules, 'quality')).toEqual({
      good: 0,
      ...Object.fromEntries(doubts.map((why) => [why, qualityCode({ quality: 'doubtful', at, value: 0, why })])),
      ...Object.fromEntries(losses.map((why) => [why, qualityCode({ quality: 'lost', at, why })])),
    });
  });

  it('are those of the code: methods and errors', () => {
    expect(textsOf(rules, 'query-name')).toEqual(queries);
    expect(textsOf(rules, 'command-name')).toEqual(commands);
    expect(textsOf(rules, 'error-code')).toEqual(errorCodes);
  });
});

const integerKeyed = goldenWire.filter(
  ({ channel, age }) => age !== 'later' && ['presence', 'state', 'points', 'alarm', 'telemetry'].includes(channel),
);

describe('what is not the contract is told', () => {
  it.each(integerKeyed)('$name with a value of another type', ({ channel, hex }) => {
    for (const key of topKeys(hex)) {
      expect.soft(mismatch(rules, channel, changed(bytesOfHex(hex), key, [['x']])), `key ${key}`).toBeDefined();
    }
  });

  it.each(integerKeyed)('$name with a position that is not known', ({ channel, hex }) => {
    const enumerated = enumeratedKeys(rules, channel).filter((key) => topKeys(hex).includes(key));
    for (const key of enumerated) {
      expect.soft(mismatch(rules, channel, changed(bytesOfHex(hex), key, 200)), `key ${key}`).toBeDefined();
    }
  });

  it.each(integerKeyed)('$name with a key more', ({ channel, hex }) => {
    expect(mismatch(rules, channel, changed(bytesOfHex(hex), 9_999, 1))).toBeDefined();
  });

  it.each<[string, string]>([
    ['a wrong method', 'a4626964616166636c69656e746162666d6574686f6466726573756d6666706172616d73f6'],
    ['a command without a signature', 'a4626964616166636c69656e746162666d6574686f6465726573657466706172616d73f6'],
    [
      'an id of 65 characters',
      `a462696478417878${'78'.repeat(63)}66636c69656e746162666d6574686f6466726573756d6566706172616d73f6`,
    ],
  ])('a request with %s', (_, hex) => {
    expect(mismatch(rules, 'request', bytesOfHex(hex))).toBeDefined();
  });

  it('a receipt that is not signed, or signed by another algorithm, or cut', () => {
    const { hex } = golden('signed receipt');
    expect(mismatch(rules, 'receipt', bytesOfHex('a201070281820103'))).toContain('expected tag 18');
    expect(mismatch(rules, 'receipt', bytesOfHex(hex.replace('43a10127', '43a10126')))).toContain(
      'expected -8, got -7',
    );
    expect(mismatch(rules, 'receipt', bytesOfHex(hex.slice(0, -2).replace('5840', '583f')))).toContain('.size 64');
  });
});

describe('what the CDDL allows', () => {
  it.each(integerKeyed)('is taken by the reader: $name with a key less', (each) => {
    for (const key of topKeys(each.hex)) {
      const hex = Buffer.from(changed(bytesOfHex(each.hex), key, undefined)).toString('hex');
      if (mismatch(rules, each.channel, bytesOfHex(hex)) === undefined)
        expect.soft(() => meaningOf({ ...each, hex } satisfies Golden), `key ${key}`).not.toThrow();
    }
  });
});

function mapOf(bytes: Uint8Array): Map<Cbor, Cbor> {
  const map = decodeCbor(bytes);
  if (!(map instanceof Map)) throw new Error('a message is a map');
  return map;
}

const topKeys = (hex: string): readonly number[] => [...mapOf(bytesOfHex(hex)).keys()].map(Number);

/** With one key set otherwise; `undefined` takes it away. */
function changed(bytes: Uint8Array, key: Cbor, value: Cbor | undefined): Uint8Array {
  const map = mapOf(bytes);
  if (value === undefined) map.delete(key);
  else map.set(key, value);
  return encodeCbor(map);
}
