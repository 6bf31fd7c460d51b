export type Table = 'coil' | 'discrete' | 'input' | 'holding';
export type WritableTable = 'coil' | 'holding';
export type Written = 'done' | 'no-such-address' | 'illegal-value';

/** One Modbus device as its registers show it. Addresses are zero-based; bits are 0 and 1, registers 0 to 65535. */
export type Unit = {
  /** `undefined`: there is nothing at this address (exception 2). */
  read(table: Table, address: number): number | undefined;
  /** Absent: nothing can be written. */
  write?(table: WritableTable, address: number, value: number): Written;
  /** Coils to which function 5 takes other words than on and off, such as a pulse’s length; `undefined` for the others. */
  writeWord?(address: number, word: number): Written | undefined;
  /** A device without supply does not answer at all. Powered unless given. */
  powered?(): boolean;
};

/** What is behind one address: a number, or where to get it, and for some where to put it. */
export type Cell = number | (() => number) | { readonly get: () => number; readonly set: (value: number) => Written };
export type Banks = Partial<Record<Table, Readonly<Record<number, Cell>>>>;

/** A unit of listed addresses. A plain number can be read only. */
export function unitOf(banks: Banks): Unit {
  const cell = (table: Table, address: number): Cell | undefined => banks[table]?.[address];
  return {
    read(table, address) {
      const found = cell(table, address);
      if (found === undefined || typeof found === 'number') return found;
      return typeof found === 'function' ? found() : found.get();
    },
    write(table, address, value) {
      const found = cell(table, address);
      return typeof found === 'object' ? found.set(value) : 'no-such-address';
    },
  };
}

/** A signed number as a register holds it, two's complement; what does not fit sticks at the end of the range. */
export const int16 = (value: number): number => Math.max(-0x8000, Math.min(0x7fff, Math.round(value))) & 0xffff;

/** The two registers of an IEEE 754 single, high word first. */
export function float32(value: number): readonly [high: number, low: number] {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return [view.getUint16(0), view.getUint16(2)];
}
