import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { groupDesk } from '../../../../sdk/client/share/group-desk.ts';
import { districtCode, gatewayId, townCode } from '../../../../sdk/model/ids.ts';
import { encodeMember, encodeTaken, memberTopic, takenTopic } from '../../../../sdk/wire/group.ts';
import { siteKey } from '../../../../sdk/wire/topics.ts';

const group = { district: districtCode('330603'), name: 'desk' };
const sites = Array.from({ length: 40 }, (_, i) => ({
  district: group.district,
  town: townCode('001'),
  gateway: gatewayId(`gw-${i}`),
}));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A member whose broker takes everything. */
function member() {
  const sent: { topic: string; payload: Uint8Array; retain: boolean | undefined }[] = [];
  const problems: string[] = [];
  const takenOn: string[] = [];
  const desk = groupDesk({
    group,
    member: 'sdk-me',
    link: {
      send: async (topic, payload, retain) => void sent.push({ topic, payload, retain }),
      subscribe: async () => undefined,
      unsubscribe: async () => undefined,
      drop: () => expect.unreachable(),
    },
    gateways: () => sites,
    knows: (site) => sites.some((each) => siteKey(each) === siteKey(site)),
    taken: () => undefined,
    takeOn: (site, { seq }) => void takenOn.push(`${site.gateway} ${seq}`),
    flush: async () => undefined,
    tell: () => undefined,
    problem: (e) => void problems.push(String(e)),
  });
  const owned = () => sites.filter(desk.owns).length;
  const hear = (who: string) => desk.receive(memberTopic(group, who), encodeMember());
  return { desk, sent, problems, takenOn, owned, hear };
}
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('a member of a group', () => {
  it('waits half a second for others, then takes its share', async () => {
    const me = member();
    me.desk.connected();
    me.hear('sdk-other');
    await pass(499);
    expect(me.owned()).toBe(0);
    await pass(1);
    expect(me.owned()).toBeGreaterThan(0);
    expect(me.owned()).toBeLessThan(sites.length);
  });

  it('takes over from one whose last will never came once it has been silent for 20 s, and clears its topic', async () => {
    const me = member();
    me.desk.connected();
    me.hear('sdk-me');
    me.hear('sdk-other');
    await pass(19_000);
    expect(me.owned()).toBeLessThan(sites.length);
    await pass(6_500);
    expect(me.owned()).toBe(sites.length);
    const topic = memberTopic(group, 'sdk-other');
    expect(me.sent.filter((each) => each.topic === topic)).toEqual([
      { topic, payload: new Uint8Array(), retain: true },
    ]);
  });

  it('goes on with telemetry where the one before was, of gateways that are known', async () => {
    const me = member();
    me.desk.connected();
    const of = (gateway: string, seq: number) => ({ town: townCode('001'), gateway: gatewayId(gateway), log: 7, seq });
    const topic = takenTopic(group, 'sdk-other');
    me.desk.receive(topic, encodeTaken([of('gw-1', 9), of('gw-99', 5)]));
    me.desk.receive(topic, encodeTaken([of('gw-1', 8)]));
    await pass(500);
    expect(me.takenOn).toEqual(['gw-1 9']);
  });

  it('says again that it is there when somebody took it for gone', async () => {
    const me = member();
    me.desk.connected();
    await pass(0);
    const before = me.sent.length;
    me.desk.receive(memberTopic(group, 'sdk-me'), new Uint8Array());
    await pass(0);
    expect(me.sent.slice(before).map(({ topic }) => topic)).toEqual([memberTopic(group, 'sdk-me')]);
  });

  it('tells once when the broker keeps its word from the group', async () => {
    const me = member();
    me.desk.connected();
    await pass(15_000);
    expect(me.problems).toEqual([expect.stringMatching(/does not pass on .*_group\/desk\/sdk-me/)]);
    const heard = member();
    heard.desk.connected();
    heard.hear('sdk-me');
    await pass(15_000);
    expect(heard.problems).toEqual([]);
  });
});
