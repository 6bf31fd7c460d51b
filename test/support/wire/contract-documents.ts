import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Channel } from '../../../sdk/wire/topics.ts';
import { parseCddl } from '../cddl/parse-cddl.ts';

const read = (name: string): string => readFileSync(new URL(`../../../docs/contract/${name}`, import.meta.url), 'utf8');

export const contractRules = parseCddl(read('fengsui.cddl'));

export type Reference = { readonly $ref: string };
/** The parts of asyncapi.yaml that tests ask for. */
export type AsyncApi = {
  readonly channels: Readonly<
    Record<
      Channel | 'groupMember' | 'groupTaken',
      {
        readonly address: string;
        readonly parameters: Readonly<Record<string, Reference>>;
        readonly messages: Readonly<Record<string, Reference>>;
      }
    >
  >;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly components: {
    readonly parameters: Readonly<Record<string, { readonly examples: readonly string[] }>>;
    readonly messages: Readonly<Record<string, { readonly 'x-cddl': string }>>;
  };
};
export type Operation = {
  readonly action: 'send' | 'receive';
  readonly channel: Reference;
  readonly reply?: { readonly channel: Reference };
  readonly tags: readonly [{ readonly name: 'gateway' | 'platform' }];
  readonly bindings: { readonly mqtt: { readonly qos: number; readonly retain?: boolean } };
};

export const asyncApi: AsyncApi = parse(read('asyncapi.yaml'));

/** What a side sends on a channel, if it does. */
export const sends = (channel: string): Operation | undefined =>
  Object.values(asyncApi.operations).find(
    (each) => each.action === 'send' && each.channel.$ref === `#/channels/${channel}`,
  );

/** What a reference of asyncapi.yaml points to; `undefined` if there is nothing. */
export const referred = (document: unknown, { $ref }: Reference): unknown =>
  $ref
    .replace('#/', '')
    .split('/')
    .reduce<unknown>((at, name) => Object(at)[name], document);
