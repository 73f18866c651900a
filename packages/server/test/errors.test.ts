import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';

const SOURCES = new URL('../src/', import.meta.url);
const DOCUMENT = new URL('../../../docs/errors.md', import.meta.url);

/** Every making of a `UserError`, by what stands where its code belongs. */
async function codesIn(sources: URL): Promise<{ file: string; code: string }[]> {
  const names = await readdir(sources, { recursive: true });
  const files = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const found = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(new URL(file, sources), 'utf8');
      return [...text.matchAll(/new UserError\(\s*([^,]+),/g)].map(([, code]) => ({ file, code: code!.trim() }));
    }),
  );
  return found.flat();
}

/** The first cell of each row of the document's tables. */
async function codesToldOf(document: URL): Promise<string[]> {
  const text = await readFile(document, 'utf8');
  return [...text.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code!);
}

describe('the errors that somebody can put right', () => {
  test('have a code that is written where they are made, so that it can be found', async () => {
    const made = await codesIn(SOURCES);
    assert.ok(made.length > 20, `only ${made.length} were found: has the class another name?`);
    // One that is passed on with more words keeps its code.
    const odd = made.filter(({ code }) => !/^'[a-z_]+'$/.test(code) && code !== 'error.code');
    assert.deepEqual(odd, []);
  });

  test('are the ones that docs/errors.md tells of, each once', async () => {
    const made = (await codesIn(SOURCES)).map(({ code }) => code).filter((code) => code.startsWith("'"));
    const told = await codesToldOf(DOCUMENT);
    assert.deepEqual([...told].sort(), [...new Set(made.map((code) => code.slice(1, -1)))].sort());
  });
});
