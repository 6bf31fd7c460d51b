import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));

export type PublicSurface = {
  /** Entries of `exports` for which tsconfig.json has no source. */
  readonly withoutSource: readonly string[];
  /** What a program calls or reads, e.g. `fengsui/store HistoryStore.append`. */
  readonly names: readonly string[];
  /** Those of which no line of the programs speaks. */
  readonly unused: readonly string[];
};

/**
 * What the entries of package.json give to who uses them, as the compiler sees it: every value that is exported, and every function
 * of whatever these functions hand back, however deep. What a caller hands in (options, listeners) is not among it.
 * @param programs files that use the package by its name
 */
export function publicSurface(programs: readonly string[]): PublicSurface {
  const options = compilerOptions();
  const entries = entriesOf(options);
  const sources = entries.flatMap(({ source }) => source ?? []);
  const program = ts.createProgram([...sources, ...programs], options);
  const checker = program.getTypeChecker();
  const found: Found = new Map();
  for (const { entry, source } of entries) collect(checker, entry, program.getSourceFile(source ?? ''), found);
  const used = new Set(programs.flatMap((path) => usedIn(checker, program.getSourceFile(path))));
  const names = [...new Set(found.values())];
  return {
    withoutSource: entries.flatMap(({ entry, source }) => (source === undefined ? [entry] : [])),
    names: names.map(({ name }) => name),
    unused: names.flatMap(({ name, declarations }) => (declarations.some((d) => used.has(d)) ? [] : [name])),
  };
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(`${root}/tsconfig.json`, (path) => ts.sys.readFile(path));
  return ts.parseJsonConfigFileContent(config, ts.sys, root).options;
}

function entriesOf({ paths = {} }: ts.CompilerOptions): readonly { entry: string; source: string | undefined }[] {
  const { name, exports }: { name: string; exports: Record<string, unknown> } = JSON.parse(
    readFileSync(`${root}/package.json`, 'utf8'),
  );
  const typed = Object.entries(exports).filter(([, target]) => typeof target === 'object');
  return typed.map(([key]) => {
    const entry = key.replace('.', name);
    const [source] = paths[entry] ?? [];
    return { entry, source: source && ts.sys.resolvePath(`${root}/${source}`) };
  });
}

type PublicName = { readonly name: string; readonly declarations: readonly ts.Declaration[] };
type Found = Map<ts.Declaration, PublicName>;

function collect(checker: ts.TypeChecker, entry: string, source: ts.SourceFile | undefined, found: Found): void {
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) return;
  const seen = new Set<ts.Type>();
  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    if (!(symbol.flags & ts.SymbolFlags.Value)) continue;
    note(found, `${entry} ${exported.name}`, symbol);
    const type = checker.getTypeOfSymbol(symbol);
    if (symbol.flags & ts.SymbolFlags.Class) walk(type);
    for (const signature of type.getCallSignatures()) walk(signature.getReturnType());
  }

  function walk(type: ts.Type): void {
    if (seen.has(type)) return;
    seen.add(type);
    if (type.isUnionOrIntersection()) for (const part of type.types) walk(part);
    if (isReference(type)) for (const argument of checker.getTypeArguments(type)) walk(argument);
    for (const property of checker.getPropertiesOfType(type)) {
      const declared = property.declarations?.find(isOurs);
      if (!declared) continue;
      const own = checker.getTypeOfSymbol(property);
      const signatures = checker.getNonNullableType(own).getCallSignatures();
      if (signatures.length > 0) note(found, `${entry} ${ownerOf(declared)}.${property.name}`, property);
      else walk(own);
      for (const signature of signatures) walk(signature.getReturnType());
    }
  }
}

/** The name of the type in whose declaration it stands. */
function ownerOf(node: ts.Node): string {
  const isNamed = (n: ts.Node) =>
    ts.isTypeAliasDeclaration(n) || ts.isInterfaceDeclaration(n) || ts.isClassDeclaration(n);
  return ts.findAncestor(node, isNamed)?.name?.text ?? '(no name)';
}

const isReference = (type: ts.Type): type is ts.TypeReference =>
  (type.flags & ts.TypeFlags.Object) !== 0 && 'target' in type;

const isOurs = (node: ts.Declaration): boolean => {
  const path = relative(root, node.getSourceFile().fileName);
  return !path.startsWith('..') && !path.startsWith('node_modules');
};

/** What two entries have in common is one thing, known by the first. */
function note(found: Found, name: string, { declarations = [] }: ts.Symbol): void {
  if (declarations.some((declaration) => found.has(declaration))) return;
  const known = { name, declarations };
  for (const declaration of declarations) found.set(declaration, known);
}

/** Declarations of all that a file names, but for its imports. */
function usedIn(checker: ts.TypeChecker, source: ts.SourceFile | undefined): readonly ts.Declaration[] {
  const used: ts.Declaration[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return;
    if (ts.isIdentifier(node)) used.push(...(meant(checker, node)?.declarations ?? []));
    ts.forEachChild(node, visit);
  };
  if (source) visit(source);
  return used;
}

function meant(checker: ts.TypeChecker, node: ts.Identifier): ts.Symbol | undefined {
  const { parent } = node;
  // `const { commit } = update`: the name stands for the property of what is taken apart, too.
  if (ts.isBindingElement(parent) && (parent.propertyName ?? parent.name) === node)
    return checker.getTypeAtLocation(parent.parent).getProperty(node.text);
  // `{ keyId, sign: … }`: what is made stands for what is asked for.
  if (isMember(parent) && parent.name === node) return checker.getContextualType(parent.parent)?.getProperty(node.text);
  const symbol = ts.isShorthandPropertyAssignment(parent)
    ? checker.getShorthandAssignmentValueSymbol(parent)
    : checker.getSymbolAtLocation(node);
  return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

const isMember = (
  node: ts.Node,
): node is (ts.PropertyAssignment | ts.MethodDeclaration) & { parent: ts.ObjectLiteralExpression } =>
  (ts.isPropertyAssignment(node) || ts.isMethodDeclaration(node)) && ts.isObjectLiteralExpression(node.parent);
