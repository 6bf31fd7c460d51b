import { describe, expect, it } from 'vitest';
import { addressText, formText, pointSnippet } from '../../../../edge/cli/detect/point-snippet.ts';
import type { Interpretation } from '../../../../edge/runtime/identify/detect-order.ts';

const i16: Interpretation = { from: 'holding', at: 4, as: 'i16', decimals: 3 };
const float: Interpretation = { from: 'input', at: 12, as: 'f32', order: 'CDAB', decimals: 0 };

describe('a point for a profile', () => {
  it.each<[i: Interpretation, decimals: number, text: string]>([
    [i16, 3, "from: 'holding', at: 4, as: 'i16', scale: 0.001, unit: '1', resolution: 0.001"],
    [{ ...i16, decimals: { at: 3 } }, 3, "at: 4, as: 'i16', decimals: 3, unit"],
    [{ ...i16, decimals: -2 }, 0, "as: 'i16', scale: 100, unit: '1', resolution: 1"],
    [float, 1, "from: 'input', at: 12, as: 'f32', order: 'CDAB', unit: '1', resolution: 0.1"],
    [{ ...float, order: 'ABCD' }, 1, "as: 'f32', unit"],
    [{ ...i16, order: 'BA' }, 3, "as: 'i16', order: 'BA', scale"],
    [{ ...i16, decimals: 6 }, 6, 'scale: 0.000001, '],
  ])('is written as profiles are', (interpretation, decimals, text) => {
    expect(pointSnippet(interpretation, decimals)).toContain(text);
  });

  it.each<[i: Interpretation, text: string]>([
    [i16, 'holding 4 (0x0004, 40005)'],
    [float, 'input 12 (0x000C, 30013)'],
    [{ ...i16, at: 9_998 }, 'holding 9998 (0x270E, 49999)'],
    [{ ...i16, at: 9_999 }, 'holding 9999 (0x270F, 410000)'],
    [{ ...i16, at: 65_535 }, 'holding 65535 (0xFFFF, 465536)'],
  ])('has its address also as manuals count', (interpretation, text) => {
    expect(addressText(interpretation)).toBe(text);
  });

  it('says how it is read in words', () => {
    expect(formText(i16)).toBe('i16 ÷ 1000');
    expect(formText({ ...i16, decimals: -2 })).toBe('i16 × 100');
    expect(formText({ ...i16, decimals: { at: 3 } })).toBe('i16, decimals in holding 3');
    expect(formText(float)).toBe('f32 CDAB');
  });
});
