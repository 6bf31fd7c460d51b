import { outage } from './outage.ts';

/** `npm run faults -- NAME`: each prints what it does and ends with one JSON line of figures. */
const trials: Record<string, () => Promise<Record<string, number>>> = { outage };

const [name = ''] = process.argv.slice(2);
const trial = trials[name];
if (!trial) {
  console.error(`there is no fault trial “${name}”; known are ${Object.keys(trials).join(', ')}`);
  process.exit(1);
}
const figures = await trial();
console.log(JSON.stringify({ name, figures }));
process.exit(figures['lost'] === 0 && figures['repeated'] === 0 && figures['out_of_order'] === 0 ? 0 : 1);
