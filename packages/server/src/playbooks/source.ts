import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Fault } from './fault.ts';
import { stepsOf } from './path.ts';

/** A file of text as it was read, YAML or JSON, which is YAML too: what it says, and where. */
export interface Source {
  file: string;
  document: Document;
  data: unknown;
  /** Where a part stands: the deepest of its path that is there. */
  placeOf(steps: readonly string[]): { line: number; column: number };
}

/** Aliases make small files large. */
const ALIASES_MAX = 100;

/** Reads YAML 1.2, or says what is wrong with it and where. */
export function sourceFrom(file: string, text: string): Source | { faults: Fault[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2', uniqueKeys: true });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const wrong = [...document.errors, ...document.warnings];
  if (wrong.length > 0) {
    const faults = wrong.map(({ code, message, pos }) => ({
      ...{ file, ...place(pos[0]) },
      problem:
        code === 'MULTIPLE_DOCS' ? 'a second document begins here: a file holds one journey' : message.split('\n')[0]!,
    }));
    return { faults };
  }
  let data: unknown;
  try {
    // Through JSON: what two aliases share is two things from here on.
    data = JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: ALIASES_MAX }) ?? null)) as unknown;
  } catch (error) {
    return { faults: [{ file, problem: error instanceof Error ? error.message : String(error) }] };
  }
  return {
    file,
    document: document as Document,
    data,
    placeOf: (steps) => place(offsetOf(document.contents, steps)),
  };
}

/** A part that is at fault, with its place in the file. */
export function faultAt(source: Source, at: string, problem: string, more: readonly string[] = []): Fault {
  return { file: source.file, ...source.placeOf([...stepsOf(at), ...more]), at, problem };
}

/** Where a part begins: its key, or itself in a list. */
function offsetOf(contents: Node | null | undefined, steps: readonly string[]): number {
  let [node, offset]: [unknown, number] = [contents, contents?.range?.[0] ?? 0];
  for (const step of steps) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === step);
      if (!pair) return offset;
      offset = (pair.key as Node | null)?.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (!node) return offset;
      offset = (node as Node).range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}
