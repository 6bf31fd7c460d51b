/** Arithmetic of the field with 32 elements, by powers of a root of x⁵ + x² + 1. */
const order = 31;
const power: number[] = [1];
while (power.length < order) {
  const doubled = (power.at(-1) ?? 1) << 1;
  power.push(doubled & 0x20 ? doubled ^ 0x25 : doubled);
}
const exponentOf = new Map(power.map((x, i) => [x, i]));
const at = (exponent: number): number => power[((exponent % order) + order) % order] ?? 1;
const exponent = (x: number): number => exponentOf.get(x) ?? 0;
const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : at(exponent(a) + exponent(b)));
const over = (a: number, b: number): number => (a === 0 ? 0 : at(exponent(a) - exponent(b)));

/** The sum, and the sum weighed by place: both are 0 for symbols that end with their check symbols. */
function sums(symbols: readonly number[]): readonly [plain: number, weighed: number] {
  let plain = 0;
  let weighed = 0;
  for (const [i, symbol] of symbols.entries()) {
    plain ^= symbol;
    weighed ^= times(symbol, at(i));
  }
  return [plain, weighed];
}

/**
 * Two symbols (0–31) behind at most 29 others that tell any one or two wrong symbols, so also any two that were swapped
 * (a Reed–Solomon code of distance 3).
 */
export function withCheckSymbols(symbols: readonly number[]): readonly number[] {
  const first = symbols.length;
  const [plain, weighed] = sums(symbols);
  const second = over(weighed ^ times(plain, at(first)), at(first) ^ at(first + 1));
  return [...symbols, plain ^ second, second];
}

/** Whether the symbols fit; if not, where the mistake is if there is only one, or `undefined`: there are more. */
export function checkSymbols(symbols: readonly number[]): 'ok' | { readonly wrongAt: number | undefined } {
  const [plain, weighed] = sums(symbols);
  if (plain === 0 && weighed === 0) return 'ok';
  if (plain === 0 || weighed === 0) return { wrongAt: undefined };
  const place = exponent(over(weighed, plain));
  return { wrongAt: place < symbols.length ? place : undefined };
}
