import { z } from 'zod';
import { configSchema } from './config-schema.ts';

/** The JSON Schema that is generated from the very schema that validates. */
export const configJsonSchema = (): string =>
  `${JSON.stringify({ title: 'Fengsui gateway', ...z.toJSONSchema(configSchema, { io: 'input' }) }, undefined, 2)}\n`;
