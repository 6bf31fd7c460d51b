import { configJsonSchema } from '../../runtime/config/config-json-schema.ts';

/** For editors that complete and check YAML while it is typed. */
export async function printSchema(): Promise<void> {
  process.stdout.write(configJsonSchema());
}
