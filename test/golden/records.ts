import type { WrittenRecord } from '../../sdk/model/record.ts';
import { monoTime, type Stamp, wallTime } from '../../sdk/model/time.ts';

const at: Stamp = { boot: 1, mono: monoTime(5_000), wall: wallTime(1_790_000_000_123), trust: 'synced' };
const siren = { kind: 'linkage', at, device: 'siren', point: 'sounding' } as const;
const audit = { kind: 'audit', at } as const;

/** One record of each kind, in log 7 with number 12, as the first version wrote it: these bytes never change. */
export const records: readonly { readonly name: string; readonly hex: string; readonly record: WrittenRecord }[] = [
  {
    name: 'an output that was told',
    hex: 'ad00020107020c09010a1913880b1a6ab13b800c187b0d020365736972656e0e68736f756e64696e671828001829f5182a826b736d6f6b652f736d6f6b656c63616c6c2f70726573736564',
    record: { ...siren, step: 'switched', on: true, causes: ['smoke/smoke', 'call/pressed'] },
  },
  {
    name: 'an output that was told by a walk test',
    hex: 'ad00020107020c09010a1913880b1a6ab13b800c187b0d020365736972656e0e68736f756e64696e671828001829f5182df5',
    record: { ...siren, step: 'switched', on: true, isTest: true },
  },
  {
    name: 'an output that was read back',
    hex: 'ad00020107020c09010a1913880b1a6ab13b800c187b0d020365736972656e0e68736f756e64696e671828011829f5182b190122',
    record: { ...siren, step: 'proven', on: true, afterMs: 290 },
  },
  {
    name: 'a barrier that arrived',
    hex: 'ad00020107020c09010a1913880b1a6ab13b800c187b0d020365736972656e0e68736f756e64696e671828021829f5182b191838',
    record: { ...siren, step: 'effective', on: true, afterMs: 6_200 },
  },
  {
    name: 'an output that could not be told',
    hex: 'ae00020107020c09010a1913880b1a6ab13b800c187b0d020365736972656e0e68736f756e64696e671828031829f4182b190bb8182c78186e6f20616e737765722077697468696e2033303030206d73',
    record: { ...siren, step: 'not-written', on: false, afterMs: 3_000, why: 'no answer within 3000 ms' },
  },
  {
    name: 'a command that was done',
    hex: 'b000030107020c09010a1913880b1a6ab13b800c187b0d0218320018336970726f766973696f6e183564646f6e6518346573646b2d31136de69d8ee4bc9f2028647574792903646d61696e18367167656e657269632f666972652d6d61696e183701',
    record: {
      ...audit,
      act: 'command',
      method: 'provision',
      outcome: 'done',
      client: 'sdk-1',
      operator: '李伟 (duty)',
      device: 'main',
      detail: 'generic/fire-main',
      count: 1,
    },
  },
  {
    name: 'a command that was refused',
    hex: 'b000030107020c09010a1913880b1a6ab13b800c187b0d021832001833657265736574183569464f5242494444454e18346573646b2d320365736d6f6b650465736d6f6b6518366b6e6f7420616c6c6f776564183719012c',
    record: {
      ...audit,
      act: 'command',
      method: 'reset',
      outcome: 'FORBIDDEN',
      client: 'sdk-2',
      device: 'smoke',
      condition: 'smoke',
      detail: 'not allowed',
      count: 300,
    },
  },
  {
    name: 'a start',
    hex: 'ad00030107020c09010a1913880b1a6ab13b800c187b0d02183201183865302e312e30183903183a66633066666565183b02',
    record: { ...audit, act: 'started', version: '0.1.0', configVersion: 3, configHash: 'c0ffee', after: 'failure' },
  },
  {
    name: 'a stop',
    hex: 'aa00030107020c09010a1913880b1a6ab13b800c187b0d02183202182c675349475445524d',
    record: { ...audit, act: 'stopped', why: 'SIGTERM' },
  },
  {
    name: 'another configuration',
    hex: 'ad00030107020c09010a1913880b1a6ab13b800c187b0d02183203183a66633066666565183c816161183d80183e8261626163',
    record: { ...audit, act: 'configured', configHash: 'c0ffee', added: ['a'], removed: [], changed: ['b', 'c'] },
  },
  {
    name: 'a clock that was set back',
    hex: 'ab00030107020c09010a1913880b1a6ab13b800c187b0d02183204183f3a05265bff183702',
    record: { ...audit, act: 'clock-stepped', byMs: -86_400_000, count: 2 },
  },
];
