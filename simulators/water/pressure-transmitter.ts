import { int16, type Unit, unitOf } from '../modbus/unit.ts';

/**
 * A QDY30A-type transmitter that shows kPa with one decimal place: 0.32 MPa stands as 3200 in register 4.
 * Nothing can be written.
 * @param megapascals what the gauge measures at the moment of reading.
 */
export function pressureTransmitter(address: number, megapascals: () => number): Unit {
  const decimals = 1;
  const raw = (): number => int16(megapascals() * 1_000 * 10 ** decimals);
  return unitOf({
    holding: {
      0: address,
      1: 3, // 9600 baud
      2: 1, // unit code; published lists contradict each other, so nobody should read a meaning into it
      3: decimals,
      4: raw,
    },
  });
}
