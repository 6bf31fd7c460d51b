import type { Interpretation } from '../../runtime/identify/detect-order.ts';

/** A point as it is written in a profile. Unit and range are not known from the registers: a person puts them in. */
export function pointSnippet({ from, at, as, order, decimals }: Interpretation, shownDecimals: number): string {
  const fields = [
    `from: '${from}'`,
    `at: ${at}`,
    `as: '${as}'`,
    ...(order === undefined || isNatural(order) ? [] : [`order: '${order}'`]),
    ...(typeof decimals === 'object' ? [`decimals: ${decimals.at}`] : []),
    ...(typeof decimals === 'number' && decimals !== 0 ? [`scale: ${powerOfTen(-decimals)}`] : []),
    `unit: '1'`,
    `resolution: ${powerOfTen(-shownDecimals)}`,
    'range: [-1_000_000, 1_000_000]',
  ];
  return `value: { ${fields.join(', ')} },`;
}

/** The address as zero-based protocols, and as manuals that count from 1 with the table in front, have it. */
export function addressText({ from, at }: Interpretation): string {
  const table = from === 'holding' ? 4 : 3;
  const counted = at + 1;
  return `${from} ${at} (0x${at.toString(16).padStart(4, '0').toUpperCase()}, ${table}${String(counted).padStart(counted > 9_999 ? 5 : 4, '0')})`;
}

/** `u16`, `f32 CDAB`, `i16 ÷ 1000`, `i16, decimals in holding 3`. */
export function formText({ from, as, order, decimals }: Interpretation): string {
  const type = order === undefined ? as : `${as} ${order}`;
  if (typeof decimals === 'object') return `${type}, decimals in ${from} ${decimals.at}`;
  if (decimals === 0) return type;
  return decimals > 0 ? `${type} ÷ ${10 ** decimals}` : `${type} × ${10 ** -decimals}`;
}

const isNatural = (order: string): boolean => 'ABCDEFGH'.startsWith(order);

/** Without the digits that floating point would add. */
const powerOfTen = (exponent: number): string => String(Number(`1e${exponent}`));
