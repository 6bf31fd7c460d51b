import { afterEach, describe, expect, it } from 'vitest';
import { longestValidity } from '../../../../sdk/model/command.ts';
import { FengsuiError } from '../../../../sdk/model/errors.ts';
import type { Data } from '../../../../sdk/wire/request.ts';
import { commandStage, receiptIn, signedBy } from '../../../support/command-stage.ts';
import { memoryDisk } from '../../../support/memory-journal.ts';
import { onBus } from '../../../support/site-yaml.ts';

const yaml = onBus('id: gate, profile: generic/barrier, name: Gate, unit: 1');
const pulse = 'gate/relay';

let number = 0;
type Stage = Awaited<ReturnType<typeof commandStage>>;
const stages: Stage[] = [];
afterEach(async () => {
  for (const s of stages.splice(0)) await s.end();
});

async function stage(more: Partial<Parameters<typeof commandStage>[0]> = {}): Promise<Stage> {
  const s = await commandStage({ yaml, ...more });
  stages.push(s);
  s.reads('gate', 'relay', false);
  s.reads('gate', 'open', false);
  return s;
}
const order = (s: Stage, more: { readonly [key: string]: Data } = {}) => ({
  device: 'gate',
  command: 'open',
  args: {},
  audit: `audit-of-command-${number++}`,
  notAfter: s.clock.wall() + 60_000,
  role: 'life-safety',
  ...more,
});

