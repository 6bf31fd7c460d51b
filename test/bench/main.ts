import { parseArgs } from 'node:util';
import { alarmEngine } from './alarm-engine.ts';
import { backlog } from './backlog.ts';
import { fleet } from './fleet/fleet.ts';
import { history } from './history.ts';
import { judgement } from './judgement/judgement.ts';
import { path } from './path.ts';
import { plan } from './plan.ts';
import { pollCpu } from './poll-cpu.ts';
import { sdk } from './sdk/sdk.ts';
import { serial } from './serial.ts';
import { start } from './start.ts';
import { store } from './store.ts';
import { wear } from './wear/wear.ts';

type BenchOptions = { readonly minutes: number };

/** `npm run bench -- NAME [--minutes N]`: each prints what it does and ends with one JSON line of figures. */
const benches: Record<string, (options: BenchOptions) => Promise<Record<string, number>>> = {
  'alarm-engine': alarmEngine,
  backlog,
  fleet,
  history,
  judgement,
  path,
  plan,
  'poll-cpu': pollCpu,
  sdk,
  serial,
  start,
  store,
  wear,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '10' } }, // how long the benches at real pace go on
});
const [name = ''] = positionals;
const bench = benches[name];
if (!bench) {
  console.error(`there is no benchmark “${name}”; known are ${Object.keys(benches).join(', ')}`);
  process.exit(1);
}
console.log(JSON.stringify({ name, figures: await bench({ minutes: Number(values.minutes) }) }));
process.exit(0);
