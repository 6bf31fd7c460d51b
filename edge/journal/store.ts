import type { WallTime } from '../../sdk/model/time.ts';
import type { Entry, HistoryPage, HistoryQuery, Keep, Lane, LaneStatus, Seq } from './journal.ts';
import type { Steps } from './opening.ts';

/** One thing to make durable. All writes of one call reach the disk together or not at all. */
export type Write =
  | { readonly kind: 'entry'; readonly entry: Entry; readonly keep?: Keep }
  | { readonly kind: 'keep'; readonly keep: Keep }
  | { readonly kind: 'cursor'; readonly destination: string; readonly upTo: Seq }
  /** Entries `first` to `last`, written at `from` to `to`, were dropped before they reached the store: counted as evicted, and told. */
  | {
      readonly kind: 'dropped';
      readonly first: Seq;
      readonly last: Seq;
      readonly from: WallTime;
      readonly to: WallTime;
    };

/** `always`: acknowledged readings are on the disk. `os`: they are once the kernel has written them, some 30 s later. */
export type TelemetrySync = 'always' | 'os';

export type StoreOptions = {
  readonly directory: string;
  /** Room of the telemetry lane in bytes. */
  readonly maxBytes: number;
  /** Telemetry that is older is given up, as far as the clock can be trusted. */
  readonly maxDays: number;
  /** Identity to give to the journal if its files have none. */
  readonly newId: number;
  readonly history: HistoryBound;
  /** Default: `always`. */
  readonly fsync?: TelemetrySync;
};

/** What the thread is started with. */
export type ThreadOptions = StoreOptions & { readonly steps: Steps };

/** The names of the files in the folder of a journal. */
export const fileNames = { alarms: 'alarms.db', telemetry: 'telemetry.db', history: 'history.db' } as const;

/** What is older, or does not fit, gives way by the day, oldest first. */
export type HistoryBound = { readonly days: number; readonly maxBytes: number };

export type StoreStatus = {
  readonly lanes: Readonly<Record<Lane, LaneStatus>>;
  readonly quarantined: number;
};

/** What was found when the files were opened. */
export type Opened = {
  readonly id: number;
  /** The number of the next entry of each lane. */
  readonly next: Readonly<Record<Lane, Seq>>;
  readonly cursors: Readonly<Record<Lane, ReadonlyMap<string, Seq>>>;
  /** What was not in order, for the log. */
  readonly notes: readonly Note[];
};

/** `kind` tells the events in the log apart, `journal.damaged` and so on. */
export type Note = { readonly kind: 'damaged' | 'salvaged' | 'newer' | 'no-room' | 'no-copy'; readonly text: string };

/** The files of a journal. Knows nothing of time, queues or retries: a write succeeds, or throws and nothing of it is shown. */
export interface Store {
  readonly opened: Opened;
  /** Resolves when the writes would survive a power cut. An entry whose number is stored already is left as it is. */
  write(lane: Lane, writes: readonly Write[]): Promise<void>;
  /** `reader`: see `Journal.read`. */
  read(lane: Lane, after: Seq, limit: number, reader?: string): readonly Entry[];
  history(query: HistoryQuery): Promise<HistoryPage>;
  kept(prefix: string): ReadonlyMap<string, Uint8Array>;
  status(): StoreStatus;
  close(): void;
}

export type Call =
  | { readonly do: 'write'; readonly lane: Lane; readonly writes: readonly Write[] }
  | {
      readonly do: 'read';
      readonly lane: Lane;
      readonly after: Seq;
      readonly limit: number;
      readonly reader: string | undefined;
    }
  | { readonly do: 'history'; readonly query: HistoryQuery }
  | { readonly do: 'kept'; readonly prefix: string }
  | { readonly do: 'close' };

/** Client to worker. */
export type Request = { readonly number: number; readonly call: Call };

/** Worker to client. The first message is `opened` or `unopened`; each request is answered once. */
export type Reply =
  | { readonly kind: 'opened'; readonly opened: Opened; readonly status: StoreStatus }
  /** `isHopeless`: trying again cannot help, e.g. the driver is missing. `isDamage`: the next thread sets the file aside. */
  | { readonly kind: 'unopened'; readonly why: string; readonly isHopeless: boolean; readonly isDamage: boolean }
  | { readonly kind: 'done'; readonly number: number; readonly status: StoreStatus }
  | {
      readonly kind: 'entries';
      readonly number: number;
      readonly entries: readonly Entry[];
      readonly status: StoreStatus;
    }
  | { readonly kind: 'history'; readonly number: number; readonly page: HistoryPage; readonly status: StoreStatus }
  | {
      readonly kind: 'kept';
      readonly number: number;
      readonly kept: ReadonlyMap<string, Uint8Array>;
      readonly status: StoreStatus;
    }
  | { readonly kind: 'failed'; readonly number: number; readonly why: string }
  /** Unasked: what is wrong with the history, or `undefined` when it is well again. */
  | { readonly kind: 'history-trouble'; readonly why: string | undefined };
