/** A group: alternatives, each a run of entries. */
export type Group = readonly (readonly Entry[])[];
export type Entry = {
  readonly least: number;
  readonly most: number;
  readonly key?: Type;
  /** Of a group in brackets; a group by its name is a `name` like any other. */
  readonly what: Type | { readonly kind: 'group'; readonly group: Group };
  /** The comment behind it. */
  readonly note: string;
};
export type Type =
  | { readonly kind: 'literal'; readonly value: number | string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'choice'; readonly of: readonly Type[] }
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  | { readonly kind: 'map' | 'list' | 'enumeration'; readonly group: Group }
  | { readonly kind: 'tag'; readonly tag: number; readonly of: Type }
  | { readonly kind: 'control'; readonly control: string; readonly of: Type; readonly by: Type };

/** A rule is a type, or a group to be named in other groups. */
export type Rules = ReadonlyMap<string, Type | { readonly kind: 'group'; readonly group: Group }>;

/**
 * The part of CDDL (RFC 8610) that the contract is written in. Left out are generics, sockets, unwrapping, cuts, bounded
 * occurrence, floats and escapes: no CDDL validator for CBOR is to be had as a package for Node or of Debian.
 * @throws Error with the line, for anything else.
 */
export function parseCddl(text: string): Rules {
  const reader = new Reader(tokensOf(text));
  const rules = new Map<string, Type | { kind: 'group'; group: Group }>();
  while (reader.peek().text !== '') {
    const name = reader.take('name');
    reader.expect('=');
    if (rules.has(name)) throw new Error(`rule ${name} stands twice`);
    rules.set(name, reader.peek().text === '(' ? bracketed(reader) : type(reader));
  }
  return rules;
}

type Token = { readonly kind: string; readonly text: string; readonly line: number; note: string };

const pattern =
  /(?<space>\s+)|(?<comment>;[^\n]*)|(?<text>"[^"\\]*")|(?<tag>#6\.\d+)|(?<mark>=>|\/\/|\.\.|[=/{}()[\],:?*+&])|(?<control>\.[a-z]+)|(?<number>-?\d+)|(?<name>[A-Za-z](?:[-.]*[A-Za-z0-9_])*)/y;

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const found = pattern.exec(text);
    if (!found) throw new Error(`line ${line}: this part of CDDL is not read here`);
    const [kind = '', word = ''] = Object.entries(found.groups ?? {}).find(([, value]) => value !== undefined) ?? [];
    const last = tokens.at(-1);
    if (kind === 'comment' && last?.line === line) last.note = word.slice(1).trim();
    else if (kind !== 'space' && kind !== 'comment') tokens.push({ kind, text: word, line, note: '' });
    line += word.split('\n').length - 1;
  }
  return tokens;
}

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }
  peek(ahead = 0): Token {
    return this.#tokens[this.#at + ahead] ?? { kind: 'end', text: '', line: Number.NaN, note: '' };
  }
  next(): Token {
    const token = this.peek();
    this.#at += 1;
    return token;
  }
  has(mark: string): boolean {
    if (this.peek().kind !== 'mark' || this.peek().text !== mark) return false;
    this.#at += 1;
    return true;
  }
  expect(mark: string): void {
    const { text, line } = this.peek();
    if (!this.has(mark)) throw new Error(`line ${line}: expected ${mark}, got ${text}`);
  }
  take(kind: string): string {
    const token = this.next();
    if (token.kind !== kind) throw new Error(`line ${token.line}: expected a ${kind}, got ${token.text}`);
    return token.text;
  }
  /** The comment behind what was read last. */
  note(): string {
    return this.peek(-1).note;
  }
}

function type(reader: Reader): Type {
  const of = [controlled(reader)];
  while (reader.has('/')) of.push(controlled(reader));
  const [first, ...others] = of;
  return first && others.length === 0 ? first : { kind: 'choice', of };
}

function controlled(reader: Reader): Type {
  const of = single(reader);
  if (reader.has('..')) return { kind: 'range', from: numberOf(of), to: numberOf(single(reader)) };
  if (reader.peek().kind !== 'control') return of;
  const control = reader.take('control');
  return { kind: 'control', control, of, by: single(reader) };
}

function numberOf(of: Type): number {
  if (of.kind === 'literal' && typeof of.value === 'number') return of.value;
  throw new Error('a range goes from number to number');
}

function single(reader: Reader): Type {
  const { kind, text, line } = reader.next();
  if (kind === 'name') return { kind, name: text };
  if (kind === 'number') return { kind: 'literal', value: Number(text) };
  if (kind === 'text') return { kind: 'literal', value: text.slice(1, -1) };
  if (kind === 'tag') return { kind, tag: Number(text.slice(3)), of: inBrackets(reader) };
  if (text === '{') return { kind: 'map', group: group(reader, '}') };
  if (text === '[') return { kind: 'list', group: group(reader, ']') };
  if (text === '&') return { kind: 'enumeration', group: bracketed(reader).group };
  if (text === '(') {
    const inner = type(reader);
    reader.expect(')');
    return inner;
  }
  throw new Error(`line ${line}: expected a type, got ${text}`);
}

function inBrackets(reader: Reader): Type {
  reader.expect('(');
  const inner = type(reader);
  reader.expect(')');
  return inner;
}

function bracketed(reader: Reader): { readonly kind: 'group'; readonly group: Group } {
  reader.expect('(');
  return { kind: 'group', group: group(reader, ')') };
}

function group(reader: Reader, end: string): Group {
  const alternatives: Entry[][] = [[]];
  while (!reader.has(end)) {
    if (reader.has('//')) alternatives.push([]);
    else alternatives.at(-1)?.push(entry(reader));
  }
  return alternatives;
}

function entry(reader: Reader): Entry {
  const [least, most] = occurrence(reader);
  const what = reader.peek().text === '(' ? bracketed(reader) : keyed(reader);
  reader.has(',');
  return { least, most, ...('key' in what ? what : { what }), note: reader.note() };
}

function occurrence(reader: Reader): readonly [number, number] {
  if (reader.has('?')) return [0, 1];
  if (reader.has('*')) return [0, Number.POSITIVE_INFINITY];
  return reader.has('+') ? [1, Number.POSITIVE_INFINITY] : [1, 1];
}

function keyed(reader: Reader): Type | { readonly key: Type; readonly what: Type } {
  if (reader.peek(1).text === ':') {
    const { kind, text } = reader.next();
    reader.expect(':');
    const value = kind === 'number' ? Number(text) : text.replaceAll('"', '');
    return { key: { kind: 'literal', value }, what: type(reader) };
  }
  const first = type(reader);
  return reader.has('=>') ? { key: first, what: type(reader) } : first;
}
