import { type BusScans, busScans } from '../../edge/runtime/diagnostics/bus-scans.ts';
import { fakeClock } from './fake-clock.ts';
import { recordingLog } from './recording-log.ts';

/** Of a gateway on whose buses nobody answers. */
export const noScans: BusScans = busScans({
  clock: fakeClock(),
  log: recordingLog(),
  look: async () => undefined,
  devicesAt: () => [],
});
