import { parseArgs } from 'node:util';
import { apply } from './apply.ts';
import { bus } from './bus.ts';
import { clock } from './clock.ts';
import { cluster } from './cluster/cluster.ts';
import { commands } from './commands/commands.ts';
import { damageTrial } from './damage.ts';
import { diskFull } from './disk-full.ts';
import { journal } from './journal.ts';
import { outage } from './outage.ts';
import { powerCut } from './power-cut/power-cut.ts';
import { slowDisk } from './slow-disk.ts';

type TrialOptions = {
  readonly runs: number;
  readonly states: number;
  readonly messages: number;
  readonly rounds: number;
  readonly seed: number;
  readonly nodeKills: number;
  readonly consumerKills: number;
};
type Trial = {
  readonly run: (options: TrialOptions) => Promise<Record<string, number>>;
  /** Figures that must be 0, else the trial has failed. */
  readonly never: readonly string[];
  /** Figures that must be 1. */
  readonly always?: readonly string[];
};

/** `npm run faults -- NAME [--runs N] [--states N] [--messages N] [--rounds N] [--node-kills N] [--consumer-kills N] [--seed N]`: each prints what it does and ends with one JSON line of figures. */
const trials: Record<string, Trial> = {
  outage: { run: outage, never: ['lost', 'repeated', 'out_of_order'] },
  journal: {
    run: journal,
    never: ['lost', 'repeated', 'reordered', 'quarantined', 'died', 'late_commits'],
    always: ['ageing_ran'],
  },
  'power-cut': { run: powerCut, never: ['lost', 'renumbered', 'unopened', 'silent_damage', 'telemetry_lost'] },
  'disk-full': {
    run: diskFull,
    never: ['lost', 'repeated', 'reordered', 'degraded_at_once', 'polls_missed', 'read_only_failed'],
    always: ['fault_raised', 'recovered', 'started_when_full', 'recovered_again'],
  },
  damage: { run: damageTrial, never: ['unopened', 'invented', 'renumbered'] },
  'slow-disk': { run: slowDisk, never: ['lost', 'polls_missed'], always: ['was_slow'] },
  commands: {
    run: commands,
    never: ['executed_wrongly', 'wrong_outcome', 'trespassed', 'crashes', 'grown', 'log_flooded', 'alarms_lost'],
  },
  cluster: {
    run: cluster,
    never: ['lost', 'repeated', 'late_untold', 'passed_over', 'committed_twice'],
  },
  bus: { run: bus, never: ['misattributed', 'stalls', 'grown'] },
  apply: { run: apply, never: ['mixed', 'lost'] },
  clock: {
    run: clock,
    never: [
      'hold_changed',
      'reordered',
      'lost',
      'over_1_s',
      'readings_missed',
      'readings_over_1_s',
      'schedule_bursts',
      'no_self_test',
      'life_over_1_s',
      'went_back',
      'before_past',
    ],
  },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '500' },
    states: { type: 'string', default: '2000' },
    messages: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '10' },
    'node-kills': { type: 'string', default: '20' },
    'consumer-kills': { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
  },
});
const [name = ''] = positionals;
const trial = trials[name];
if (!trial) {
  console.error(`there is no fault trial “${name}”; known are ${Object.keys(trials).join(', ')}`);
  process.exit(1);
}
const figures = await trial.run({
  runs: Number(values.runs),
  states: Number(values.states),
  messages: Number(values.messages),
  rounds: Number(values.rounds),
  seed: Number(values.seed),
  nodeKills: Number(values['node-kills']),
  consumerKills: Number(values['consumer-kills']),
});
console.log(JSON.stringify({ name, figures }));
if (figures['skipped'] === 1) process.exit(0); // it has said why
const { never, always = [] } = trial;
process.exit(never.every((f) => figures[f] === 0) && always.every((f) => figures[f] === 1) ? 0 : 1);
