import { type Item, readItem } from './cbor-item.ts';
import type { Entry, Group, Rules, Type } from './parse-cddl.ts';

/** Why bytes are not what a rule asks for; `undefined` if they are. @throws Error when a rule is wanted that is not there */
export function mismatch(rules: Rules, rule: string, bytes: Uint8Array): string | undefined {
  return match(rules, { kind: 'name', name: rule }, readItem(bytes), rule)?.why;
}

type Failure = { readonly depth: number; readonly why: string };
/** What of a list or map a group has left over, and why it did not take more. */
type Left<T> = { readonly rest: readonly T[]; readonly stopped?: Failure | undefined };
type Pair = readonly [key: Item, value: Item];

const fail = (where: string, why: string): Failure => ({
  depth: where.split('.').length,
  why: `${where}: ${why}`,
});
const deeper = (a: Failure | undefined, b: Failure | undefined): Failure | undefined =>
  a && (!b || a.depth >= b.depth) ? a : b;
const isFailure = <T>(x: Left<T> | Failure): x is Failure => 'why' in x;

const plain: Readonly<Record<string, (item: Item) => boolean>> = {
  any: () => true,
  uint: (item) => item.kind === 'int' && item.value >= 0,
  int: (item) => item.kind === 'int',
  float64: (item) => item.kind === 'float64',
  number: (item) => item.kind === 'int' || item.kind.startsWith('float'),
  tstr: (item) => item.kind === 'text',
  bstr: (item) => item.kind === 'bytes',
  bool: (item) => item.kind === 'simple' && (item.value === 20 || item.value === 21),
  false: (item) => item.kind === 'simple' && item.value === 20,
  true: (item) => item.kind === 'simple' && item.value === 21,
  nil: (item) => item.kind === 'simple' && item.value === 22,
};

function match(rules: Rules, type: Type, item: Item, where: string): Failure | undefined {
  switch (type.kind) {
    case 'name':
      return matchName(rules, type.name, item, where);
    case 'literal':
      return isValue(item, type.value) ? undefined : fail(where, `expected ${type.value}, got ${shown(item)}`);
    case 'range': {
      const inside = item.kind === 'int' && item.value >= type.from && item.value <= type.to;
      return inside ? undefined : fail(where, `expected ${type.from} to ${type.to}, got ${shown(item)}`);
    }
    case 'choice':
      return firstThatFits(type.of.map((each) => () => match(rules, each, item, where)));
    case 'enumeration':
      return firstThatFits(
        type.group.flat().map(
          ({ what }) =>
            () =>
              match(rules, asType(what), item, where),
        ),
      );
    case 'tag':
      if (item.kind !== 'tag' || item.tag !== type.tag)
        return fail(where, `expected tag ${type.tag}, got ${shown(item)}`);
      return match(rules, type.of, item.item, where);
    case 'control':
      return match(rules, type.of, item, where) ?? matchControl(rules, type, item, where);
    case 'list':
      if (item.kind !== 'list') return fail(where, `expected a list, got ${shown(item)}`);
      return nothingLeft(takeItems(rules, type.group, item.items, where), where, shown);
    case 'map':
      if (item.kind !== 'map') return fail(where, `expected a map, got ${shown(item)}`);
      return nothingLeft(takePairs(rules, type.group, item.pairs, where), where, ([key]) => `key ${shown(key)}`);
  }
}

function matchName(rules: Rules, name: string, item: Item, where: string): Failure | undefined {
  const rule = rules.get(name);
  if (rule) return match(rules, asType(rule), item, where);
  const is = plain[name];
  if (!is) throw new Error(`there is no rule ${name}`);
  return is(item) ? undefined : fail(where, `expected ${name}, got ${shown(item)}`);
}

type Control = Extract<Type, { kind: 'control' }>;

function matchControl(rules: Rules, { control, by }: Control, item: Item, where: string): Failure | undefined {
  if (control === '.cbor' && item.kind === 'bytes') return match(rules, by, readItem(item.value), where);
  if (by.kind !== 'literal') throw new Error(`${control} wants a plain value`);
  const { value } = by;
  const wrong = fail(where, `expected ${control} ${value}, got ${shown(item)}`);
  if (control === '.regexp' && item.kind === 'text')
    return new RegExp(`^(?:${value})$`, 'u').test(item.value) ? undefined : wrong;
  if (control === '.size' && item.kind === 'bytes') return item.value.length === value ? undefined : wrong;
  if (control === '.size' && item.kind === 'int') return item.value < 256 ** Number(value) ? undefined : wrong;
  throw new Error(`${control} is not known for ${item.kind}`);
}

