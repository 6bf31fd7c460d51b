import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { enroller } from '../../../../sdk/client/registry/enroll.ts';
import { type ClaimMaker, connect, type Fengsui, FengsuiError } from '../../../../sdk/index.ts';
import { memoryStore } from '../../../../sdk/store/memory-store.ts';
import type { PlatformStore } from '../../../../sdk/store/platform-store.ts';
import { type Broker, startBroker } from '../../../../simulators/broker/start-broker.ts';
import { closedAfterEach } from '../../../support/closed-after-each.ts';
import { fakeGateway } from '../../../support/fake-gateway.ts';

const own = closedAfterEach();
let broker: Broker;
let store: PlatformStore;
let fs: Fengsui;
const east = { id: 'gw-1', town: '001', village: '201', name: 'East' };
const asked: unknown[] = [];
const claims: ClaimMaker<{ readonly code: string }> = {
  create: async (claim) => {
    asked.push(claim);
    return { code: `CODE-${asked.length}` };
  },
};
/** In the order of the alphabet: those of one millisecond have none of their own. */
const acts = async (): Promise<readonly string[]> =>
  (await store.audit.list({})).items
    .map(({ act, gateway, who, outcome }) => `${act} ${gateway} ${who} ${outcome}`)
    .toSorted();

beforeEach(async () => {
  asked.length = 0;
  broker = own(await startBroker());
  store = own(memoryStore());
  fs = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603', store, operator: 'Li' }));
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a gateway that is enrolled by the platform', () => {
  it('is registered, and has a code', async () => {
    const { gateway, claim } = await fs.gateways.enroll({ ...east, hours: 72 }, { claims, operator: 'Wang' });
    expect(gateway).toMatchObject({ ...east, state: 'claimable' });
    expect(claim.code).toBe('CODE-1');
    expect(asked).toEqual([{ gateway: 'gw-1', town: '001', village: '201', name: 'East', hours: 72 }]);
    expect(await store.gateways.get('gw-1')).toMatchObject({ state: 'claimable', village: '201' });
    expect(await acts()).toEqual(['gateways.enroll gw-1 Wang done', 'gateways.register gw-1 Wang done']);
    expect(JSON.stringify((await store.audit.list({})).items)).not.toContain('CODE');
  });

  it('stays enrolled where it is there already and only its hardware is exchanged', async () => {
    own(await fakeGateway({ port: broker.port, id: 'gw-1' }));
    for await (const { gateway } of fs.gateways.watch()) if (gateway.id === 'gw-1' && gateway.link.online) break;
    const { gateway, claim } = await fs.gateways.enroll(east, { claims });
    expect([gateway.state, claim.code]).toEqual(['enrolled', 'CODE-1']);
    expect(asked).toEqual([{ gateway: 'gw-1', town: '001', village: '201', name: 'East' }]);
  });

  it('has no code made for what cannot be registered', async () => {
    await expect(fs.gateways.enroll({ ...east, town: '1' }, { claims })).rejects.toMatchObject({ code: 'INVALID' });
    expect(asked).toEqual([]);
    expect(await acts()).toEqual(['gateways.register gw-1 Li INVALID']);
  });

  it('stays registered where no code came, and can be asked for again', async () => {
    let isOpen = true;
    const refusing: typeof claims = {
      create: async (claim, options) => {
        if (isOpen) throw new FengsuiError('CONFLICT', '“gw-1” has a claim code that was not used yet');
        return claims.create(claim, options);
      },
    };
    await expect(fs.gateways.enroll(east, { claims: refusing })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(fs.gateways.get('gw-1').state).toBe('claimable');
    expect(await acts()).toEqual(['gateways.enroll gw-1 Li CONFLICT', 'gateways.register gw-1 Li done']);
    isOpen = false;
    expect((await fs.gateways.enroll(east, { claims: refusing })).claim.code).toBe('CODE-1');
  });

  it('says what may be left behind when whoever makes codes does not answer', async () => {
    vi.useFakeTimers();
    let given: AbortSignal | undefined;
    const silent: typeof claims = {
      create: (_, { signal }) => {
        given = signal;
        return new Promise(() => undefined);
      },
    };
    const record = {
      ...east,
      gateway: 'gw-1',
      district: '330603',
      state: 'claimable',
      etag: '1',
      at: new Date(),
    } as const;
    const registry = { register: async () => record };
    const audit = { of: async <T>(_: unknown, work: () => Promise<T>) => work() };
    const enroll = enroller({ registry, audit, closed: new AbortController().signal });
    const call = expect(enroll(east, { claims: silent })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('cancel the open claim'),
    });
    await vi.advanceTimersByTimeAsync(9_000);
    expect(given?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    await call;
    expect(given?.aborted).toBe(true);
  });

  it('needs a store', async () => {
    const bare = own(await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603' }));
    await expect(bare.gateways.enroll(east, { claims })).rejects.toMatchObject({ code: 'INVALID' });
    expect(asked).toEqual([]);
  });
});
