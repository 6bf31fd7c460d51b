import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { quantile } from '../../simulators/demo/ledger.ts';
import { pause } from '../support/rig.ts';
import { type Judged, ownLatency, type Seen } from './own-latency.ts';
import type { Report as Changes } from './poll-server.ts';

const sizes = [10, 100, 1_000] as const;
const warmUpSeconds = 10;
const windowSeconds = 40;

/**
 * CPU for each 1,000 block reads over Modbus TCP: our buses, plan, decoding and judgement (test/bench/poll-loop.ts) beside
 * a bare modbus-serial loop (test/bench/bare-poll.ts), at the same time on the same devices, each with a connection of
 * its own. Own latency: how late the first read that saw a change came against the moment at which it should have, plus
 * the time from the device's answer to our judgement. `missed`: changes that no read saw or that were never judged.
 */
export async function pollCpu(): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  const late: Record<'alarm' | 'telemetry', number[]> = { alarm: [], telemetry: [] };
  for (const size of sizes) {
    const measured = await side(size);
    console.log(`${size} devices`, JSON.stringify(measured.shown));
    figures[`cpu_ratio_${size}`] = measured.shown.cpuRatio;
    figures['missed'] = (figures['missed'] ?? 0) + measured.shown.missed;
    for (const kind of ['alarm', 'telemetry'] as const) late[kind].push(measured.p99[kind]);
  }
  figures['own_p99_ms_alarm'] = Math.max(...late.alarm);
  figures['own_p99_ms_telemetry'] = Math.max(...late.telemetry);
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value * 1_000) / 1_000]));
}

type Report = {
  readonly reads: number;
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly judged?: readonly Judged[];
};

async function side(size: number) {
  const server = start('poll-server', [String(size)]);
  const { ports } = await message<{ ports: number[] }>(server);
  const clients = [start('poll-loop', ports.map(String)), start('bare-poll', ports.map(String))] as const;
  const [ours, bare] = clients;
  await pause(warmUpSeconds * 1_000);
  const before = await Promise.all([ask<Report>(ours), ask<Report>(bare), ask<Changes>(server)]);
  await pause(windowSeconds * 1_000);
  const { seen, unread } = await ask<Changes>(server);
  await pause(1_000); // a change that was answered just now may still be on its way
  const after = await Promise.all([ask<Report>(ours), ask<Report>(bare)]);
  for (const child of [...clients, server]) {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
  const cost = (from: Report, to: Report): number => ((to.cpuMs - from.cpuMs) * 1_000) / (to.reads - from.reads);
  const cpu = { ours: cost(before[0], after[0]), bare: cost(before[1], after[1]) };
  const times = latencies(seen, after[0].judged ?? []);
  const p99 = { alarm: quantile(times.alarm, 0.99), telemetry: quantile(times.telemetry, 0.99) };
  return {
    p99,
    shown: {
      cpuRatio: cpu.ours / cpu.bare,
      oursMsPer1000: cpu.ours,
      bareMsPer1000: cpu.bare,
      oursReads: after[0].reads - before[0].reads,
      bareReads: after[1].reads - before[1].reads,
      oursRssMb: after[0].rssMb,
      bareRssMb: after[1].rssMb,
      alarm: { changes: times.alarm.length, p50: quantile(times.alarm, 0.5), p99: p99.alarm },
      telemetry: { changes: times.telemetry.length, p50: quantile(times.telemetry, 0.5), p99: p99.telemetry },
      missed: times.missed + unread,
    },
  };
}

/** Even devices have an alarm point in the register that is toggled. */
function latencies(seen: readonly Seen[], judged: readonly Judged[]) {
  const { times, missed } = ownLatency(seen, judged);
  const of = (rest: number): readonly number[] => times.filter(({ device }) => device % 2 === rest).map(({ ms }) => ms);
  return { alarm: of(0), telemetry: of(1), missed };
}

const start = (name: string, args: readonly string[]): ChildProcess =>
  fork(new URL(`./${name}.js`, import.meta.url), args, {
    // As in the first line of our program: what is compared is the work, not the settings.
    execArgv: ['--max-semi-space-size=1', '--optimize-for-size', '--max-old-space-size=192'],
    env: { ...process.env, MALLOC_ARENA_MAX: '1' },
  });

async function message<T>(child: ChildProcess): Promise<T> {
  const [answer] = await once(child, 'message');
  return answer;
}

function ask<T>(child: ChildProcess): Promise<T> {
  const answer = message<T>(child);
  child.send({ report: true });
  return answer;
}
