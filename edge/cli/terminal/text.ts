/** Reasons and values come from outside: they must not command the terminal. */
export const harmless = (line = ''): string => line.replaceAll(/\p{Cc}/gu, '\u{fffd}');

/** By the host's own clock and zone, as on the wall of who reads it. */
export function localTime(at: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}
