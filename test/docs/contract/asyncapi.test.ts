import { schemas } from '@asyncapi/specs';
import { Ajv, type SchemaObject } from 'ajv';
import { describe, expect, it } from 'vitest';
import { districtCode } from '../../../sdk/model/ids.ts';
import { groupName, memberTopic, takenTopic } from '../../../sdk/wire/group.ts';
import { channels, contractMajor, parseTopic, topicOf } from '../../../sdk/wire/topics.ts';
import { asyncApi, contractRules, type Reference, referred, sends } from '../../support/wire/contract-documents.ts';

// The schema brings a copy of the draft that it is written in, which would collide with that of Ajv.
const validate = new Ajv({ meta: false, validateSchema: false, validateFormats: false, strict: false }).compile(
  schemas['3.0.0'] as SchemaObject,
);

const referencesIn = (of: unknown): Reference[] => {
  if (typeof of !== 'object' || of === null) return [];
  return '$ref' in of ? [of as Reference] : Object.values(of).flatMap(referencesIn);
};

describe('the AsyncAPI document', () => {
  it('is one by the schema of AsyncAPI 3.0', () => {
    validate(asyncApi);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ ...asyncApi, channels: { alarm: { address: 7 } } })).toBe(false);
  });

  it('refers to nothing that is not there', () => {
    const dangling = referencesIn(asyncApi).filter((each) => referred(asyncApi, each) === undefined);
    expect(dangling).toEqual([]);
  });

  it('has the channels of the code, and no others', () => {
    expect(Object.keys(asyncApi.channels).toSorted()).toEqual([...channels, 'groupMember', 'groupTaken'].toSorted());
  });

  it.each([
    ['groupMember', memberTopic],
    ['groupTaken', takenTopic],
  ] as const)('spells the topic of %s as the code does, and names its rule', (channel, topicOfGroup) => {
    const examples: Record<string, string> = Object.fromEntries(
      Object.entries(asyncApi.components.parameters).map(
        ([
          name,
          {
            examples: [first = ''],
          },
        ]) => [name, first],
      ),
    );
    const { address } = asyncApi.channels[channel];
    const group = { district: districtCode(examples['district'] ?? ''), name: groupName(examples['group'] ?? '') };
    expect(address.replaceAll(/\{(\w+)\}/g, (_, name) => examples[name] ?? '')).toBe(
      topicOfGroup(group, examples['client'] ?? ''),
    );
    expect(contractRules.has(String(asyncApi.components.messages[channel]?.['x-cddl']))).toBe(true);
  });

  it.each(channels)('spells the topic of %s as the code does', (channel) => {
    const { address, parameters } = asyncApi.channels[channel];
    expect(Object.keys(parameters).map((name) => `{${name}}`)).toEqual(address.match(/\{\w+\}/g));
    const topic = address.replaceAll(
      /\{(\w+)\}/g,
      (_, name) => asyncApi.components.parameters[name]?.examples[0] ?? '',
    );
    const parsed = parseTopic(topic);
    expect(parsed?.channel).toBe(channel);
    expect(parsed && topicOf(parsed.site, parsed.channel, parsed.client)).toBe(topic);
    expect(topic).toContain(`/v${contractMajor}/`);
  });

  it.each(channels)('names for %s a rule of the CDDL', (channel) => {
    const rule = asyncApi.components.messages[channel]?.['x-cddl'];
    expect(rule).toBe(channel);
    expect(contractRules.has(String(rule))).toBe(true);
    expect(asyncApi.channels[channel].messages).toEqual({ [channel]: { $ref: `#/components/messages/${channel}` } });
  });

  it.each(channels)('says for %s who sends and who receives, and both sides the same', (channel) => {
    const operations = Object.values(asyncApi.operations).filter((o) => o.channel.$ref === `#/channels/${channel}`);
    const [gateway, platform] = ['gateway', 'platform'].map((side) =>
      operations.filter((o) => o.tags[0].name === side),
    );
    expect([gateway?.length, platform?.length]).toEqual([1, 1]);
    expect(operations.map(({ action }) => action).toSorted()).toEqual(['receive', 'send']);
    expect(sends(channel)?.tags[0].name).toBe(['request', 'receipt'].includes(channel) ? 'platform' : 'gateway');
  });
});
