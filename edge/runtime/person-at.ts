import type { Fields } from '../../sdk/wire/parse.ts';

/** The key is proven; the person at the desk is the platform's word. */
export const personAt = (p: Fields, operator: string): string =>
  p.has('operator') ? `${p.text('operator').slice(0, 64)} (${operator})` : operator;
