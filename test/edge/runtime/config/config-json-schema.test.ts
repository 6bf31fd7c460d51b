import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { configJsonSchema } from '../../../../edge/runtime/config/config-json-schema.ts';

it('the schema that editors use is the one that validates: refresh it with “fengsui config schema > docs/fengsui.schema.json”', async () => {
  expect(configJsonSchema()).toBe(
    await readFile(new URL('../../../../docs/fengsui.schema.json', import.meta.url), 'utf8'),
  );
});

it('every key that is not obvious is described', () => {
  const schema: unknown = JSON.parse(configJsonSchema());
  expect(schema).toMatchObject({
    title: 'Fengsui gateway',
    additionalProperties: false,
    required: ['version', 'gateway'],
  });
});
