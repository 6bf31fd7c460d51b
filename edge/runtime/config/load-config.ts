import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isNode, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import { sha256 } from '../../platform/sha256.ts';
import { checkSite } from './check-site.ts';
import { type ConfigProblem, configError, pathText } from './config-problem.ts';
import { configSchema } from './config-schema.ts';
import { explainIssue } from './explain-issue.ts';
import type { Site } from './site.ts';

/** What else to look at in a configuration that can be run. */
export type FurtherCheck = (site: Site) => readonly ConfigProblem[];

/** Reads, validates and resolves a configuration file. @throws FengsuiError CONFIG with every problem at its line and column. */
export async function loadConfig(file: string, further?: FurtherCheck): Promise<Site> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new FengsuiError('CONFIG', `cannot read the configuration file ${file}: ${describeError(cause)}`, { cause });
  });
  return parseConfig(text, file, further);
}

/** Pure but for the folder that relative paths are resolved against. @throws FengsuiError CONFIG */
export function parseConfig(text: string, file: string, further: FurtherCheck = () => []): Site {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `line ${line}, column ${col}`;
  };
  if (document.errors.length > 0) {
    throw configError(
      file,
      document.errors.map(
        (e) =>
          `${place(e.pos[0])}: ${e.code === 'DUPLICATE_KEY' ? 'this key is there twice' : `this is not YAML: ${e.message}`}`,
      ),
    );
  }
  const tell = (problem: ConfigProblem): string => {
    const offset = offsetOf(document, problem.path);
    const at = pathText(problem.path);
    return `${place(offset)}: ${at === '' ? '' : `${at}: `}${problem.message}`;
  };
  const parsed = configSchema.safeParse(plainData(document, file), { reportInput: true });
  if (!parsed.success) throw configError(file, parsed.error.issues.flatMap(explainIssue).map(tell));
  const folder = dirname(resolve(file));
  const { site: checked, problems } = checkSite(parsed.data, (path) => resolve(folder, path));
  const site: Site = { ...checked, configHash: sha256(text) };
  const all = problems.length > 0 ? problems : further(site);
  if (all.length > 0) throw configError(file, all.map(tell));
  return site;
}

function plainData(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 }) ?? {};
  } catch (e) {
    throw configError(file, [`its anchors and aliases cannot be resolved: ${describeError(e)}`]);
  }
}

/** Where the key of a path stands in the text; of its nearest parent, if the key is not there. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: ConfigProblem['path']): number {
  for (let length = path.length; length > 0; length--) {
    const part = path.slice(0, length);
    const found = keyOffset(document, part) ?? nodeOffset(document.getIn(part, true));
    if (found !== undefined) return found;
  }
  return nodeOffset(document.contents) ?? 0;
}

const nodeOffset = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

function keyOffset(document: ReturnType<typeof parseDocument>, path: ConfigProblem['path']): number | undefined {
  const key = path.at(-1);
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  let found: number | undefined;
  if (typeof key !== 'string' || !isNode(parent)) return undefined;
  visit(parent, {
    Pair: (_, pair, ancestors) => {
      if (ancestors.length > 1) return visit.SKIP;
      if (isPair(pair) && isScalar(pair.key) && pair.key.value === key) found = pair.key.range?.[0];
      return undefined;
    },
  });
  return found;
}
