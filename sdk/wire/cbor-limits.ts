/** How large a value from a wire may be; what is larger is refused before anything is made of it. */
export type CborLimits = {
  /** Bytes of a whole message. */
  readonly bytes: number;
  /** Nesting of arrays and maps. */
  readonly depth: number;
  /** Items in all. */
  readonly items: number;
};

/** For everything that is not a retained document: an alarm, a batch, a request, a reply. */
export const messageLimits: CborLimits = { bytes: 65_536, depth: 8, items: 40_000 };
/** For a gateway's retained documents: its state and its point table. */
export const documentLimits: CborLimits = { bytes: 1_048_576, depth: 8, items: 400_000 };
