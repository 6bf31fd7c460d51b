import { parseArgs } from 'node:util';
import { bus } from './bus.ts';
import { clock } from './clock.ts';
import { outage } from './outage.ts';

type Trial = {
  readonly run: (options: { readonly runs: number; readonly seed: number }) => Promise<Record<string, number>>;
  /** Figures that must be 0, else the trial has failed. */
  readonly never: readonly string[];
};

/** `npm run faults -- NAME [--runs N] [--seed N]`: each prints what it does and ends with one JSON line of figures. */
const trials: Record<string, Trial> = {
  outage: { run: outage, never: ['lost', 'repeated', 'out_of_order'] },
  bus: { run: bus, never: ['misattributed', 'stalls', 'grown'] },
  clock: {
    run: clock,
    never: [
      'hold_changed',
      'reordered',
      'lost',
      'over_1_s',
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
  options: { runs: { type: 'string', default: '500' }, seed: { type: 'string', default: String(Date.now() % 1e9) } },
});
const [name = ''] = positionals;
const trial = trials[name];
if (!trial) {
  console.error(`there is no fault trial “${name}”; known are ${Object.keys(trials).join(', ')}`);
  process.exit(1);
}
const figures = await trial.run({ runs: Number(values.runs), seed: Number(values.seed) });
console.log(JSON.stringify({ name, figures }));
process.exit(trial.never.every((figure) => figures[figure] === 0) ? 0 : 1);
