import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { isDisplayType, type MergeStrategy, parseFieldId } from '@tributary/model';
import type { Config } from '../config.ts';
import {
  encodingFrom,
  type FileKind,
  type Import,
  isFileKind,
  kinds,
  type Mapping,
  notesOn,
  rejectedCsv,
  suggestionFor,
  type Target,
} from '../imports/index.ts';
import { messageOf, UserError } from '../platform/errors.ts';
import { usage } from './usage.ts';
import { withRooms } from './with-database.ts';

export interface ImportOptions {
  map?: string[] | undefined;
  by?: string | undefined;
  strategy?: string | undefined;
  tag?: string[] | undefined;
  activity?: string | undefined;
  country?: string | undefined;
  timezone?: string | undefined;
  encoding?: string | undefined;
  rejected?: string | undefined;
  check?: boolean | undefined;
  yes?: boolean | undefined;
}

const LOOK_MS = 500;
const NOBODY_TO_ASK =
  'nothing was taken: there is no terminal to ask on. Say --yes to take it, or --check to see what it would do';
const USAGE = `import ${Object.keys(kinds).join('|')} FILE [--map "COLUMN=TARGET"]… [--by FIELD,FIELD] [--check] [--yes]`;

/**
 * `import people|accounts|activities|account-activities FILE`: shows how the columns are understood, asks,
 * and takes the file, in this process or in the server where one runs. Ends
 * with 1 where rows were rejected and nobody asked for their file. Where it would ask and has no terminal, it takes
 * nothing and ends with 2.
 */
export function importFile(
  config: Config,
  [kind, file]: string[],
  options: ImportOptions,
): Promise<number | undefined> {
  if (!isFileKind(kind) || !file) throw usage([USAGE]);
  if (options.activity !== undefined && !kinds[kind].happened)
    throw new UserError('unknown_command', `"import ${kind}" takes no --activity`);
  return withRooms(config, async ({ imports, workspace }) => {
    const bytes = await sizeOf(file);
    console.error(`Reading ${file}, ${Math.ceil(bytes / 1024).toLocaleString('en')} kB`);
    const dialect = options.encoding ? { encoding: encodingFrom(options.encoding) } : {};
    const name = basename(file).slice(0, 255);
    const sent = await imports.receive(workspace.id, { kind, name, dialect }, createReadStream(file));
    let keep = false;
    let rejects: FileHandle | undefined;
    try {
      const it = await imports.map(workspace.id, sent.id, mappingFrom(sent, options));
      show(it);
      if (options.check || !options.yes) {
        const { counts, rows, rejected, accountsCreated } = await imports.check(workspace.id, it.id);
        const { created, merged, untouched, duplicate } = counts;
        console.error(
          `${rows} rows: ${created} would be made, ${merged + untouched} are here, ${duplicate} known already, ` +
            `${counts.rejected} would be rejected`,
        );
        if (accountsCreated) console.error(`Accounts that would be made for them: ${accountsCreated}`);
        for (const { rowNumber, reason } of rejected.slice(0, 10)) console.error(`  row ${rowNumber}: ${reason}`);
        if (options.check) return undefined;
        if (!process.stdin.isTTY) throw new UserError('import_not_agreed', NOBODY_TO_ASK);
        if (!(await agreed())) return undefined;
      }
      if (options.rejected) rejects = await openRejected(options.rejected);
      keep = true;
      await imports.start(workspace.id, it.id);
    } finally {
      if (!keep) await imports.delete(workspace.id, sent.id);
    }
    // Where a server runs, it leads, and this loop stands by.
    const loop = imports.run();
    try {
      const done = await follow(() => imports.find(workspace.id, sent.id));
      return await tell(done, rejects && { path: options.rejected!, file: rejects }, () =>
        imports.rejected(workspace.id, done.id),
      );
    } finally {
      await rejects?.close();
      await loop.close();
    }
  });
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((error: unknown) => {
    throw new UserError('import_file', `${file} can not be read: ${messageOf(error)}`);
  });
  if (found.isDirectory()) throw new UserError('import_file', `${file} can not be read: it is a folder`);
  return found.size;
}

/** Where the rejected rows are to go: found out before any row is taken. */
function openRejected(file: string): Promise<FileHandle> {
  return open(file, 'w').catch((error: unknown) => {
    throw new UserError('import_file', `${file} can not be written: ${messageOf(error)}`);
  });
}

