import { expect, it } from 'vitest';
import { scope } from '../../../edge/platform/scope.ts';

const closing = (log: string[], name: string, error?: Error): AsyncDisposable => ({
  [Symbol.asyncDispose]: async () => {
    log.push(name);
    if (error) throw error;
  },
});

it('closes in reverse order, also when the block throws', async () => {
  const log: string[] = [];
  const block = async (): Promise<void> => {
    await using held = scope();
    held.own(closing(log, 'journal'));
    held.own(closing(log, 'bus'));
    throw new Error('from inside');
  };
  await expect(block()).rejects.toThrow('from inside');
  expect(log).toEqual(['bus', 'journal']);
});

it('one that cannot be closed does not leave the rest open, and is told', async () => {
  const log: string[] = [];
  const held = scope();
  held.own(closing(log, 'a'));
  held.own(closing(log, 'b', new Error('stuck')));
  held.own(closing(log, 'c'));
  await expect(held[Symbol.asyncDispose]()).rejects.toMatchObject({
    message: 'shutdown was not clean',
    errors: [new Error('stuck')],
  });
  expect(log).toEqual(['c', 'b', 'a']);
});

it('closes once, however often it is asked', async () => {
  const log: string[] = [];
  const held = scope();
  expect(held.own(closing(log, 'a'))).toBeTypeOf('object');
  await held[Symbol.asyncDispose]();
  await held[Symbol.asyncDispose]();
  expect(log).toEqual(['a']);
});
