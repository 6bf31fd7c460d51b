import type { Report } from './ledger.ts';
import type { Say } from './words.ts';

/** The closing report for people. */
export function reportLines(report: Report, say: Say): readonly string[] {
  const rows: readonly (readonly [string, string])[] = [
    [say('judged'), String(report.judged)],
    [say('received'), String(report.received)],
    [say('lost'), String(report.lost)],
    [say('repeated'), String(report.repeated)],
    [say('latency'), `${report.latency_p50_ms} / ${report.latency_p99_ms} ms`],
    [say('field'), `${report.field_p50_ms} / ${report.field_max_ms} ms`],
    [say('readings'), String(report.readings)],
    [say('drained'), String(report.backlog_drained)],
    ...report.failed.map((what) => [say('failed'), what] as const),
  ];
  return ['', say('report'), ...rows.map(([name, value]) => `  ${name}: ${value}`)];
}
