import { type LinkCounts, type Turnaround, unitStates } from '../../../sdk/model/link-quality.ts';
import type { StatusResult } from '../../../sdk/wire/methods.ts';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];
type Figures = LinkCounts & { readonly turnaround?: Turnaround };

/**
 * Figures in the Prometheus text exposition format 0.0.4, for the textfile collector of node_exporter. Counters begin
 * at 0 with each start of the gateway.
 */
export function busMetrics({ uptimeMs, buses }: StatusResult): string {
  const perBus = buses.map((bus) => [{ bus: bus.id }, bus] as const);
  const perUnit = buses.flatMap((bus) =>
    bus.units.map((unit) => [{ bus: bus.id, unit: String(unit.unit) }, unit] as const),
  );
  return [
    metric('gateway_uptime_seconds', 'gauge', 'Time since the gateway started.', [[{}, uptimeMs / 1_000]]),
    metric(
      'bus_utilisation_ratio',
      'gauge',
      'Share of the last minute in which the line was in use, silences and waiting included.',
      perBus.map(([labels, bus]) => [labels, bus.utilisation]),
    ),
    ...linkMetrics('bus', perBus),
    metric(
      'unit_state',
      'gauge',
      '1 for the state the unit is in, 0 for the others.',
      perUnit.flatMap(([labels, unit]) =>
        unitStates.map((state): Sample => [{ ...labels, state }, unit.state === state ? 1 : 0]),
      ),
    ),
    ...linkMetrics('unit', perUnit),
  ].join('');
}

const counters = [
  ['requests', 'requests', 'Requests sent.'],
  ['answers', 'answers', 'Requests answered with data.'],
  ['timeouts', 'timeouts', 'Requests that nobody answered in time.'],
  ['crcErrors', 'crc_errors', 'Requests whose answer was damaged.'],
  ['exceptions', 'exceptions', 'Requests that the device refused with an exception.'],
  ['foreign', 'foreign_frames', 'Intact frames that fitted no request.'],
  ['late', 'late_frames', 'Intact frames that came after the time of their request was over.'],
] as const satisfies readonly (readonly [keyof LinkCounts, name: string, help: string])[];

const quantiles = [
  ['p50Ms', 'turnaround_p50_seconds', 'Median'],
  ['p99Ms', 'turnaround_p99_seconds', '99th percentile'],
] as const;

/** What is told alike of a bus and of a unit. */
function linkMetrics(of: 'bus' | 'unit', all: readonly (readonly [Labels, Figures])[]): readonly string[] {
  return [
    ...counters.map(([key, name, help]) =>
      metric(
        `${of}_${name}_total`,
        'counter',
        help,
        all.map(([labels, figures]): Sample => [labels, figures[key]]),
      ),
    ),
    ...quantiles.map(([key, name, which]) =>
      metric(
        `${of}_${name}`,
        'gauge',
        `${which} of the time from the end of a request to the first byte of its answer, over the last answers.`,
        all.flatMap(([labels, { turnaround }]): Sample[] => (turnaround ? [[labels, turnaround[key] / 1_000]] : [])),
      ),
    ),
  ];
}

/** One metric with all its samples; nothing when there are none. */
function metric(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  const full = `fengsui_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${labelText(labels)} ${value}`);
  return [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`, ...lines, ''].join('\n');
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}

const escaped = (text: string): string => text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
