/** What a gateway of the cluster trial is to do. */
export type LaneOptions = {
  readonly urls: readonly string[];
  readonly town: string;
  readonly gateway: string;
  /** The operator’s public key. */
  readonly key: string;
  /** So many alarms, and as many readings that count. */
  readonly count: number;
  /** Of each. */
  readonly perSecond: number;
};

/** What the consumer of the cluster trial is to do. */
export type ConsumerOptions = {
  readonly url: string;
  readonly town: string;
  readonly privateKey: string;
  readonly from?: string;
  /** It commits so many alarms, and stands still with the next in its hands. */
  readonly commits: number;
};

/** What the consumer tells. */
export type ConsumerWord =
  | { readonly got: number }
  /** The change of this number was committed, and the receipt is due; `cursor` is stored by the trial. */
  | { readonly committed: number; readonly cursor: string };
