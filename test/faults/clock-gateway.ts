/**
 * A gateway of the clock trial in a process of its own, whose system clock is in the trial's hands: `clock-gateway.js
 * CONFIG OFFSET_MS SYNCED`. `Date` is what the gateway, its log and node-schedule all go by.
 * Takes `{ set: offsetMs, synced }`: how far the clock is from the host's, and whether the kernel calls it right.
 */
import { systemClock } from '../../edge/platform/clock.ts';
import { jsonLog } from '../../edge/platform/log.ts';
import { loadConfig } from '../../edge/runtime/config/load-config.ts';
import { runGateway } from '../../edge/runtime/gateway.ts';
import { parentLink } from '../../simulators/process/parent-link.ts';

const [config = '', offset = '0', synced = 'no'] = process.argv.slice(2);
/** How a clock that nobody keeps right runs away. */
const drift = 200e-6;

const HostDate = Date;
const host = { offset: Number(offset), isSynced: synced === 'yes', set: performance.now() };
const now = (): number => {
  const drifted = host.isSynced ? 0 : (performance.now() - host.set) * drift;
  return Math.floor(HostDate.now() + host.offset + drifted);
};
globalThis.Date = new Proxy(HostDate, {
  construct: (target, args) => (args.length === 0 ? new target(now()) : Reflect.construct(target, args)),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

const stop = new AbortController();
parentLink({
  message(message) {
    if (typeof message !== 'object' || message === null || !('set' in message) || !('synced' in message)) return;
    host.offset = Number(message.set);
    host.isSynced = message.synced === true;
    host.set = performance.now();
  },
  gone: () => stop.abort(new Error('the trial has ended')),
});
const clock = systemClock(undefined, () => ({ isSynced: host.isSynced, errorMs: 5 }));
await runGateway(await loadConfig(config), {
  clock,
  log: jsonLog(clock, (line) => process.stderr.write(line)),
  journalWorker: new URL('../dist/journal-worker.js', import.meta.url),
  signal: stop.signal,
});
process.exit(0);
