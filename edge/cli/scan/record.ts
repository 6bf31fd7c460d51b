import { z } from 'zod';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { freshScan, type ScanPlan, type ScanState, settingName } from '../../bus/scan/scan-plan.ts';
import { readText, replaceText } from '../../platform/files.ts';

const count = z.int().min(0);
const heard = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('silent') }),
  z.strictObject({ kind: z.literal('words'), words: z.array(z.int().min(0).max(65_535)) }),
  z.strictObject({ kind: z.literal('refused'), exception: count }),
  z.strictObject({ kind: z.literal('damaged'), detail: z.string() }),
]);
const finding = z.strictObject({
  setting: z.string(),
  unit: z.int().min(1).max(247),
  from: z.enum(['holding', 'input']),
  heard: z.array(heard),
  damaged: count,
  surplus: count,
});
const recordSchema = z.strictObject({
  version: z.literal(1),
  /** What was scanned: going on with another plan would leave gaps that nobody sees. */
  plan: z.strictObject({ line: z.string(), settings: z.array(z.string()), units: z.array(z.int()), all: z.boolean() }),
  done: count,
  findings: z.array(finding),
  traffic: z.array(z.string()),
});

/** How far the scan in `file` has come; the beginning where there is no such file. @throws FengsuiError INVALID */
export async function readRecord(file: string, plan: ScanPlan): Promise<ScanState> {
  const text = await readText(file);
  if (text === undefined) return freshScan;
  const parsed = recordSchema.safeParse(parsedJson(text));
  if (!parsed.success)
    throw new FengsuiError('INVALID', `${file} is no record of a scan; name another file, or delete it`);
  const { plan: planned, done, findings, traffic } = parsed.data;
  if (JSON.stringify(planned) !== JSON.stringify(outline(plan)))
    throw new FengsuiError(
      'INVALID',
      `${file} is the record of another scan (${planned.line}: ${planned.settings.join(', ')}; ${planned.units.length} units); give the same line, speeds and units, or another file`,
    );
  return { done, findings, traffic };
}

/** Replaces the record, whole or not at all. */
export const writeRecord = (file: string, plan: ScanPlan, state: ScanState): Promise<void> =>
  replaceText(file, `${JSON.stringify({ version: 1, plan: outline(plan), ...state })}\n`);

function outline({ steps, all }: ScanPlan): z.infer<typeof recordSchema>['plan'] {
  const [line = ''] = steps.map(({ endpoint }) => (endpoint.kind === 'serial' ? endpoint.path : settingName(endpoint)));
  const settings = [...new Set(steps.map(({ endpoint }) => settingName(endpoint)))];
  return { line, settings, units: [...new Set(steps.map(({ unit }) => unit))], all };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