/** What was guessed, with what the command line says put over it. */
function mappingFrom(it: Import, options: ImportOptions): Mapping {
  const columns = [...it.mapping.columns];
  for (const pair of options.map ?? []) {
    const equals = pair.lastIndexOf('=');
    if (equals < 1) throw new UserError('import_mapping', `--map is written "COLUMN=TARGET": "${pair}"`);
    const [named, target] = [pair.slice(0, equals), pair.slice(equals + 1)];
    const byHead = it.columns.indexOf(named);
    const at = byHead >= 0 || !/^\d+$/.test(named) ? byHead : Number(named) - 1;
    const column = it.columns[at];
    if (column === undefined) throw new UserError('import_mapping', `the file has no column "${named}"`);
    const cells = it.sample.flatMap((row) => row[at] || []);
    columns[at] = targetFrom(it.kind, target, column, cells);
  }
  const { activity, country, timezone, strategy } = options;
  if (strategy !== undefined && !/^[123]$/.test(strategy)) {
    throw new UserError('import_mapping', '--strategy is 1 (fill what is empty), 2 (overwrite) or 3 (leave)');
  }
  return {
    ...it.mapping,
    columns,
    mergeBy: options.by?.split(',') ?? it.mapping.mergeBy,
    mergeStrategy: strategy ? (Number(strategy) as MergeStrategy) : it.mapping.mergeStrategy,
    tags: options.tag ?? [],
    ...(activity ? { activity } : {}),
    ...(country ? { country: country.toUpperCase() } : {}),
    timezone: timezone ?? it.mapping.timezone,
  };
}

/**
 * `ignore`, `tags`, `id`, a field's id, `not:` and the id of one that is yes or no, `new`, `new:TYPE`; of people `account`, `account:id`, `account:FIELD`; of
 * activities `activity`, `time`, `key`, `attribute:ID`.
 */
function targetFrom(kind: FileKind, target: string, column: string, cells: readonly string[]): Target {
  if (target === 'ignore' || target === 'tags' || target === 'id') return { to: target };
  if (kind === 'people' && /^account(:|$)/.test(target)) {
    return { to: 'account', by: target.slice('account:'.length) || 'str:o:name' };
  }
  if (kinds[kind].happened && (target === 'activity' || target === 'time' || target === 'key')) return { to: target };
  if (target.startsWith('attribute:')) return { to: 'attribute', attribute: target.slice('attribute:'.length) };
  if (target === 'new') return { to: 'new_field', name: column, type: suggestionFor(cells) };
  const type = /^new:(.+)$/.exec(target)?.[1];
  if (type && isDisplayType(type)) return { to: 'new_field', name: column, type };
  const refused = /^not:(.+)$/.exec(target)?.[1];
  if (refused && parseFieldId(refused)) return { to: 'field', field: refused, inverted: true };
  if (parseFieldId(target)) return { to: 'field', field: target };
  throw new UserError(
    'import_mapping',
    `${column}: "${target}" is no field's id, nor not:FIELD, ignore, tags, id, new or new:TYPE`,
  );
}

function show(it: Import): void {
  const { columns, dialect, mapping } = it;
  const notes = notesOn(it);
  const delimiter = dialect.delimiter === '\t' ? 'tabs' : `"${dialect.delimiter}"`;
  console.error(`${dialect.encoding}, separated by ${delimiter}; found by ${mapping.mergeBy.join(', ') || 'id'}`);
  for (const [i, column] of columns.entries()) console.error(`  ${column} → ${notes[i] ?? words(mapping.columns[i]!)}`);
}

function words(target: Target): string {
  if (target.to === 'field') return target.field;
  if (target.to === 'account') return `their account, by ${target.by}`;
  if (target.to === 'new_field') return `a new field, ${target.type}`;
  return target.to === 'attribute'
    ? target.attribute
    : target.to === 'ignore'
      ? 'ignored (--map "…=new" makes a field)'
      : target.to;
}

async function agreed(): Promise<boolean> {
  const line = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await line.question('Take it? [y/N] ');
  line.close();
  return /^y/i.test(answer);
}

async function follow(look: () => Promise<Import>): Promise<Import> {
  const began = performance.now();
  for (;;) {
    const it = await look();
    const ended = it.state !== 'running';
    const rows = Math.max(0, it.rowNumber - (it.dialect.header ? 1 : 0));
    const perSecond = Math.round(rows / Math.max(0.001, (performance.now() - began) / 1000));
    const percent = Math.floor((100 * it.position) / it.bytes);
    const line = `${percent} %, ${rows.toLocaleString('en')} rows, ${perSecond.toLocaleString('en')} a second`;
    if (process.stderr.isTTY) process.stderr.write(`\r${line}   ${ended ? '\n' : ''}`);
    else if (ended) console.error(line);
    if (ended) return it;
    await pause(LOOK_MS);
  }
}

async function tell(
  it: Import,
  to: { path: string; file: FileHandle } | undefined,
  rejected: () => AsyncIterable<readonly { rowNumber: number; reason: string; cells: readonly string[] }[]>,
): Promise<number | undefined> {
  const { created, merged, untouched, duplicate, rejected: wrong } = it.counts;
  console.log(
    `${created} made, ${merged} merged, ${untouched} left as they were, ${duplicate} known already, ${wrong} rejected`,
  );
  if (it.state === 'failed') throw new UserError('import_failed', `import ${it.id} has failed: ${it.error}`);
  if (wrong === 0) return undefined;
  if (!to) {
    console.error(`The rejected rows: GET /api/imports/${it.id}/rejected, or --rejected FILE the next time`);
    return 1;
  }
  for await (const text of rejectedCsv(it, rejected())) await to.file.write(text);
  console.error(`The rejected rows are in ${to.path}`);
  return undefined;
}
