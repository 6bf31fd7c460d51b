import { commonName, type Holder } from '../holder.ts';
import type { RegisterEntry } from '../register.ts';

export const day = 86_400_000;

/** A holder that may use a certificate that ends soon. Times are Unix ms. */
export type Due = {
  readonly holder: Holder;
  /** Its certificates that end by then, and were not revoked. */
  readonly certificates: readonly RegisterEntry[];
  /** When the latest of them ends. */
  readonly until: number;
  /** It was given another that lasts longer. Whether it uses that, the register does not know. */
  readonly isReplaced: boolean;
};

/** Who may use a certificate that ends by `by`, by name, in the order of first issue. */
export function dueBy(entries: readonly RegisterEntry[], by: number): readonly Due[] {
  const holders = new Map<string, RegisterEntry[]>();
  for (const entry of entries) {
    if (entry.revoked) continue;
    const name = commonName(entry.holder);
    holders.set(name, [...(holders.get(name) ?? []), entry]);
  }
  return [...holders.values()].flatMap((own): readonly Due[] => {
    const certificates = own.filter(({ notAfter }) => notAfter <= by);
    const [first] = certificates;
    if (!first) return [];
    const until = Math.max(...certificates.map(({ notAfter }) => notAfter));
    return [{ holder: first.holder, certificates, until, isReplaced: certificates.length < own.length }];
  });
}

/** Of one that has ended while another goes on, nobody has to be told, unless its holder itself says that it uses it. */
export const concernsNobody = ({ until, isReplaced }: Due, now: number): boolean => isReplaced && until <= now;
