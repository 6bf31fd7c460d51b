/** Who is in a group, as one of its members sees it. Pure: times are the caller's, in milliseconds. */
export type Membership = {
  /** A member has said that it is there. */
  readonly heard: (member: string, now: number) => void;
  /** It has said goodbye, or the broker has in its place. */
  readonly left: (member: string) => void;
  /** Those who are there, this one among them, in the order of their names. */
  readonly members: (now: number) => readonly string[];
  /** Those who have not said so for too long; they are forgotten by this. */
  readonly overdue: (now: number) => readonly string[];
};

/** Each member says so often that it is there, in milliseconds. */
export const beatMs = 5_000;
/**
 * Who is silent for so long is gone: for a member whose last will never came, because its broker died with it. A little
 * less than the 22.5 s after which a broker finds a connection dead.
 */
export const goneAfterMs = 20_000;
/** More names than this are not believed. */
const mostMembers = 1_000;

export function membership(self: string): Membership {
  const lastHeard = new Map<string, number>();
  const isThere = (at: number, now: number): boolean => now - at < goneAfterMs;
  return {
    heard(member, now) {
      if (member !== self && (lastHeard.has(member) || lastHeard.size < mostMembers)) lastHeard.set(member, now);
    },
    left: (member) => void lastHeard.delete(member),
    members: (now) =>
      [self, ...[...lastHeard].filter(([, at]) => isThere(at, now)).map(([member]) => member)].toSorted(),
    overdue(now) {
      const gone = [...lastHeard].filter(([, at]) => !isThere(at, now)).map(([member]) => member);
      for (const member of gone) lastHeard.delete(member);
      return gone;
    },
  };
}
