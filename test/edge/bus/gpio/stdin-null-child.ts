import { openLines } from '../../../../edge/bus/gpio/open-lines.ts';
import { systemClock } from '../../../../edge/platform/clock.ts';
import { startFirmataBoard } from '../../../../simulators/gpio/firmata-board.ts';
import { listening, quietLog } from './listening.ts';

/** Run as a process of its own: sounds a siren, and prints what it read back. */
const board = await startFirmataBoard();
const ears = listening();
const lines = openLines(
  { kind: 'firmata', host: '127.0.0.1', port: board.port },
  [{ name: 'siren', offset: 9, direction: 'out', activeLow: false, bias: 'none' }],
  ears.listener,
  { clock: systemClock('synced'), log: quietLog },
);
await ears.until(() => ears.health.length > 0);
await lines.write('siren', true);
// A REPL on an empty stdin ends the process after a few turns of the event loop.
await new Promise((go) => setTimeout(go, 200));
process.stdout.write(
  JSON.stringify({ siren: (await lines.read('siren')).active, sigint: process.listenerCount('SIGINT') }),
);
await lines[Symbol.asyncDispose]();
await board[Symbol.asyncDispose]();