function firstThatFits(tries: readonly (() => Failure | undefined)[]): Failure | undefined {
  let deepest: Failure | undefined;
  for (const attempt of tries) {
    const failure = attempt();
    if (!failure) return undefined;
    deepest = deeper(deepest, failure);
  }
  return deepest;
}

function nothingLeft<T>(left: Left<T> | Failure, where: string, name: (one: T) => string): Failure | undefined {
  if (isFailure(left)) return left;
  const [extra] = left.rest;
  return extra === undefined ? undefined : deeper(fail(where, `${name(extra)} is too much`), left.stopped);
}

/** Takes from the front; each entry as much as it can. */
const takeItems = (rules: Rules, group: Group, items: readonly Item[], where: string): Left<Item> | Failure =>
  takeAll(rules, group, items, (entry, rest, nth) => {
    const [item] = rest;
    const place = `${where}.${items.length - rest.length}`;
    if (!item) return fail(place, nth === 0 ? 'it ends too early' : 'it ends');
    return match(rules, asType(entry.what), item, place) ?? { rest: rest.slice(1) };
  });

/** Takes wherever the key fits. */
const takePairs = (rules: Rules, group: Group, pairs: readonly Pair[], where: string): Left<Pair> | Failure =>
  takeAll(rules, group, pairs, ({ key, what }, rest) => {
    if (!key) throw new Error(`${where}: an entry of a map needs a key`);
    let why = fail(where, `${key.kind === 'literal' ? key.value : key.kind} is missing`);
    for (const pair of rest) {
      if (match(rules, key, pair[0], where)) continue;
      const failure = match(rules, asType(what), pair[1], `${where}.${shown(pair[0])}`);
      if (!failure) return { rest: rest.filter((each) => each !== pair) };
      why = failure;
    }
    return why;
  });

/** How one entry takes one thing of those that are left. */
type Take<T> = (entry: Entry, rest: readonly T[], nth: number) => Left<T> | Failure;

function takeAll<T>(rules: Rules, group: Group, all: readonly T[], one: Take<T>): Left<T> | Failure {
  let deepest: Failure | undefined;
  for (const entries of group) {
    const left = takeRun(rules, entries, all, one);
    if (!isFailure(left)) return { ...left, stopped: deeper(left.stopped, deepest) };
    deepest = deeper(deepest, left);
  }
  return deepest ?? { rest: all };
}

function takeRun<T>(rules: Rules, entries: readonly Entry[], all: readonly T[], one: Take<T>): Left<T> | Failure {
  let left: Left<T> = { rest: all };
  for (const entry of entries) {
    const inner = groupOf(rules, entry);
    for (let taken = 0; taken < entry.most; taken += 1) {
      const next: Left<T> | Failure = inner ? takeAll(rules, inner, left.rest, one) : one(entry, left.rest, taken);
      if (isFailure(next)) {
        if (taken < entry.least) return next;
        left = { rest: left.rest, stopped: deeper(left.stopped, next) };
        break;
      }
      left = { rest: next.rest, stopped: deeper(left.stopped, next.stopped) };
    }
  }
  return left;
}

/** The group that an entry stands for, in brackets or by name. */
export function groupOf(rules: Rules, { what }: Entry): Group | undefined {
  const rule = what.kind === 'name' ? rules.get(what.name) : what;
  return rule?.kind === 'group' ? rule.group : undefined;
}

function asType(what: Entry['what']): Type {
  if (what.kind === 'group') throw new Error('a group stands where a type is wanted');
  return what;
}

const isValue = (item: Item, value: number | string): boolean =>
  (item.kind === 'int' || item.kind === 'text') && item.value === value;

const shown = (item: Item): string => {
  if (item.kind === 'list' || item.kind === 'map' || item.kind === 'bytes') return `a ${item.kind}`;
  return item.kind === 'tag' ? `tag ${item.tag}` : item.kind === 'simple' ? `simple ${item.value}` : `${item.value}`;
};
