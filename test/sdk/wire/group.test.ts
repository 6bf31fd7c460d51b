import { describe, expect, it } from 'vitest';
import { districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import {
  decodeMember,
  decodeTaken,
  encodeMember,
  encodeTaken,
  groupName,
  memberTopic,
  parseGroupTopic,
  takenPerMessage,
  takenTopic,
} from '../../../sdk/wire/group.ts';
import { parseTopic } from '../../../sdk/wire/topics.ts';

const group = { district: districtCode('330603'), name: 'desk' };
const ofTown = { ...group, town: townCode('001') };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('the topics of a group', () => {
  it('are told apart from one another, and from those of other groups and of gateways', () => {
    expect(parseGroupTopic(group, memberTopic(group, 'sdk-1'))).toEqual({ member: 'sdk-1', says: 'there' });
    expect(parseGroupTopic(group, takenTopic(group, 'sdk-1'))).toEqual({ member: 'sdk-1', says: 'taken' });
    for (const other of [
      memberTopic({ ...group, name: 'desk-2' }, 'sdk-1'),
      memberTopic(ofTown, 'sdk-1'),
      `${memberTopic(group, 'sdk-1')}/taken/x`,
      `${memberTopic(group, 'sdk-1')}/x`,
      memberTopic(group, ''),
      'fengsui/v1/330603/001/gw-1/alarm',
    ])
      expect(parseGroupTopic(group, other)).toBeUndefined();
  });

  it.each([group, ofTown])('are never those of a gateway, whatever the group is called: %o', (of) => {
    for (const name of ['desk', 'reply', 'alarm', 'request'])
      for (const topic of [memberTopic({ ...of, name }, 'sdk-1'), takenTopic({ ...of, name }, 'sdk-1')])
        expect(parseTopic(topic)).toBeUndefined();
  });

  it.each(['', 'a/b', '+', '#', 'Desk', '-a', 'a'.repeat(49)])('have no group called “%s”', (name) => {
    expect(() => groupName(name)).toThrow(/group ".*" is not valid/);
  });
});

describe('what members say', () => {
  const list = [
    { town: townCode('001'), gateway: gatewayId('gw-1'), log: 7, seq: 3 },
    { town: townCode('002'), gateway: gatewayId('gw-2'), log: 4_294_967_295, seq: 0 },
  ];

  it('has these bytes for ever', () => {
    expect(hex(encodeMember())).toBe('a10101');
    expect(hex(encodeTaken(list.slice(0, 1)))).toBe('a1018184633030316467772d310703');
  });

  it('comes back as it was', () => {
    expect(decodeTaken(encodeTaken(list))).toEqual(list);
  });

  it('fits into a message with the longest names and largest numbers', () => {
    const largest = { ...list[1], gateway: gatewayId('g'.repeat(63)), log: 2 ** 53 - 1, seq: 2 ** 53 - 1 };
    const full = Array.from({ length: takenPerMessage }, () => ({ ...largest, town: townCode('001') }));
    expect(decodeTaken(encodeTaken(full))).toHaveLength(takenPerMessage);
  });

  it('is refused of a member that shares by another rule', () => {
    expect(() => decodeMember(Uint8Array.of(0xa1, 1, 2))).toThrow(/shares gateways out by rule 2, this one by rule 1/);
  });
});