describe('a command', () => {
  it('is stored before it acts; verified once the proof was read, with the contact free', async () => {
    const s = await stage();
    const what = order(s);
    const done = s.desk.invoke(what, signedBy());
    expect(s.disk.kept.has(`command/${what.audit}`)).toBe(true);
    await s.clock.advance(0);
    expect([s.writes, s.lent.size, s.outcome(what.audit)]).toEqual([[[pulse, true]], 1, { state: 'running' }]);
    await s.clock.advance(1_000);
    expect(s.writes.at(-1)).toEqual([pulse, false]);
    s.reads('gate', 'open', true);
    const receipt = receiptIn(await done);
    expect(receipt).toMatchObject({
      state: 'verified',
      tookMs: 1_000,
      configVersion: 3,
      clock: 'synced',
      at: s.clock.wall() - 1_000,
    });
    expect([s.lent.size, s.faults]).toEqual([0, [['gate/command-not-proven', false]]]);
    expect(receiptIn(s.outcome(what.audit))).toEqual(receipt);
  });

  it('is not proven by what was read before it, and a fault until the proof comes after all', async () => {
    const s = await stage();
    const done = s.desk.invoke(order(s), signedBy());
    await s.clock.advance(15_000);
    expect(receiptIn(await done)).toMatchObject({
      state: 'not-proven',
      message: expect.stringContaining('gate/open is false'),
    });
    expect(s.faults).toEqual([['gate/command-not-proven', true]]);
    s.reads('gate', 'open', true);
    expect(s.faults.at(-1)).toEqual(['gate/command-not-proven', false]);
  });

  it('is not proven by what was asked before it and answered after it', async () => {
    const s = await stage();
    await s.clock.advance(100);
    const asked = s.clock.mono();
    await s.clock.advance(1);
    const done = s.desk.invoke(order(s), signedBy());
    await s.clock.advance(1);
    s.reads('gate', 'open', true, asked);
    await s.clock.advance(15_000);
    expect(receiptIn(await done)).toMatchObject({ state: 'not-proven' });
  });

  it('that comes twice at once is done once, and both are told the same', async () => {
    const s = await stage();
    const what = order(s);
    const both = Promise.all([s.desk.invoke(what, signedBy()), s.desk.invoke(what, signedBy())]);
    await s.clock.advance(15_000);
    const [first, second] = await both;
    expect(second).toEqual(first);
    expect(await s.desk.invoke(what, signedBy())).toEqual(first);
    expect(s.writes).toEqual([
      [pulse, true],
      [pulse, false],
    ]);
  });

  it('with the audit id of another is refused', async () => {
    const s = await stage();
    const what = order(s);
    const done = s.desk.invoke(what, signedBy());
    await s.clock.advance(15_000);
    await done;
    await expect(s.desk.invoke({ ...what, command: 'close' }, signedBy())).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(s.desk.invoke(what, signedBy('chief'))).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('that was refused stays refused, also when what was in its way is gone', async () => {
    const s = await stage();
    s.reads('gate', 'relay', undefined);
    const what = order(s);
    const refused = await s.desk.invoke(what, signedBy());
    expect(receiptIn(refused)).toMatchObject({ state: 'refused', code: 'DEVICE_UNREACHABLE' });
    s.reads('gate', 'relay', false);
    expect(await s.desk.invoke(what, signedBy())).toEqual(refused);
    expect(s.writes).toEqual([]);
  });

  it('waits for no other one of its device: that is refused', async () => {
    const s = await stage();
    const first = s.desk.invoke(order(s), signedBy());
    expect(receiptIn(await s.desk.invoke(order(s), signedBy()))).toMatchObject({
      state: 'refused',
      code: 'OVERLOADED',
    });
    await s.clock.advance(15_000);
    await first;
    const next = s.desk.invoke(order(s), signedBy());
    await s.clock.advance(15_000);
    expect(receiptIn(await next)).toMatchObject({ state: 'not-proven' });
  });
});

describe('an alarm', () => {
  it('that holds the output lets no command at it', async () => {
    const s = await stage();
    s.held.add(pulse);
    expect(receiptIn(await s.desk.invoke(order(s), signedBy()))).toMatchObject({ state: 'refused', code: 'INTERLOCK' });
    expect(s.writes).toEqual([]);
  });

  it('that comes within the pulse keeps the output on', async () => {
    const s = await stage();
    const done = s.desk.invoke(order(s), signedBy());
    await s.clock.advance(500);
    s.held.add(pulse);
    s.reads('gate', 'open', true);
    await s.clock.advance(1_000);
    expect(receiptIn(await done)).toMatchObject({ state: 'verified' });
    expect([s.writes, s.lent.size]).toEqual([[[pulse, true]], 0]);
  });
});

describe('a bus that fails', () => {
  it('by a refusal of the device: nothing was done', async () => {
    const s = await stage();
    s.fail(new FengsuiError('BUS_EXCEPTION', 'illegal address'));
    expect(receiptIn(await s.desk.invoke(order(s), signedBy()))).toMatchObject({
      state: 'refused',
      code: 'BUS_EXCEPTION',
    });
    expect([s.writes, s.lent.size]).toEqual([[[pulse, true]], 0]);
  });

  it('by silence: it may have been done, so the contact is opened and the proof decides', async () => {
    const s = await stage();
    s.fail(new FengsuiError('BUS_TIMEOUT', 'no answer'));
    const done = s.desk.invoke(order(s), signedBy());
    await s.clock.advance(100);
    s.fail();
    s.reads('gate', 'open', true);
    await s.clock.advance(1_000);
    expect(receiptIn(await done)).toMatchObject({ state: 'verified' });
    expect(s.writes.at(-1)).toEqual([pulse, false]);
  });

  it('as the contact is to be opened: a fault, tried again each second, and no other command meanwhile', async () => {
    const s = await stage();
    const what = order(s);
    const done = s.desk.invoke(what, signedBy());
    await s.clock.advance(500);
    s.fail(new FengsuiError('BUS_DOWN', 'gone'));
    await s.clock.advance(14_500);
    await done;
    expect(s.faults).toContainEqual(['gate/output-not-released', true]);
    expect(receiptIn(await s.desk.invoke(order(s), signedBy()))).toMatchObject({ code: 'OVERLOADED' });
    s.fail();
    await s.clock.advance(1_000);
    expect(s.faults.at(-1)).toEqual(['gate/output-not-released', false]);
    expect([s.writes.at(-1), s.lent.size]).toEqual([[pulse, false], 0]);
    expect(Buffer.from(s.disk.kept.get(`command/${what.audit}`) ?? '').toString()).not.toContain('holds');
  });
});

describe('a disk that takes nothing', () => {
  it('the command is refused and not done', async () => {
    const s = await stage();
    s.disk.fail('full');
    const done = s.desk.invoke(order(s), signedBy());
    await s.clock.advance(6_000);
    expect(receiptIn(await done)).toMatchObject({ state: 'refused', code: 'JOURNAL' });
    expect([s.writes, s.lent.size]).toEqual([[], 0]);
    s.disk.recover();
  });

  it('for hours: the desk goes on, and ends when it is told to', async () => {
    const s = await stage();
    const done = s.desk.invoke(order(s), signedBy());
    await s.clock.advance(15_000);
    await done;
    s.disk.fail('full');
    await s.clock.advance(3_600_000);
    await s.end();
  });
});

describe('a restart', () => {
  const killed = async (
    next: Partial<Parameters<typeof commandStage>[0]> = {},
  ): Promise<{ s: Stage; audit: string }> => {
    const before = await stage();
    const what = order(before);
    before.desk.invoke(what, signedBy()).catch(() => undefined); // it is killed before
    await before.clock.advance(500);
    const disk = { ...memoryDisk(), kept: new Map(before.disk.kept) };
    const s = await commandStage({ yaml, disk, ...next });
    stages.push(s);
    return { s, audit: what.audit };
  };

  it('in the pulse: the contact is opened, and nobody knows what became of it', async () => {
    const { s, audit } = await killed();
    await s.clock.advance(0);
    expect(s.writes).toEqual([[pulse, false]]);
    expect(s.outcome(audit)).toEqual({ state: 'running' });
    s.reads('gate', 'relay', false);
    s.reads('gate', 'open', true);
    await s.clock.advance(1_000);
    expect(receiptIn(s.outcome(audit))).toMatchObject({
      state: 'interrupted',
      before: [
        { device: 'gate', point: 'relay', value: false },
        { device: 'gate', point: 'open', value: false },
      ],
      after: [
        { device: 'gate', point: 'relay', value: false },
        { device: 'gate', point: 'open', value: true },
      ],
    });
    expect(s.writes).toEqual([[pulse, false]]);
  });

  it('with a device that stays silent: told after 15 s without what it is now', async () => {
    const { s, audit } = await killed();
    await s.clock.advance(16_000);
    expect(receiptIn(s.outcome(audit))).toMatchObject({
      state: 'interrupted',
      after: [
        { device: 'gate', point: 'relay' },
        { device: 'gate', point: 'open' },
      ],
    });
  });

  it('with a bus that is down: tried until it is up, and a fault meanwhile', async () => {
    const { s } = await killed({ failing: new FengsuiError('BUS_DOWN', 'gone') });
    await s.clock.advance(5_000);
    expect(s.faults).toEqual([['gate/output-not-released', true]]);
    s.fail();
    await s.clock.advance(1_000);
    expect([s.faults.at(-1), s.writes.at(-1)]).toEqual([
      ['gate/output-not-released', false],
      [pulse, false],
    ]);
  });

  it('an alarm that holds the output by now keeps it', async () => {
    const { s, audit } = await killed({ holds: [pulse] });
    await s.clock.advance(16_000);
    expect(s.writes).toEqual([]);
    expect(receiptIn(s.outcome(audit))).toMatchObject({ state: 'interrupted' });
  });

  it('with an output that was not off yet when its outcome was told: it is switched off', async () => {
    const before = await stage();
    const what = order(before);
    const done = before.desk.invoke(what, signedBy());
    await before.clock.advance(500);
    before.fail(new FengsuiError('BUS_DOWN', 'gone'));
    await before.clock.advance(15_000);
    const told = await done;
    const s = await commandStage({ yaml, disk: { ...memoryDisk(), kept: new Map(before.disk.kept) } });
    stages.push(s);
    await s.clock.advance(0);
    expect(s.writes).toEqual([[pulse, false]]);
    expect(s.outcome(what.audit)).toEqual(told);
    expect(Buffer.from(s.disk.kept.get(`command/${what.audit}`) ?? '').toString()).not.toContain('holds');
  });

  it('with an output that is off by now: the fault of the run before is over', async () => {
    const { s } = await killed();
    await s.clock.advance(0);
    expect(s.faults).toEqual([['gate/output-not-released', false]]);
  });

  it('with an output that cannot be switched off yet: its device takes no command, others do, for days', async () => {
    const two = onBus(
      'id: gate, profile: generic/barrier, name: Gate, unit: 1',
      'id: west, profile: generic/barrier, name: West gate, unit: 2',
    );
    const { s } = await killed({ yaml: two, failing: new FengsuiError('BUS_DOWN', 'gone') });
    for (const id of ['gate', 'west']) for (const point of ['relay', 'open']) s.reads(id, point, false);
    await s.clock.advance(0);
    expect(receiptIn(await s.desk.invoke(order(s), signedBy()))).toMatchObject({
      state: 'refused',
      code: 'OVERLOADED',
    });
    for (let n = 0; n < 300; n++) {
      const refused = s.desk.invoke(order(s, { device: 'west', args: { stray: 1 } }), signedBy());
      expect(receiptIn(await refused)).toMatchObject({ code: 'INVALID' });
      await s.clock.advance(60_000);
    }
    s.fail();
    await s.clock.advance(1_000);
    s.reads('gate', 'relay', false);
    const done = s.desk.invoke(order(s), signedBy());
    await s.clock.advance(15_000);
    expect(receiptIn(await done)).toMatchObject({ state: 'not-proven' });
  });

  it('while an effect is not proven: the proof that comes after it ends the fault', async () => {
    const before = await stage();
    const done = before.desk.invoke(order(before), signedBy());
    await before.clock.advance(15_000);
    await done;
    const s = await commandStage({ yaml, disk: { ...memoryDisk(), kept: new Map(before.disk.kept) } });
    stages.push(s);
    s.reads('gate', 'open', false);
    expect(s.faults).toEqual([]);
    s.reads('gate', 'open', true);
    expect(s.faults).toEqual([['gate/command-not-proven', false]]);
    expect([...s.disk.kept.keys()].filter((key) => key.startsWith('command-proof/'))).toEqual([]);
  });

  it('what lies damaged on the disk is left out, and said', async () => {
    const disk = memoryDisk();
    disk.kept.set('command/x', Buffer.from('{'));
    disk.kept.set('command-proof/x', Buffer.from('{"device":"gate","point":"open","is":{}}'));
    const s = await stage({ disk });
    expect(s.log.lines.map(({ event }) => event)).toEqual(['command.kept-unreadable', 'command.proof-unreadable']);
  });
});

describe('time', () => {
  it.each([
    ['just in time', 1, undefined],
    ['its end', 0, 'COMMAND_EXPIRED'],
    ['as far ahead as may be', longestValidity, undefined],
    ['further', longestValidity + 1, 'INVALID'],
  ])('%s', async (_, ahead, code) => {
    const s = await stage();
    const done = s.desk.invoke(order(s, { notAfter: s.clock.wall() + ahead }), signedBy());
    if (code !== undefined) return expect(done).rejects.toMatchObject({ code });
    await s.clock.advance(15_000);
    expect(receiptIn(await done)).toMatchObject({ state: 'not-proven' });
  });

  it.each(['unknown', 'estimated'] as const)(
    '%s: only what answers a challenge is done, whatever its own time says',
    async (trust) => {
      const s = await stage();
      s.clock.setTrust(trust);
      const what = order(s, { notAfter: 1 });
      await expect(s.desk.invoke(what, signedBy())).rejects.toMatchObject({ code: 'CLOCK_UNTRUSTED', retryable: true });
      let spent = 0;
      const done = s.desk.invoke(what, { ...signedBy(), spend: () => void spent++ });
      await s.clock.advance(15_000);
      expect(receiptIn(await done)).toMatchObject({ state: 'not-proven', clock: trust });
      expect(spent).toBe(1);
    },
  );

  it('a challenge that is over: nothing is done and nothing stored, so that the same command may come again', async () => {
    const s = await stage();
    s.clock.setTrust('unknown');
    const what = order(s);
    const spend = (): never => {
      throw new FengsuiError('CHALLENGE_EXPIRED');
    };
    await expect(s.desk.invoke(what, { ...signedBy(), spend })).rejects.toMatchObject({ code: 'CHALLENGE_EXPIRED' });
    expect([s.writes, s.outcome(what.audit)]).toEqual([[], { state: 'unknown' }]);
  });

  it('what is forgotten cannot be done again, also when the clock goes back', async () => {
    const s = await stage();
    const what = order(s);
    const done = s.desk.invoke(what, signedBy());
    await s.clock.advance(15_000);
    await done;
    await s.clock.advance(11 * 60_000);
    expect(s.outcome(what.audit)).toEqual({ state: 'unknown' });
    expect([...s.disk.kept.keys()]).toEqual(['command-proof/gate', 'command-floor']);
    await expect(s.desk.invoke(what, signedBy())).rejects.toMatchObject({ code: 'COMMAND_EXPIRED' });
    s.clock.step(-12 * 60_000);
    await expect(s.desk.invoke(what, signedBy())).rejects.toMatchObject({ code: 'CLOCK_UNTRUSTED' });
    expect(s.writes).toHaveLength(2);
  });

  it('nothing is forgotten while the clock cannot be trusted', async () => {
    const s = await stage();
    const what = order(s);
    const done = s.desk.invoke(what, signedBy());
    await s.clock.advance(15_000);
    await done;
    s.clock.setTrust('unknown');
    await s.clock.advance(3_600_000);
    expect(receiptIn(s.outcome(what.audit))).toMatchObject({ state: 'not-proven' });
  });

  it('more within their validity than can be remembered are refused', async () => {
    const s = await stage();
    for (let i = 0; i < 256; i++) await s.desk.invoke(order(s, { device: 'none' }), signedBy());
    await expect(s.desk.invoke(order(s), signedBy())).rejects.toMatchObject({ code: 'OVERLOADED' });
    await s.clock.advance(12 * 60_000);
    expect(receiptIn(await s.desk.invoke(order(s, { device: 'none' }), signedBy()))).toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('who may', () => {
  it('two persons where the site asks for them, and the challenge is not spent before', async () => {
    const s = await stage({ twoPersons: ['life-safety'] });
    const what = order(s);
    const spend = (): never => expect.unreachable();
    await expect(s.desk.invoke(what, { ...signedBy(), spend })).rejects.toMatchObject({ code: 'APPROVAL_REQUIRED' });
    const done = s.desk.invoke(what, signedBy('duty', 'chief'));
    await s.clock.advance(15_000);
    expect(receiptIn(await done)).toMatchObject({ signedBy: ['duty', 'chief'] });
  });

  it('nobody in a role that does not cover the risk, or that a signer does not have', async () => {
    const s = await stage();
    await expect(s.desk.invoke(order(s, { role: 'operate' }), signedBy())).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const lacks = (): never => {
      throw new FengsuiError('FORBIDDEN');
    };
    await expect(s.desk.invoke(order(s), { ...signedBy(), require: lacks })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(s.writes).toEqual([]);
  });
});

describe('fields that make no sense', () => {
  it.each<[string, Data, string]>([
    ['device', 7, 'PROTOCOL'],
    ['device', '', 'PROTOCOL'],
    ['device', 'x'.repeat(65), 'PROTOCOL'],
    ['command', null, 'PROTOCOL'],
    ['command', '__proto__', 'NOT_FOUND'],
    ['command', 'constructor', 'NOT_FOUND'],
    ['device', 'constructor', 'NOT_FOUND'],
    ['args', 'seconds', 'PROTOCOL'],
    ['args', [1], 'PROTOCOL'],
    ['args', Uint8Array.of(1), 'PROTOCOL'],
    ['args', { seconds: 'x' }, 'PROTOCOL'],
    ['args', { seconds: 1 }, 'INVALID'],
    ['args', Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`a${i}`, i])), 'PROTOCOL'],
    ['audit', 'x'.repeat(15), 'INVALID'],
    ['audit', 'x'.repeat(65), 'INVALID'],
    ['audit', 'x'.repeat(20) + '/../', 'INVALID'],
    ['audit', 7, 'PROTOCOL'],
    ['notAfter', 'soon', 'PROTOCOL'],
    ['notAfter', -1, 'PROTOCOL'],
    ['notAfter', Number.MAX_SAFE_INTEGER, 'INVALID'],
    ['ifVersion', 'x', 'PROTOCOL'],
    ['ifVersion', 4, 'CONFLICT'],
    ['role', 'king', 'INVALID'],
    ['role', 3, 'PROTOCOL'],
    ['operator', 'x'.repeat(65), 'PROTOCOL'],
  ])('%s %j: %s', async (field, value, code) => {
    const s = await stage();
    const told = await s.desk
      .invoke({ ...order(s), [field]: value }, signedBy())
      .then((result) => receiptIn(result).code)
      .catch((e: unknown) => (FengsuiError.is(e) ? e.code : e));
    expect([told, s.writes]).toEqual([code, []]);
  });

  it.each<[Data]>([[null], [7], ['x'], [[]], [{}]])('params %j', async (params) => {
    const s = await stage();
    await expect(s.desk.invoke(params, signedBy())).rejects.toMatchObject({ code: 'PROTOCOL' });
  });
});
