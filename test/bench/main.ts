import { alarmEngine } from './alarm-engine.ts';
import { history } from './history.ts';
import { judgement } from './judgement/judgement.ts';
import { path } from './path.ts';
import { plan } from './plan.ts';
import { pollCpu } from './poll-cpu.ts';
import { serial } from './serial.ts';
import { start } from './start.ts';

/** `npm run bench -- NAME`: each prints what it does and ends with one JSON line of figures. */
const benches: Record<string, () => Promise<Record<string, number>>> = {
  'alarm-engine': alarmEngine,
  history,
  judgement,
  path,
  plan,
  'poll-cpu': pollCpu,
  serial,
  start,
};

const [name = ''] = process.argv.slice(2);
const bench = benches[name];
if (!bench) {
  console.error(`there is no benchmark “${name}”; known are ${Object.keys(benches).join(', ')}`);
  process.exit(1);
}
console.log(JSON.stringify({ name, figures: await bench() }));
process.exit(0);
