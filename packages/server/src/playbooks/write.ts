import { type Alias, type Document, isMap, isSeq, type Node, stringify, visit } from 'yaml';
import { isSame } from './differences.ts';

const HOW = { lineWidth: 0, blockQuote: 'literal' } as const;

/** A playbook as text. */
export const yamlOf = (data: unknown): string => stringify(data, HOW);

/** The text of a document that says something else now; comments stay with what is as it was. */
export function rewritten(document: Document, from: unknown, to: unknown): string {
  const copy = document.clone() as Document;
  const aliases = aliasesIn(copy);
  patch(copy, [], from, to);
  keepMeaning(copy, aliases);
  return copy.toString(HOW);
}

interface Meant {
  source: Node | undefined;
  value: unknown;
}

/** What each alias stands for. */
function aliasesIn(document: Document): Map<Alias, Meant> {
  const aliases = new Map<Alias, Meant>();
  visit(document, {
    Alias(_key, alias) {
      const source = alias.resolve(document);
      aliases.set(alias, { source, value: source?.toJS(document) as unknown });
    },
  });
  return aliases;
}

/** What aliases that are left say has not changed: where their anchor went, or says something else, it is written out. */
function keepMeaning(document: Document, aliases: ReadonlyMap<Alias, Meant>): void {
  // In the order of the text, in which an anchor comes before its aliases: those within it are mended by then.
  visit(document, {
    Alias(_key, alias) {
      const meant = aliases.get(alias);
      const now = alias.resolve(document);
      if (!meant || (now && now === meant.source && isSame(now.toJS(document), meant.value))) return undefined;
      return document.createNode(meant.value, { aliasDuplicateObjects: false });
    },
  });
}

function patch(document: Document, path: readonly string[], from: unknown, to: unknown): void {
  if (JSON.stringify(from) === JSON.stringify(to)) return;
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  if (isMap(node) && isRecord(from) && isRecord(to)) {
    for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) document.deleteIn([...path, key]);
    for (const [key, value] of Object.entries(to)) {
      if (Object.hasOwn(from, key)) patch(document, [...path, key], from[key], value);
      else document.setIn([...path, key], document.createNode(value));
    }
    return;
  }
  if (isSeq(node) && Array.isArray(from) && Array.isArray(to) && from.length === to.length) {
    for (const [i, value] of to.entries()) patch(document, [...path, String(i)], from[i], value);
    return;
  }
  if (path.length === 0) document.contents = document.createNode(to) as typeof document.contents;
  else document.setIn(path, document.createNode(to));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
