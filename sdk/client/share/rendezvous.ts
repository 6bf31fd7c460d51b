/**
 * Which member of a group a gateway belongs to: the one of whom both together give the highest score (rendezvous, or
 * highest random weight, hashing). Members need not agree on anything but who is there; when one goes, only its own
 * gateways move, and they spread over all others. **All members must compute the same, so this never changes.**
 */
export function ownerOf(members: readonly string[], gateway: string): string | undefined {
  const hash = fnv1a(gateway);
  let owner: string | undefined;
  let best = -1;
  for (const member of members) {
    const score = mixed(fnv1a(member) ^ hash);
    if (score < best || (score === best && owner !== undefined && member > owner)) continue;
    owner = member;
    best = score;
  }
  return owner;
}

/** 32 bit FNV-1a of the UTF-16 code units: ids are ASCII. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** The last step of MurmurHash3: every bit of the input moves every bit of the result. */
function mixed(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
