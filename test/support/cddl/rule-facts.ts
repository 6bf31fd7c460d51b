import { groupOf } from './check-cddl.ts';
import type { Entry, Group, Rules, Type } from './parse-cddl.ts';

/** The numbered keys of a rule's map, or of the maps that it is a choice of, by the name in each key's comment. */
export const keysOf = (rules: Rules, rule: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    mapsOf(rules, rule)
      .flatMap((group) => entriesOf(rules, group))
      .flatMap(({ key, note }) =>
        key?.kind === 'literal' && typeof key.value === 'number' ? [[nameIn(note), key.value]] : [],
      ),
  );

/** The names of an enumeration by their numbers. */
export function namesOf(rules: Rules, rule: string): Readonly<Record<string, number>> {
  const type = rules.get(rule);
  if (type?.kind !== 'enumeration') throw new Error(`${rule} is no enumeration`);
  return Object.fromEntries(type.group.flat().map(({ key, what }) => [literalOf(key), Number(literalOf(what))]));
}

/** The texts that a rule is a choice of. */
export function textsOf(rules: Rules, rule: string): readonly unknown[] {
  const type = rules.get(rule);
  return type?.kind === 'choice' ? type.of.map(literalOf) : [];
}

/** Keys of a rule's map whose value is an enumeration. */
export const enumeratedKeys = (rules: Rules, rule: string): readonly number[] =>
  mapsOf(rules, rule)
    .flatMap((group) => entriesOf(rules, group))
    .filter(({ what }) => what.kind === 'name' && rules.get(what.name)?.kind === 'enumeration')
    .map(({ key }) => Number(literalOf(key)));

/** Every name that a rule refers to, and those that they refer to. */
export function reachedFrom(rules: Rules, names: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const pending = [...names];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    const rule = rules.get(name);
    if (rule) pending.push(...namesIn(rule));
  }
  return reached;
}

function mapsOf(rules: Rules, rule: string): readonly Group[] {
  const type = rules.get(rule);
  if (type?.kind === 'map') return [type.group];
  const of = type?.kind === 'choice' ? type.of : type?.kind === 'name' ? [type] : [];
  return of.flatMap((each) => (each.kind === 'name' ? mapsOf(rules, each.name) : []));
}

const entriesOf = (rules: Rules, group: Group): readonly Entry[] =>
  group.flat().flatMap((entry) => {
    const inner = groupOf(rules, entry);
    return inner ? entriesOf(rules, inner) : [entry];
  });

function namesIn(what: Entry['what']): readonly string[] {
  switch (what.kind) {
    case 'name':
      return [what.name];
    case 'choice':
      return what.of.flatMap(namesIn);
    case 'tag':
      return namesIn(what.of);
    case 'control':
      return [...namesIn(what.of), ...namesIn(what.by)];
    case 'map':
    case 'list':
    case 'group':
      return what.group.flat().flatMap((entry) => [...(entry.key ? namesIn(entry.key) : []), ...namesIn(entry.what)]);
    case 'enumeration':
    case 'literal':
    case 'range':
      return [];
  }
}

const literalOf = (of: Type | Entry['what'] | undefined): number | string => (of?.kind === 'literal' ? of.value : '');

const nameIn = (note: string): string => /^(\w+):/.exec(note)?.[1] ?? `no name in “${note}”`;
