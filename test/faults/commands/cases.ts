import { ed25519Signer, type Fengsui, FengsuiError, generateOperatorKey } from '../../../sdk/index.ts';
import { topicOf } from '../../../sdk/wire/topics.ts';
import { modbusServer } from '../../../simulators/modbus/modbus-server.ts';
import { type Barrier, barrier } from '../../../simulators/village/barrier.ts';
import { seededRandom } from '../../../simulators/water/seeded-random.ts';
import { endRigChild, pause } from '../../support/rig.ts';
import { gatewayAtWrongTime } from '../gateway-at-wrong-time.ts';
import { cutLine } from './cut-line.ts';
import { type Answer, type Enemy, enemy, silence } from './enemy.ts';
import { trespass } from './trespass.ts';
import { siteOf, type TrialDistrict, trialDistrict } from './trial-district.ts';

const travelMs = 300;
const all = 'roles: [receipts, configure, operate, life-safety]';
const operators = { duty: `, ${all}`, chief: `, ${all}`, clerk: ', roles: [receipts, operate]', silent: '' };
const site = (port: number, policy = ''): string => `${policy}buses:
  - id: street
    tcp: 127.0.0.1:${port}
    devices:
      - { id: gate, profile: generic/barrier, unit: 1, pollMs: 100, name: Gate }
`;

/** Counts what happened otherwise than it should. */
export type Ledger = {
  readonly cases: number;
  readonly executed: number;
  readonly executedWrongly: number;
  readonly wrongOutcome: number;
  /** Topics on which a gateway's certificate was tried, and those where it got through. */
  readonly tried: number;
  readonly trespassed: number;
};

type Stage = {
  readonly trial: TrialDistrict;
  readonly gate: Barrier;
  readonly fs: Fengsui;
  readonly foe: Enemy;
  readonly random: () => number;
  readonly expect: Expect;
};
/** Runs a case: how often the barrier's contact was to be closed, and what was to be answered. */
type Expect = (what: string, presses: number, answers: readonly Answer[], run: () => Promise<Answer>) => Promise<void>;

export async function commandCases(rounds: number, seed: number): Promise<Ledger> {
  const gate = barrier({ travelMs });
  await using street = await modbusServer({ transport: 'tcp', units: new Map([[1, gate.unit]]) });
  await using trial = await trialDistrict({ yaml: site(street.port), operators });
  const fs = await trial.platform('duty', 'duty');
  const { expect, ledger } = book(gate);
  const stage = { trial, gate, fs, foe: await enemy(trial), random: seededRandom(seed), expect };
  await ready(stage);
  for (let round = 1; round <= rounds; round++) {
    console.log(`round ${round} of ${rounds}: ${JSON.stringify(ledger())}`);
    await forged(stage);
    await tampered(stage);
    await late(stage);
    await replayed(stage);
    await misdirected(stage);
    await replyLost(stage);
    await killed(stage);
  }
  await trial.configure(site(street.port, 'policy: { twoPersons: [life-safety] }\n'));
  await restart(stage);
  for (let round = 1; round <= rounds; round++) await twoPersons(stage);
  await trial.configure(site(street.port), 'ntp');
  await in1970(stage);
  return { ...ledger(), ...(await trespass(trial)) };
}

function book(gate: Barrier) {
  let [cases, executed, executedWrongly, wrongOutcome] = [0, 0, 0, 0];
  const expect: Expect = async (what, presses, answers, run) => {
    gate.close();
    const before = gate.presses();
    const answer = await run().catch((e: unknown) => (FengsuiError.is(e) ? e.code : String(e)));
    const pressed = gate.presses() - before;
    cases++;
    executed += pressed;
    if (pressed > presses) executedWrongly += pressed - presses;
    if (pressed < presses || !answers.includes(answer)) wrongOutcome++;
    if (pressed !== presses || !answers.includes(answer))
      console.log(
        `${what}: closed the contact ${pressed} times, not ${presses}; “${answer}”, not ${answers.join(' or ')}`,
      );
  };
  return {
    expect,
    ledger: (): Omit<Ledger, 'tried' | 'trespassed'> => ({ cases, executed, executedWrongly, wrongOutcome }),
  };
}

async function ready({ fs, trial }: Pick<Stage, 'fs' | 'trial'>): Promise<void> {
  await until('the gate answers', () => {
    const [gateway] = fs.gateways.list({ online: true });
    return gateway?.id === trial.site.gateway && fs.devices.list()[0]?.health === 'ok';
  });
}

