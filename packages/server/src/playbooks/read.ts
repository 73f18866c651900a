import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, UserError } from '../platform/errors.ts';
import { type Book, bookFrom } from './book.ts';
import type { Fault } from './fault.ts';
import { sourceFrom } from './source.ts';
import { type TemplateFile, templateFrom } from './template-file.ts';

/** What was found under a path: journeys, the templates beside them, and everything that is wrong. */
export interface Library {
  /** Where template files are, or would be. */
  templateFolder: string;
  /** A folder was read, not one file. */
  whole: boolean;
  books: Book[];
  templates: TemplateFile[];
  faults: Fault[];
}

const JOURNEY_FILE = /\.journey\.(ya?ml|json)$/;
const TEMPLATES = 'templates';

/** Reads a file with a journey, or every `*.journey.yaml` and `*.journey.json` of a folder, with the templates beside. */
export async function readLibrary(path: string): Promise<Library> {
  const whole = await isFolder(path);
  const folder = whole ? path : dirname(path);
  const files = whole ? (await readdir(path)).filter((name) => JOURNEY_FILE.test(name)).sort() : [basename(path)];
  const library: Library = {
    ...{ templateFolder: join(folder, TEMPLATES), whole },
    ...{ books: [], templates: [], faults: [] },
  };
  for (const name of files) {
    const file = join(folder, name);
    const source = sourceFrom(file, await textOf(file));
    const book = 'faults' in source ? source : bookFrom(source);
    if ('faults' in book) library.faults.push(...book.faults);
    else library.books.push(book);
  }
  await readTemplates(library);
  library.faults.push(...twins(library));
  return library;
}

async function readTemplates(library: Library): Promise<void> {
  const folder = library.templateFolder;
  const names: string[] = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const name of names.filter((each) => each.endsWith('.html')).sort()) {
    const base = name.slice(0, -'.html'.length);
    const textFile = join(folder, `${base}.txt`);
    const read = templateFrom({
      file: join(folder, name),
      base,
      html: await textOf(join(folder, name)),
      text: names.includes(`${base}.txt`) ? { file: textFile, content: await textOf(textFile) } : undefined,
    });
    if ('faults' in read) library.faults.push(...read.faults);
    else library.templates.push(read);
  }
  const alone = names.filter((name) => name.endsWith('.txt') && !names.includes(name.replace(/txt$/, 'html')));
  library.faults.push(
    ...alone.map((name) => ({ file: join(folder, name), problem: 'there is no HTML of that name beside it' })),
  );
}

/** Two journeys, or two templates, of one name. */
function twins({ books, templates }: Library): Fault[] {
  const named = [
    ...books.map(({ definition, source }) => ({ name: `journey "${definition.name}"`, file: source.file })),
    ...templates.map(({ name, file }) => ({ name: `template "${name}"`, file })),
    ...books.flatMap(({ playbook, source: { file } }) =>
      Object.keys(playbook.templates).map((name) => ({ name: `template "${name}"`, file })),
    ),
  ];
  return named.flatMap(({ name, file }, i) => {
    const first = named.findIndex((each) => each.name === name);
    return first === i ? [] : [{ file, problem: `the ${name} is in ${named[first]!.file} as well` }];
  });
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new UserError('file_unreadable', `${path} can not be read: ${messageOf(error)}`);
  }
}

/** Without the mark that some editors begin a file with. */
async function textOf(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    throw new UserError('file_unreadable', `${file} can not be read: ${messageOf(error)}`);
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
