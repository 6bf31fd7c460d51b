import type { CommandRisk } from '../../../sdk/model/command.ts';
import type { ConditionChanges } from '../../../sdk/model/condition-at.ts';
import type { DeviceId, VillageCode } from '../../../sdk/model/ids.ts';
import type { ProfileSpec } from '../../../sdk/model/profile.ts';
import type { Millis } from '../../../sdk/model/time.ts';
import type { Site as Address } from '../../../sdk/wire/topics.ts';
import type { Zone } from '../../alarm/zone.ts';
import type { HistoryBound, TelemetrySync } from '../../journal/store.ts';
import type { LinkageRule } from '../../linkage/linkage.ts';
import type { Settings } from '../../point/resolve-address.ts';
import type { Operators } from '../../uplink/signatures.ts';
import type { RiskWindow } from '../risk/risk-calendar.ts';
import type { BusConfig, busKinds, UplinkConfig } from './config-schema.ts';

/** A device whose profile, settings and place on a bus were found sound. */
export type SiteDevice = {
  readonly id: DeviceId;
  readonly bus: string;
  readonly name: string;
  readonly place: string;
  readonly profile: ProfileSpec;
  readonly settings: Settings;
  readonly pollMs: number;
  /** Whether the site has set the period itself; then the risk level leaves it alone. */
  readonly ownPeriod?: true;
  readonly conditions?: ConditionChanges;
  readonly verifyMs?: number;
  /** What proves the effect of its commands at this site, by their names. */
  readonly proofs?: Readonly<Record<string, SiteProof>>;
  readonly unit: number;
  readonly line?: { readonly offset: number; readonly activeLow: boolean };
};

/** A contact of any device, closed once a command has had its effect. */
export type SiteProof = { readonly device: DeviceId; readonly point: string; readonly withinMs: number };
/** A destination, and the brokers by which it is reached, the most preferred first. */
export type SiteUplink = Omit<UplinkConfig, 'url' | 'urls'> & { readonly urls: readonly string[] };

export type BusKind = (typeof busKinds)[number];
export type SiteBus = { readonly id: string; readonly kind: BusKind; readonly config: BusConfig };

/** A configuration that can be run: everything that one entry says of another was checked. */
export type Site = {
  /** SHA-256 of the configuration file, hex. */
  readonly configHash: string;
  readonly address: Address;
  readonly name: string;
  readonly village?: VillageCode;
  readonly clock: 'ntp' | 'trusted';
  readonly operators: Operators;
  /** Risks whose commands need two persons. */
  readonly twoPersons: readonly CommandRisk[];
  readonly uplinks: readonly SiteUplink[];
  readonly journal: {
    readonly path: string;
    readonly maxBytes: number;
    readonly maxDays: number;
    readonly commitMs: number;
    /** Readings that wait are stored before `commitMs` is over once they have so many bytes. */
    readonly chunkBytes: number;
    readonly fsync: TelemetrySync;
    readonly cardTbw: number;
    readonly history: HistoryBound;
  };
  /** How long an application may take to confirm a fire or a call. */
  readonly receiptWithin: Millis;
  readonly buses: readonly SiteBus[];
  readonly devices: readonly SiteDevice[];
  readonly linkage: readonly LinkageRule[];
  readonly zones: readonly Zone[];
  readonly riskCalendar: readonly RiskWindow[];
  readonly selfTest: string;
  readonly watchdog?: string;
};

/** Reports what is wrong at a place of the configuration. */
export type Report = (path: readonly (string | number)[], message: string) => void;

export const isLineBus = (kind: BusKind): kind is 'firmata' | 'gpiochip' => kind === 'firmata' || kind === 'gpiochip';
