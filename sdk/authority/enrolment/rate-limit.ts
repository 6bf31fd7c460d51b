import { isIPv6 } from 'node:net';

/** A bucket that holds `burst` requests and fills again by so many a second. */
export type Rate = { readonly burst: number; readonly perSecond: number };

export type RateLimit = {
  /** Whether one more request of this address may be worked on. */
  readonly allows: (address: string) => boolean;
};

/** Addresses that are remembered; the one that was not heard for longest is forgotten first. */
const mostAddresses = 10_000;

/** Pure but for what it remembers. @param mono monotonic, ms */
export function rateLimit(rates: { readonly address: Rate; readonly all: Rate }, mono: () => number): RateLimit {
  const everybody = bucket(rates.all);
  const buckets = new Map<string, ReturnType<typeof bucket>>();
  const bucketOf = (address: string): ReturnType<typeof bucket> => {
    const name = network(address);
    const found = buckets.get(name) ?? bucket(rates.address);
    buckets.delete(name);
    buckets.set(name, found);
    const oldest = buckets.keys().next();
    if (buckets.size > mostAddresses && !oldest.done) buckets.delete(oldest.value);
    return found;
  };
  return {
    // Whoever has used up their own take nothing from the others.
    allows: (address) => bucketOf(address)(mono()) && everybody(mono()),
  };
}

function bucket({ burst, perSecond }: Rate): (now: number) => boolean {
  let level = burst;
  let last: number | undefined;
  return (now) => {
    level = Math.min(burst, level + ((now - (last ?? now)) / 1_000) * perSecond);
    last = now;
    if (level < 1) return false;
    level--;
    return true;
  };
}

/** One customer has a whole /64 of IPv6 addresses. */
export function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - front.length - back.length }, () => '0');
  return [...front, ...zeros, ...back].slice(0, 4).join(':');
}
