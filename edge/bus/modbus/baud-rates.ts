/**
 * What UARTs and their drivers are made for: termios, and the usual rates of devices beside. The driver would set any
 * other number to the nearest speed that it can, and nobody would answer.
 */
export const baudRates = [
  300, 600, 1_200, 1_800, 2_400, 4_800, 9_600, 14_400, 19_200, 28_800, 38_400, 56_000, 57_600, 76_800, 115_200, 128_000,
  230_400, 250_000, 256_000, 460_800, 500_000, 576_000, 921_600, 1_000_000,
] as const;

export const isBaudRate = (baud: number): boolean => baudRates.some((rate) => rate === baud);

/** What to tell somebody who gave another one. */
export const baudAdvice = `is no speed of serial devices; look it up at the device: mostly 9600, else one of ${baudRates.join(', ')}`;
