import { afterEach, describe, expect, it, vi } from 'vitest';
import { eventDesk } from '../../../sdk/client/client-events.ts';
import { gatewayDirectory } from '../../../sdk/client/gateway-directory.ts';
import type { Requests } from '../../../sdk/client/requests.ts';
import { storePart } from '../../../sdk/client/store-part.ts';
import { districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import { memoryStore } from '../../../sdk/store/memory-store.ts';
import { encodePresence } from '../../../sdk/wire/gateway-state.ts';

afterEach(() => vi.useRealTimers());

describe('a gateway that is there before somebody registers it at another desk', () => {
  it('counts as enrolled once this client has read the registry', async () => {
    vi.useFakeTimers();
    const district = districtCode('330603');
    const directory = gatewayDirectory(() => new Date());
    const site = { district, town: townCode('001'), gateway: gatewayId('gw-1') };
    directory.receivePresence(site, encodePresence({ online: true, boot: 1 }));
    await using store = memoryStore();
    const closing = new AbortController();
    const part = storePart({
      store,
      district,
      who: 'Li',
      profiles: [],
      directory,
      requests: {} as Requests,
      canSign: false,
      isUp: () => true,
      send: () => expect.unreachable(),
      desk: eventDesk(),
      closed: closing.signal,
    });
    await part.load(closing.signal);
    const running = part.run();
    await store.gateways.put({ gateway: 'gw-1', district, town: '001', name: 'East', state: 'claimable' });
    await store.gateways.put({ gateway: 'gw-2', district, town: '001', name: 'West', state: 'claimable' });
    await vi.advanceTimersByTimeAsync(61_000);
    expect((await store.gateways.list()).items.map(({ gateway, state }) => [gateway, state])).toEqual([
      ['gw-1', 'enrolled'],
      ['gw-2', 'claimable'],
    ]);
    closing.abort();
    await running;
  });
});
