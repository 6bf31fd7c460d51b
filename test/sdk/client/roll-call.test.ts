import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gatewayDirectory } from '../../../sdk/client/gateway-directory.ts';
import { concludeMs, rollCall, rollCallMs } from '../../../sdk/client/roll-call.ts';
import { connect } from '../../../sdk/index.ts';
import { districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import { encodePresence } from '../../../sdk/wire/gateway-state.ts';
import { startBroker } from '../../../simulators/broker/start-broker.ts';
import { fakeGateway } from '../../support/fake-gateway.ts';
import { until } from '../../support/until.ts';

describe('the roll call after a connection was lost', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function held(missing: () => boolean = () => true) {
    const done: string[] = [];
    const roll = rollCall({
      isMissing: missing,
      refresh: () => done.push('asked again'),
      conclude: () => done.push('gone'),
    });
    return { roll, done };
  }

  it('waits until no document has come for so long, has the broker asked again, and concludes once', () => {
    const { roll, done } = held();
    roll.begin();
    for (let n = 0; n < 10; n++) {
      vi.advanceTimersByTime(rollCallMs - 1);
      roll.heard();
    }
    expect(done).toEqual([]);
    vi.advanceTimersByTime(rollCallMs);
    expect(done).toEqual(['asked again']);
    vi.advanceTimersByTime(concludeMs - 1);
    roll.heard();
    vi.advanceTimersByTime(concludeMs - 1);
    expect(done).toEqual(['asked again']);
    vi.advanceTimersByTime(10 * concludeMs);
    roll.heard();
    expect(done).toEqual(['asked again', 'gone']);
  });

  it('is over when nobody is missing, at first or after the second question', () => {
    let isMissing = false;
    const { roll, done } = held(() => isMissing);
    roll.begin();
    vi.advanceTimersByTime(10 * rollCallMs);
    expect(done).toEqual([]);
    isMissing = true;
    roll.begin();
    vi.advanceTimersByTime(rollCallMs);
    isMissing = false;
    vi.advanceTimersByTime(10 * concludeMs);
    expect(done).toEqual(['asked again']);
  });

  it('is not held when the connection is lost before', () => {
    const { roll, done } = held();
    roll.begin();
    roll.stop();
    roll.heard();
    vi.advanceTimersByTime(10 * concludeMs);
    expect(done).toEqual([]);
  });

  it('tells of those as offline that were online and were not heard of any more', () => {
    const site = (id: string) => ({
      district: districtCode('330603'),
      town: townCode('001'),
      gateway: gatewayId(id),
    });
    let now = 0;
    const directory = gatewayDirectory(() => new Date(now));
    const presence = (id: string, online: boolean): void =>
      directory.receivePresence(site(id), encodePresence({ online, boot: 1 }));
    for (const id of ['here', 'gone', 'speaking']) presence(id, true);
    directory.speaks(site('gone')); // before the connection was lost: that says nothing
    presence('away', false);
    const told: string[] = [];
    directory.changes.add(({ type, entry }) => told.push(`${type} ${entry.site.gateway}`));
    now = 9_000;
    directory.lost();
    presence('here', true);
    directory.speaks(site('speaking')); // the broker has kept nothing of it, but it is there
    expect(directory.isAnyUnheard()).toBe(true);
    directory.markUnheard();
    directory.markUnheard();
    expect(directory.isAnyUnheard()).toBe(false);
    expect(told).toEqual(['offline gone']);
    expect(directory.find('gone')).toMatchObject({ presence: { online: false }, since: new Date(9_000) });
    expect(() => directory.reach('gone')).toThrow(expect.objectContaining({ code: 'GATEWAY_OFFLINE' }));
    presence('gone', true);
    expect(told.at(-1)).toBe('online gone');
  });
});

it('a gateway that went while the broker was away does not stay online for ever', { timeout: 75_000 }, async () => {
  const broker = await startBroker();
  const gateway = await fakeGateway({ port: broker.port });
  await using fs = await connect({ url: `mqtt://127.0.0.1:${broker.port}`, district: '330603' });
  expect(fs.gateways.get('gw-1').link.online).toBe(true);
  await gateway[Symbol.asyncDispose]();
  await broker.stop();
  await using again = await startBroker({ port: broker.port }); // and has forgotten everything
  await using other = await fakeGateway({ port: again.port, id: 'gw-2' });
  await until('the other is there', () => fs.gateways.list().some(({ id }) => id === other.site.gateway));
  await until('it counts as offline', () => !fs.gateways.get('gw-1').link.online, 60_000);
  expect(fs.gateways.get('gw-2').link.online).toBe(true);
});
