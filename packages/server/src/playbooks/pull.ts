import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { journeyDefinition, kebab, type Template } from '@tributary/model';
import { templatesIn, type WholeJourney } from '../journeys/index.ts';
import type { Book } from './book.ts';
import { loadCatalog } from './catalog.ts';
import { isSame } from './differences.ts';
import { refuseIf } from './fault.ts';
import { type Catalog, withIds, withNames } from './names.ts';
import { inOrder } from './order.ts';
import { readLibrary } from './read.ts';
import { type TemplateFile, templateText } from './template-file.ts';
import type { Shelf } from './wanted.ts';
import { rewritten, yamlOf } from './write.ts';

/** What became of a file, or why a journey has none. */
export interface Pulled {
  file: string;
  did: 'written' | 'rewritten' | 'unchanged' | 'left';
  why?: string;
}

/**
 * Writes the live journeys of a workspace, and the templates they name, into a folder. A file that says the same is not
 * touched; one that says something else keeps its comments where nothing changed. Drafts and archived journeys are left.
 */
export async function pull(shelf: Shelf, workspaceId: number, folder: string): Promise<Pulled[]> {
  await mkdir(join(folder, 'templates'), { recursive: true });
  const library = await readLibrary(folder);
  refuseIf(library.faults);
  const all = await shelf.journeys.definitions.list(shelf.db, workspaceId);
  const live = all.filter(({ version, state }) => version !== null && state !== 'archived');
  const catalog = await loadCatalog(
    shelf,
    workspaceId,
    library.books.map(({ playbook }) => playbook),
  );
  const files = freeNames(
    folder,
    library.books.map(({ source }) => source.file),
    '.journey.yaml',
  );
  const pulled: Pulled[] = [];
  const beside = new Set<string>();
  for (const journey of live) {
    const named = templatesIn(journeyDefinition.parse(journey.definition)).map(({ template }) => template);
    const stored = await shelf.messages.templatesNamed(shelf.db, workspaceId, named);
    const book = library.books.find((each) => each.definition.name === journey.name);
    const inline = book?.playbook.templates ?? {};
    for (const name of named)
      if (!library.books.some((each) => Object.hasOwn(each.playbook.templates, name))) beside.add(name);
    const text = book ? changedText(book, { journey, stored, catalog, inline }) : newText(journey, catalog);
    const file = book?.source.file ?? files.free(journey.name);
    if (text !== undefined) await writeFile(file, text);
    pulled.push({ file, did: text === undefined ? 'unchanged' : book ? 'rewritten' : 'written' });
  }
  const templates = await shelf.messages.templatesNamed(shelf.db, workspaceId, [...beside]);
  pulled.push(...(await writeTemplates(library.templateFolder, library.templates, templates)));
  const here = new Set(live.map(({ name }) => name));
  const extra = library.books.filter(({ definition }) => !here.has(definition.name));
  return [
    ...pulled,
    ...extra.map(({ source: { file }, definition: { name } }): Pulled => {
      return { file, did: 'left', why: `the workspace has no live journey "${name}"` };
    }),
  ];
}

function newText({ definition }: WholeJourney, catalog: Catalog): string {
  return yamlOf({ journey: journeyText(definition, catalog) });
}

/** As people write it: in order, with names. */
function journeyText(stored: unknown, catalog: Catalog): Record<string, unknown> {
  const definition = journeyDefinition.parse(stored);
  return inOrder(withNames(stored as Record<string, unknown>, definition, catalog), definition);
}

/** What the file is to say now; undefined where it says that already. */
function changedText(
  { source, playbook, journey: given, definition }: Book,
  o: {
    journey: WholeJourney;
    stored: ReadonlyMap<string, Template>;
    catalog: Catalog;
    inline: Readonly<Record<string, Template>>;
  },
): string | undefined {
  const { document, file } = source;
  const { journey: asStored } = withIds(given, definition, o.catalog);
  const same = isSame(journeyDefinition.parse(asStored), journeyDefinition.parse(o.journey.definition));
  const templates = Object.fromEntries(
    Object.entries(o.inline).map(([name, template]) => [name, o.stored.get(name) ?? template]),
  );
  const sameTemplates = isSame(playbook.templates, templates);
  if (same && sameTemplates) return undefined;
  const before = source.data as Record<string, unknown>;
  const after = {
    ...before,
    ...(same ? {} : { journey: journeyText(o.journey.definition, o.catalog) }),
    ...(sameTemplates ? {} : { templates }),
  };
  return file.endsWith('.json') ? `${JSON.stringify(after, null, 2)}\n` : rewritten(document, before, after);
}

async function writeTemplates(
  folder: string,
  known: readonly TemplateFile[],
  templates: ReadonlyMap<string, Template>,
): Promise<Pulled[]> {
  const files = freeNames(
    folder,
    known.map(({ file }) => file),
    '.html',
  );
  const pulled: Pulled[] = [];
  for (const [name, template] of templates) {
    const before = known.find((each) => each.name === name);
    const file = before?.file ?? files.free(name);
    const same = before !== undefined && isSame(before.template, template);
    pulled.push({ file, did: same ? 'unchanged' : before ? 'rewritten' : 'written' });
    if (same) continue;
    const base = basename(file, '.html');
    const { html, text } = templateText(name, base, template);
    await writeFile(file, html);
    if (text !== undefined) await writeFile(join(folder, `${base}.txt`), text);
    else if (before?.textFile) await rm(before.textFile);
  }
  return pulled;
}

/** Names for new files, made of what they hold, that no other file has. */
function freeNames(folder: string, taken: readonly string[], ending: string): { free(name: string): string } {
  const names = new Set(taken.map((file) => basename(file)));
  return {
    free(name) {
      const base = kebab(name) || 'unnamed';
      for (let n = 1; ; n++) {
        const end = `${n === 1 ? '' : `-${n}`}${ending}`;
        const file = `${cut(base, FILE_NAME_BYTES - Buffer.byteLength(end))}${end}`;
        if (names.has(file)) continue;
        names.add(file);
        return join(folder, file);
      }
    },
  };
}

/** The longest name that file systems take. */
const FILE_NAME_BYTES = 255;

/** As many whole characters as so many bytes hold. */
function cut(text: string, bytes: number): string {
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(bytes)).read);
}
