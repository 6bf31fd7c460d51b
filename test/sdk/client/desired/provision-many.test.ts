import { describe, expect, it } from 'vitest';
import { profiles } from '../../../../device-profiles/index.ts';
import {
  type ProvisionManyOptions,
  type ProvisionResult,
  provisionMany,
} from '../../../../sdk/client/desired/provision-many.ts';
import type { Edit, Provisioner } from '../../../../sdk/client/desired/provisioner.ts';
import { FengsuiError } from '../../../../sdk/model/errors.ts';
import type { DeviceSpec } from '../../../../sdk/wire/methods.ts';

type Wish = { readonly gateway: string; readonly spec: DeviceSpec };

const wish = (gateway: string, id: string, changes: Partial<DeviceSpec> = {}): Wish => ({
  gateway,
  spec: { bus: 'rs485', id, unit: 1, profile: 'generic/municipal-hydrant', name: 'x', ...changes },
});
const idsOf = (edit: Edit): readonly string[] => ('put' in edit ? edit.put.map((d) => d.id) : []);

/** Takes everything but what the test says, and remembers what it was asked. */
function recording(changes: Partial<Provisioner> = {}) {
  const asked: { gateway: string; ids: readonly string[]; key: string | undefined }[] = [];
  const provisioner: Provisioner = {
    isTransaction: true,
    change: async (gateway, edit, { idempotencyKey: key }) => {
      asked.push({ gateway, ids: idsOf(edit), key });
      return { version: asked.length, sync: 'pending' };
    },
    wanted: () => expect.unreachable(),
    tryOut: async () => ({ checkedBy: 'gateway', problems: [] }),
    ...changes,
  };
  return { asked, provisioner };
}

async function run(
  provisioner: Provisioner,
  input: Iterable<Wish> | AsyncIterable<Wish>,
  options: ProvisionManyOptions = {},
): Promise<readonly ProvisionResult[]> {
  const results: ProvisionResult[] = [];
  for await (const result of provisionMany({ provisioner, profiles }, input, options)) results.push(result);
  return results.toSorted((a, b) => a.index - b.index);
}

describe('devices by the file', () => {
  const rows = [wish('gw-1', 'a'), wish('gw-2', 'b'), wish('gw-1', 'c')];

  it('are one change a gateway, and each gets a result of its own', async () => {
    const { asked, provisioner } = recording();
    const results = await run(provisioner, rows, { idempotencyKey: 'file' });
    expect(asked.toSorted((a, b) => (a.gateway < b.gateway ? -1 : 1))).toEqual([
      { gateway: 'gw-1', ids: ['a', 'c'], key: 'file/0' },
      { gateway: 'gw-2', ids: ['b'], key: 'file/0' },
    ]);
    expect(results.map((r) => [r.index, r.gateway, r.device, r.ok])).toEqual([
      [0, 'gw-1', 'a', true],
      [1, 'gw-2', 'b', true],
      [2, 'gw-1', 'c', true],
    ]);
  });

  it('go one by one where they cannot go together', async () => {
    const { asked, provisioner } = recording({ isTransaction: false });
    await run(provisioner, rows);
    expect(asked.map((a) => a.ids.length)).toEqual([1, 1, 1]);
  });

  it('are refused one by one: by the profile, as a second of one id, or by a gateway that fails', async () => {
    const { asked, provisioner } = recording({
      change: async (gateway) => {
        if (gateway === 'gw-9') throw new FengsuiError('GATEWAY_UNKNOWN');
        return { version: 1, sync: 'in-sync' };
      },
    });
    const results = await run(provisioner, [
      wish('gw-1', 'a'),
      wish('gw-1', 'a', { unit: 5 }),
      wish('gw-1', 'b', { unit: 500 }),
      wish('gw-1', 'c', { profile: 'mine/none' }),
      wish('gw-9', 'd'),
    ]);
    expect(results.map((r) => (r.ok ? 'ok' : r.error.message))).toEqual([
      'ok',
      expect.stringContaining('id: stands in the input already, at index 0'),
      expect.stringContaining('unit: expected 1 to 247'),
      expect.stringContaining('there is no profile “mine/none”'),
      expect.stringContaining('no gateway'),
    ]);
    expect(asked).toEqual([]);
  });

  it('end with the signal', async () => {
    const { provisioner } = recording({ change: () => Promise.reject(new FengsuiError('ABORTED')) });
    await expect(run(provisioner, rows)).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(run(provisioner, rows, { concurrency: 0 })).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('never work on more gateways at once than was said', async () => {
    let now = 0;
    let most = 0;
    const { provisioner } = recording({
      change: async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 2));
        now--;
        return { version: 1, sync: 'in-sync' };
      },
    });
    const many = Array.from({ length: 30 }, (_, i) => wish(`gw-${i}`, 'a'));
    expect(await run(provisioner, many, { concurrency: 3 })).toHaveLength(30);
    expect(most).toBe(3);
  });
});

describe('a dry run', () => {
  it('tells of each device what the gateway finds, and of all what it finds of the list', async () => {
    const { provisioner, asked } = recording({
      tryOut: async (gateway) => ({
        checkedBy: gateway === 'gw-2' ? 'profile' : 'gateway',
        problems:
          gateway === 'gw-1'
            ? [{ device: 'a', path: 'unit', message: 'taken' }]
            : gateway === 'gw-3'
              ? [{ path: '', message: 'the bus is overloaded' }]
              : [],
      }),
    });
    const results = await run(
      provisioner,
      [wish('gw-1', 'a'), wish('gw-1', 'b'), wish('gw-2', 'c'), wish('gw-3', 'd')],
      { dryRun: true },
    );
    expect(results.map((r) => (r.ok ? ('checkedBy' in r ? r.checkedBy : 'changed') : r.error.message))).toEqual([
      expect.stringContaining('unit: taken'),
      'gateway',
      'profile',
      expect.stringContaining('overloaded'),
    ]);
    expect(asked).toEqual([]);
  });

  it('of 100,000 devices holds no more than 10,000 of them', async () => {
    const count = 100_000;
    let made = 0;
    let told = 0;
    let most = 0;
    async function* rows(): AsyncGenerator<Wish> {
      for (; made < count; ) {
        most = Math.max(most, made - told);
        yield wish(`gw-${made % 500}`, `d-${made++}`);
      }
    }
    const { provisioner } = recording();
    for await (const { ok } of provisionMany({ provisioner, profiles }, rows(), { dryRun: true })) told += ok ? 1 : 0;
    expect(told).toBe(count);
    expect(most).toBeLessThanOrEqual(10_000);
  });
});

describe('a loop that is left', () => {
  it('waits for the gateways that are being told, and lets nothing fail behind its back', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    let ended = 0;
    const { provisioner } = recording({
      change: async (gateway) => {
        if (gateway === 'gw-0') return { version: 1, sync: 'pending' };
        await new Promise((resolve) => setTimeout(resolve, 20));
        ended++;
        throw new FengsuiError('ABORTED', 'the client was closed');
      },
    });
    const rows = Array.from({ length: 6 }, (_, i) => wish(`gw-${i}`, 'a'));
    for await (const { gateway } of provisionMany({ provisioner, profiles }, rows, { concurrency: 4 })) {
      expect(gateway).toBe('gw-0');
      break;
    }
    expect(ended).toBe(4); // three beside the first, and the one that took its place
    await new Promise((resolve) => setTimeout(resolve, 40));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});
