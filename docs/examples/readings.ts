import { connect } from 'fengsui';

await using fs = await connect({ url: 'mqtt://127.0.0.1:1883', district: '330603' });
const profile = 'generic/municipal-hydrant';

fs.on('gap', (gap) => {
  if (gap.lane === 'alarm') return; // the alarm stream deals with these
  const which = `${gap.gateway}: entries ${gap.from} to ${gap.to}`;
  if (gap.reason === 'summarised') console.log(which, 'are summed up', gap.since, gap.until);
  else if (gap.reason === 'evicted') console.log(which, 'are gone', gap.since, gap.until);
  else console.log(which, gap.reason);
});

await Promise.all([readings(), summaries()]); // until the client is closed

/** After an outage: the present first, then what was kept, each with the time at which it was read. */
async function readings(): Promise<void> {
  for await (const { device, point, quality, value, at } of fs.telemetry.stream({ profile }))
    console.log(at, device, point, quality, value);
}

/** What is left of readings for which a gateway had no room. */
async function summaries(): Promise<void> {
  for await (const { device, point, from, to, count, min, max, mean } of fs.telemetry.summaries({ profile }))
    console.log(from, to, device, point, count, min, max, mean);
}