/** The next run of the gateway is up. */
async function restart(stage: Stage): Promise<void> {
  await stage.trial.stopGateway();
  await next(stage);
}
async function next({ trial, fs }: Stage): Promise<void> {
  await until('it is seen to be gone', () => fs.gateways.list({ online: true }).length === 0, 40_000);
  trial.startGateway();
  await ready({ trial, fs });
  await until('it has read the gate', () => gateOf(fs).latest().open.quality === 'good');
}

const gateOf = (fs: Fengsui) => fs.devices.get({ gateway: 'gw-1', device: 'gate' }).as('generic/barrier');
const open = async (fs: Fengsui, timeoutMs?: number): Promise<Answer> =>
  (await fs.commands.invoke(gateOf(fs), 'open', {}, { timeoutMs })).state;

async function forged({ trial, fs, foe, expect }: Stage): Promise<void> {
  const duty = trial.signer('duty');
  const stranger = ed25519Signer({ keyId: 'stranger', privateKey: generateOperatorKey().privateKey });
  const send = async (wish: Parameters<Enemy['invoke']>[0]): Promise<Answer> => {
    const { bytes, id } = await foe.invoke(wish);
    return foe.send(bytes, id);
  };
  await expect('a good one', 1, ['verified'], () => open(fs));
  await expect('by an unknown key', 0, ['FORBIDDEN'], () => send({ by: stranger }));
  await expect('in another’s name', 0, ['FORBIDDEN'], () => send({ by: { ...stranger, keyId: 'duty' } }));
  await expect('without a signature', 0, ['FORBIDDEN'], () => send({ by: null }));
  await expect('by one without the role', 0, ['FORBIDDEN'], () => send({ by: trial.signer('clerk') }));
  await expect('by one without any roles', 0, ['FORBIDDEN'], () => send({ by: trial.signer('silent') }));
  await expect('in too small a role', 0, ['FORBIDDEN'], () => send({ by: duty, params: { role: 'operate' } }));
  await expect('in no role', 0, ['INVALID'], () => send({ by: duty, params: { role: 'king' } }));
  await expect('by an older device list', 0, ['CONFLICT'], () => send({ by: duty, params: { ifVersion: 4_711 } }));
  await expect('to no device', 0, ['NOT_FOUND'], () => send({ by: duty, params: { device: 'nobody' } }));
  await expect('of no name', 0, ['NOT_FOUND'], () => send({ by: duty, params: { command: '__proto__' } }));
  await expect('with stray arguments', 0, ['INVALID'], () => send({ by: duty, params: { args: { ms: 1 } } }));
  await expect('to an invented challenge', 0, ['CHALLENGE_EXPIRED'], () =>
    send({ by: duty, nonce: new Uint8Array(16) }),
  );
}

const flips = 40;

async function tampered({ trial, foe, random, expect }: Stage): Promise<void> {
  const { bytes, id } = await foe.invoke({ by: trial.signer('duty') });
  await expect(`${flips} bit flips`, 0, [silence], async () => {
    const answers = await Promise.all(
      Array.from({ length: flips }, async (_, n) => {
        const damaged = Uint8Array.from(bytes);
        const at = Math.floor(((n + random()) / flips) * bytes.length); // in every region
        damaged[at] = (damaged[at] ?? 0) ^ (1 << Math.floor(random() * 8));
        await pause(n * 20);
        return foe.send(damaged, id, { withinMs: 500 });
      }),
    );
    // A code tells of a refusal; a state would tell of a command that was taken up.
    return answers.find((answer) => answer !== silence && !/^[A-Z_]+$/.test(answer)) ?? silence;
  });
}

async function late({ trial, foe, expect }: Stage): Promise<void> {
  const by = trial.signer('duty');
  for (const [what, offset, code] of [
    ['a second late', -1_000, 'COMMAND_EXPIRED'],
    ['a day late', -86_400_000, 'COMMAND_EXPIRED'],
    ['valid for too long', 3_600_000, 'INVALID'],
  ] as const) {
    const { bytes, id } = await foe.invoke({ by, params: { notAfter: Date.now() + offset } });
    await expect(what, 0, [code], () => foe.send(bytes, id));
  }
  const held = await foe.invoke({ by, params: { notAfter: Date.now() + 300 } });
  await expect('held up on its way', 0, ['COMMAND_EXPIRED'], async () => {
    await pause(400);
    return foe.send(held.bytes, held.id);
  });
}

