import { customFieldId, type EntityKind, type Fields, type Value } from '@tributary/model';
import type { Preview, SchemaField } from '../people/index.ts';
import { type Db, type Tx, transaction } from '../platform/database/pool.ts';
import type { Doors } from './doors.ts';
import { duplicatesIn } from './duplicates.ts';
import { createReader } from './file/reader.ts';
import { isEmptyRow } from './file/rows.ts';
import { type Catalog, catalogFor } from './mapping/catalog.ts';
import { notesOn } from './mapping/notes.ts';
import { createPlan, type Planned } from './mapping/plan.ts';
import { createSeen, insertSeen } from './store/seen.sql.ts';
import type { Taker } from './take.ts';
import type { Counts, Import } from './types.ts';

const BATCH = 500;
const SAMPLE = 20;

/** What an import would do. */
export interface DryRun {
  /** What `id` is the id of. */
  of: EntityKind;
  rows: number;
  counts: Counts;
  /** What the sender has to know of columns. */
  notes: { column: string; note: string }[];
  /** Accounts that would be made for people to belong to, where a column says to which. */
  accountsCreated: number | undefined;
  /** The first rows, with the fields that would change, before and after. */
  sample: SampleRow[];
  rejected: { rowNumber: number; reason: string }[];
}

interface SampleRow {
  rowNumber: number;
  status: string;
  id?: string | undefined;
  before: Fields;
  after: Fields;
  /** The account that somebody would belong to; without an id where it would be made. */
  account?: { id?: string | undefined; fields: Fields } | undefined;
}

/**
 * Goes through the whole file as the import would, and writes nothing. Someone
 * who comes twice in the file is made once: the keys of those who would be made
 * and the activities of the file are kept in a temporary table, for memory has to stay flat.
 */
export function dryRun(of: { db: Db; doors: Doors; taker: Taker }, it: Import): Promise<DryRun> {
  return transaction(of.db, async (tx) => {
    await createSeen(tx);
    const catalog = await catalogFor(of.doors, tx, it.workspaceId, it.kind);
    const plan = createPlan(it, catalog);
    const fields = newFields(it, catalog);
    const reader = createReader(it, it.position);
    const run: DryRun = {
      of: catalog.of,
      rows: 0,
      notes: notesOn(it).flatMap((note, i) => (note === undefined ? [] : [{ column: it.columns[i]!, note }])),
      accountsCreated: it.mapping.columns.some(({ to }) => to === 'account') ? 0 : undefined,
      counts: { created: 0, merged: 0, untouched: 0, duplicate: 0, rejected: 0 },
      sample: [],
      rejected: [],
    };
    for (let rows = await reader.next(tx, BATCH); rows.length > 0; rows = await reader.next(tx, BATCH)) {
      const first = it.rowNumber + run.rows + 1;
      const good: { planned: Planned; rowNumber: number }[] = [];
      for (const [i, row] of rows.entries()) {
        if (isEmptyRow(row)) continue;
        const read = row.problem ? { error: row.problem } : plan(row.cells);
        if ('error' in read) reject(run, first + i, read.error);
        else good.push({ planned: read, rowNumber: first + i });
      }
      await judge(tx, of, it, fields, good, run);
      run.rows += rows.length;
    }
    run.rejected.sort((a, b) => a.rowNumber - b.rowNumber);
    run.rejected = run.rejected.slice(0, SAMPLE);
    return run;
  });
}

function reject(run: DryRun, rowNumber: number, reason: string): void {
  run.counts.rejected += 1;
  if (run.rejected.length < 5 * SAMPLE) run.rejected.push({ rowNumber, reason });
}

async function judge(
  tx: Tx,
  { taker, doors }: { taker: Taker; doors: Doors },
  it: Import,
  fields: readonly SchemaField[],
  rows: readonly { planned: Planned; rowNumber: number }[],
  run: DryRun,
): Promise<void> {
  const previews = await taker.preview(
    tx,
    it,
    rows.map(({ planned }) => planned),
    fields,
  );
  // No field of people has the id of one of accounts.
  const keys = previews.flatMap(({ keys = [], account }) => [...keys, ...(account?.keys ?? [])]);
  const fresh = await insertSeen(tx, [...new Set(keys)]);
  const isMade = ({ status, keys = [] }: Preview): boolean =>
    status === 'created' && keys.every((key) => fresh.has(key));
  const accounts = new Set(previews.flatMap(({ account }) => account ?? []));
  if (run.accountsCreated !== undefined) run.accountsCreated += [...accounts].filter(isMade).length;
  const told = rows.map((row, i) => ({ ...row, preview: previews[i]! }));
  const duplicates = await duplicatesIn(tx, doors[run.of], it, told);
  for (const { rowNumber, preview } of told) {
    if (preview.error !== undefined) {
      reject(run, rowNumber, preview.error);
      continue;
    }
    const found = preview.status === 'created' && !isMade(preview) ? 'merged' : (preview.status as 'created');
    const status = duplicates.has(rowNumber) ? 'duplicate' : found;
    run.counts[status] += 1;
    if (run.sample.length < SAMPLE) {
      const [before, after] = changed(preview.before ?? {}, preview.after ?? {});
      const { account } = preview;
      run.sample.push({
        rowNumber,
        status,
        id: preview.id,
        before,
        after,
        ...(account ? { account: { id: account.id, fields: account.after ?? {} } } : {}),
      });
    }
  }
}

function changed(before: Fields, after: Fields): [Fields, Fields] {
  const ids = Object.keys({ ...before, ...after }).filter(
    (id) => JSON.stringify(before[id]) !== JSON.stringify(after[id]),
  );
  const only = (fields: Fields): Record<string, Value> =>
    Object.fromEntries(ids.flatMap((id) => (fields[id] === undefined ? [] : [[id, fields[id]]])));
  return [only(before), only(after)];
}

/** The fields that starting would make. */
function newFields(it: Import, catalog: Catalog): SchemaField[] {
  return it.mapping.columns.flatMap((target) => {
    if (target.to !== 'new_field') return [];
    const id = customFieldId(target.name, target.type, catalog.of);
    if (catalog.fields.has(id)) return [];
    const isKey = it.mapping.mergeBy.includes(id);
    return [{ id, name: target.name, displayType: target.type, readOnly: false, isKey }];
  });
}
