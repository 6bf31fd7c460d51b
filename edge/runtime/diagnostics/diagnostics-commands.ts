import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { Fields } from '../../../sdk/wire/parse.ts';
import type { SiteBus } from '../config/site.ts';
import { isLineBus } from '../config/site.ts';
import type { CommandHandlers } from '../handler-context.ts';
import type { BusScans, ScanWanted } from './bus-scans.ts';

/** MODBUS over Serial Line V1.02, clause 2.2. */
const [firstUnit, lastUnit] = [1, 247];

/** What a platform may set off to find out how things are on site. */
export const diagnosticsCommands = (
  scans: BusScans,
  buses: readonly SiteBus[],
): Pick<CommandHandlers, 'scanBus' | 'stopScan'> => ({
  scanBus: (p) => {
    scans.start(wantedIn(p, buses));
    return {};
  },
  stopScan: () => {
    scans.stop();
    return {};
  },
});

function wantedIn(p: Fields, buses: readonly SiteBus[]): ScanWanted {
  const id = p.text('bus');
  const bus = buses.find((each) => each.id === id);
  const modbus = buses.filter(({ kind }) => !isLineBus(kind)).map((each) => each.id);
  if (!bus || isLineBus(bus.kind)) {
    const what = bus
      ? `bus “${id}” is made of GPIO lines and has no addresses`
      : `there is no bus “${id.slice(0, 64)}”`;
    throw new FengsuiError(bus ? 'INVALID' : 'NOT_FOUND', `${what}; this gateway has ${modbus.join(', ') || 'none'}`);
  }
  const from = p.has('from') ? p.count('from') : firstUnit;
  const to = p.has('to') ? p.count('to') : lastUnit;
  if (from < firstUnit || to > lastUnit || from > to)
    throw new FengsuiError(
      'INVALID',
      `from ${from} to ${to}: expected addresses from ${firstUnit} to ${lastUnit}, in order`,
    );
  return { bus: id, from, to };
}