async function replayed(stage: Stage): Promise<void> {
  const { trial, foe, expect } = stage;
  const by = trial.signer('duty');
  const first = await foe.invoke({ by });
  await expect('twice at once', 1, ['verified'], async () => {
    void foe.send(first.bytes, first.id, { withinMs: 1 });
    return foe.send(first.bytes, first.id);
  });
  await expect('again', 0, ['verified'], () => foe.send(first.bytes, first.id));
  const other = await foe.invoke({ by, params: { audit: first.audit, args: { ms: 1 } } });
  await expect('its audit id for another', 0, ['CONFLICT'], () => foe.send(other.bytes, other.id));
  const bound = await foe.invoke({ by, nonce: await foe.challenge() });
  await expect('answering a challenge', 1, ['verified'], () => foe.send(bound.bytes, bound.id));
  const forTwo = await foe.invoke({ by, nonce: await foe.challenge({ for: 'approval' }) });
  await expect('by one, to a challenge for two', 0, ['CHALLENGE_EXPIRED'], () => foe.send(forTwo.bytes, forTwo.id));
  await expect('answering it again', 0, ['verified', 'CHALLENGE_EXPIRED'], () => foe.send(bound.bytes, bound.id));
  await restart(stage);
  await expect('again after a restart', 0, ['verified'], () => foe.send(first.bytes, first.id));
  await expect('its challenge after a restart', 0, ['verified', 'CHALLENGE_EXPIRED'], () =>
    foe.send(bound.bytes, bound.id),
  );
}

async function misdirected({ trial, foe, expect }: Stage): Promise<void> {
  const by = trial.signer('duty');
  const receipt = topicOf(trial.site, 'receipt');
  const elsewhere = await foe.invoke({ by, topic: topicOf(siteOf('gw-evil'), 'request') });
  await expect('signed for another gateway', 0, ['FORBIDDEN'], () => foe.send(elsewhere.bytes, elsewhere.id));
  const otherTown = await foe.invoke({ by, topic: topicOf(siteOf('gw-1', '002'), 'request') });
  await expect('signed for its namesake in another town', 0, ['FORBIDDEN'], () =>
    foe.send(otherTown.bytes, otherTown.id),
  );
  const asReceipt = await foe.invoke({ by, topic: receipt });
  await expect('signed for another topic', 0, ['FORBIDDEN'], () => foe.send(asReceipt.bytes, asReceipt.id));
  await expect('sent as a receipt', 0, [silence], () =>
    foe.send(asReceipt.bytes, asReceipt.id, { topic: receipt, withinMs: 500 }),
  );
}

/** The broker takes the command, and the platform is cut off before the reply comes. */
async function replyLost({ trial, gate, fs, expect }: Stage): Promise<void> {
  await using line = await cutLine(trial.broker.port);
  const cutOff = await trial.platform('cut-off', 'duty', line.port);
  let auditId = '';
  await expect('whose reply is lost', 1, ['OUTCOME_UNKNOWN'], async () => {
    const before = gate.presses();
    const call = open(cutOff, 3_000);
    const cutting = until('it was done', () => gate.presses() > before).then(line.cut);
    try {
      return await call;
    } catch (e) {
      if (FengsuiError.is(e)) auditId = e.auditId ?? '';
      throw e;
    } finally {
      await cutting;
    }
  });
  await expect(
    'asked about after that',
    0,
    ['verified'],
    async () => (await fs.commands.status('gw-1', auditId)).state,
  );
  line.mend();
  await expect('asked about by the same', 0, ['verified'], async () => {
    await until('it is back', () => cutOff.status === 'connected' && cutOff.gateways.list({ online: true }).length > 0);
    return (await cutOff.commands.status('gw-1', auditId)).state;
  });
  await cutOff.close();
}

