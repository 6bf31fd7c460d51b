import type { PointValue } from '../../sdk/model/point.ts';
import type { RunClock } from '../../sdk/model/run-clock.ts';
import type { StatusResult } from '../../sdk/wire/methods.ts';
import type { Fields } from '../../sdk/wire/parse.ts';
import type { PointTable } from '../../sdk/wire/point-table.ts';
import type { Command, Data } from '../../sdk/wire/request.ts';
import type { Zone } from '../alarm/zone.ts';
import type { Journal } from '../journal/journal.ts';
import type { LogTail } from '../platform/log-tail.ts';
import type { AlarmDesk } from './alarms/alarm-desk.ts';
import type { CertificateDesk } from './claims/certificate-desk.ts';
import type { CommandDesk } from './commands/command-desk.ts';
import type { Site } from './config/site.ts';
import type { DesiredDesk } from './desired/desired-desk.ts';
import type { DeviceList } from './device-list.ts';
import type { BusScans } from './diagnostics/bus-scans.ts';
import type { RiskDesk } from './risk/risk-desk.ts';
import type { LivePoint } from './telemetry-recorder.ts';

/** What the answers to requests are made of. */
export type HandlerContext = {
  readonly journal: Journal;
  readonly alarms: AlarmDesk;
  readonly zones: readonly Zone[];
  readonly risk: Pick<RiskDesk, 'state' | 'set'>;
  readonly devices: DeviceList;
  readonly deviceCommands: Pick<CommandDesk, 'invoke' | 'outcome'>;
  readonly site: Site;
  readonly desired: Pick<DesiredDesk, 'apply'>;
  readonly points: () => ReadonlyMap<string, readonly LivePoint[]>;
  readonly table: () => PointTable;
  /** Wall time of a monotonic one, as known now. */
  readonly wallOf: (value: PointValue) => number;
  /** How stamps lie in right time, as known now. */
  readonly clocks?: () => readonly RunClock[];
  readonly flush: () => Promise<void>;
  /** Applies the device list to the running fields. */
  readonly applyDevices: (removed?: { device: string; operator: string }) => void;
  readonly resume: () => number;
  readonly status: () => StatusResult;
  readonly logs: Pick<LogTail, 'after'>;
  readonly scans: BusScans;
  readonly certificates: Pick<CertificateDesk, 'show' | 'install'>;
};

/** How each command is carried out; `operator` is the name of the key that signed it. */
export type CommandHandlers = Readonly<
  Record<Exclude<Command, 'invoke'>, (p: Fields, operator: string) => Data | Promise<Data>>
>;
