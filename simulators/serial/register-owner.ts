/** One register of one device, and when it had a value. */
export type Owner = {
  readonly unit: number;
  readonly table: 'holding' | 'input';
  readonly address: number;
  /** Counts up from 0 to 15 and begins again. */
  readonly epoch: number;
};

export type RegisterOwners = {
  /** The value that this register has in this epoch, and no other register ever. */
  readonly valueOf: (owner: Owner) => number;
  /** Whose value this is. */
  readonly ownerOf: (value: number) => Owner;
};

/** Addresses run from 0 to one less. */
export const ownedAddresses = 256;
const epochs = 16;
/** Odd, so that multiplying modulo 65,536 can be undone: neighbours get values that have nothing in common. */
const scatter = 0x9e37;
const gather = inverse(scatter);

/**
 * Registers whose values tell where they come from: 3 bits of unit, 1 of table, 8 of address and 4 of epoch, scattered.
 * What a master gives for a register can so be told from another one's value, and from its own earlier one.
 * @param units eight at most.
 */
export function registerOwners(units: readonly number[]): RegisterOwners {
  return {
    valueOf({ unit, table, address, epoch }) {
      const packed =
        (units.indexOf(unit) << 13) | ((table === 'input' ? 1 : 0) << 12) | (address << 4) | (epoch % epochs);
      return Math.imul(packed, scatter) & 0xffff;
    },
    ownerOf(value) {
      const packed = Math.imul(value, gather) & 0xffff;
      return {
        unit: units[packed >> 13] ?? 0,
        table: (packed >> 12) & 1 ? 'input' : 'holding',
        address: (packed >> 4) & 0xff,
        epoch: packed & 0xf,
      };
    },
  };
}

/** The number that times `odd` is 1 modulo 65,536, by Newton's iteration: each step doubles the bits that are right. */
function inverse(odd: number): number {
  let found = odd;
  for (let i = 0; i < 4; i++) found = Math.imul(found, 2 - Math.imul(odd, found)) & 0xffff;
  return found;
}