/** `kill -9` after the contact was closed and before the reply; then at any moment. */
async function killed(stage: Stage): Promise<void> {
  const { trial, gate, fs, foe, random, expect } = stage;
  const by = trial.signer('duty');
  const middle = await foe.invoke({ by });
  await expect('killed in the middle', 1, ['interrupted'], async () => {
    const before = gate.presses();
    void foe.send(middle.bytes, middle.id, { withinMs: 1 });
    await until('it was begun', () => gate.presses() > before);
    await trial.killGateway();
    await next(stage);
    return settledState(fs, middle.audit);
  });
  await expect('sent again after that', 0, ['interrupted'], () => foe.send(middle.bytes, middle.id));
  await until('the contact is open', () => !gate.isRelayOn());
  const some = await foe.invoke({ by, params: { notAfter: Date.now() + 5_000 } });
  const begun = gate.presses();
  await foe.send(some.bytes, some.id, { withinMs: Math.floor(random() * 200) });
  await trial.killGateway();
  const done = gate.presses() - begun;
  await next(stage);
  const told = await settledState(fs, some.audit);
  await expect(
    `killed at any moment, after ${done} times`,
    0,
    done > 0 ? ['interrupted'] : ['interrupted', 'unknown'],
    () => Promise.resolve(told),
  );
  await until('the contact is open', () => !gate.isRelayOn());
}

async function settledState(fs: Fengsui, auditId: string): Promise<Answer> {
  for (let tries = 0; tries < 100; tries++) {
    const { state } = await fs.commands.status('gw-1', auditId);
    if (state !== 'running') return state;
    await pause(100);
  }
  return 'running';
}

/** At a site whose policy wants two persons. */
async function twoPersons({ trial, fs, foe, expect }: Stage): Promise<void> {
  const [duty, chief] = [trial.signer('duty'), trial.signer('chief')];
  await expect('by one of two', 0, ['APPROVAL_REQUIRED'], () => open(fs));
  const sent = async (signers: readonly [typeof duty, typeof duty], usual = false): Promise<Answer> => {
    const nonce = await foe.challenge(usual ? null : { for: 'approval' });
    const twice = await foe.approve(await foe.invoke({ by: signers[0], nonce }), signers[1]);
    return foe.send(twice.bytes, twice.id);
  };
  await expect('by one person twice', 0, ['FORBIDDEN'], () => sent([duty, duty]));
  await expect('with a second who may not', 0, ['FORBIDDEN'], () => sent([duty, trial.signer('clerk')]));
  await expect('with a first who may not', 0, ['FORBIDDEN'], () => sent([trial.signer('clerk'), chief]));
  await expect('by two, to a usual challenge', 1, ['verified'], () => sent([duty, chief], true));
  await expect('by two', 1, ['verified'], async () => {
    const proposal = await fs.commands.propose(gateOf(fs), 'open', {});
    const second = await trial.platform('chief', 'chief');
    try {
      await until('the second sees the gateway', () => second.gateways.list({ online: true }).length > 0);
      return (await second.commands.approve(proposal.bytes)).state;
    } finally {
      await second.close();
    }
  });
}

const aMinuteInto1970 = 60_000;

/** The gateway believes that it is 1970. */
async function in1970(stage: Stage): Promise<void> {
  const { trial, fs, foe, expect } = stage;
  await trial.stopGateway();
  await until('it is seen to be gone', () => fs.gateways.list({ online: true }).length === 0, 40_000);
  const lost = gatewayAtWrongTime(trial.folder, aMinuteInto1970 - Date.now(), false);
  try {
    await ready(stage);
    await until('it has read the gate', () => gateOf(fs).latest().open.quality === 'good');
    const by = trial.signer('duty');
    const plain = await foe.invoke({ by });
    await expect('without a challenge, in 1970', 0, ['CLOCK_UNTRUSTED'], () => foe.send(plain.bytes, plain.id));
    const timely = await foe.invoke({ by, params: { notAfter: aMinuteInto1970 + 60_000 } });
    await expect('timely by a clock of 1970', 0, ['CLOCK_UNTRUSTED'], () => foe.send(timely.bytes, timely.id));
    await expect('by the SDK, in 1970', 1, ['verified'], () => open(fs));
    const bound = await foe.invoke({ by, nonce: await foe.challenge() });
    await expect('answering a challenge, in 1970', 1, ['verified'], () => foe.send(bound.bytes, bound.id));
    await expect('answering it again, in 1970', 0, ['verified', 'CHALLENGE_EXPIRED'], () =>
      foe.send(bound.bytes, bound.id),
    );
  } finally {
    await endRigChild(lost);
  }
}

async function until(what: string, holds: () => boolean, withinMs = 20_000): Promise<void> {
  for (const end = Date.now() + withinMs; !holds(); await pause(5))
    if (Date.now() > end) throw new Error(`${what}: not within ${withinMs} ms`);
}
