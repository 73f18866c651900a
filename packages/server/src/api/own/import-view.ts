import { publicId } from '@tributary/model';
import type { z } from 'zod';
import { type DryRun, type Import, type Mapping, notesOn, suggestionFor } from '../../imports/index.ts';
import { UserError } from '../../platform/errors.ts';
import type { mappingBody } from './import-schemas.ts';

/** An import as `/api` tells of it. */
export function importView(it: Import, now: Date) {
  const { mapping, dialect } = it;
  const notes = notesOn(it);
  return {
    id: it.id,
    kind: it.kind,
    name: it.name,
    state: it.state,
    dialect,
    columns: it.columns.map((name, i) => {
      const cells = it.sample.flatMap((row) => row[i] || []);
      const target = mapping.columns[i];
      return {
        name,
        target,
        sample: cells.slice(0, 5),
        ...(target?.to === 'ignore' && it.state !== 'done'
          ? { suggestion: { to: 'new_field', name, type: suggestionFor(cells) } }
          : {}),
        ...(notes[i] ? { note: notes[i] } : {}),
      };
    }),
    merge_by: mapping.mergeBy,
    merge_strategy: mapping.mergeStrategy,
    tags: mapping.tags,
    skip_non_existing: mapping.existingOnly,
    ...(it.kind === 'people' ? { skip_non_existing_accounts: mapping.existingAccountsOnly ?? false } : {}),
    activity_id: mapping.activity ?? null,
    country: mapping.country ?? null,
    timezone: mapping.timezone,
    progress: progressOf(it, now),
    error: it.error ?? null,
    created_at: it.createdAt,
    started_at: it.startedAt ?? null,
    finished_at: it.finishedAt ?? null,
  };
}

function progressOf(it: Import, now: Date) {
  const heading = it.dialect.header ? 1 : 0;
  const done = Math.max(0, it.rowNumber - heading);
  // Until the end is seen, how many there are is told by how much of the file is taken.
  const total = it.position >= it.bytes ? done : done > 0 ? Math.round((done * it.bytes) / it.position) : null;
  const seconds = it.startedAt ? ((it.finishedAt ?? now).getTime() - it.startedAt.getTime()) / 1000 : 0;
  const since = it.startedRow > heading ? it.startedRow - heading : 0;
  const perSecond = seconds > 0 ? Math.round((done - since) / seconds) : null;
  const left = total !== null && perSecond && it.state === 'running' ? Math.ceil((total - done) / perSecond) : null;
  return {
    rows_done: done,
    rows_total: total,
    // The head counts as taken with the first row.
    percent: it.state === 'done' ? 100 : done > 0 ? Math.floor((100 * it.position) / it.bytes) : 0,
    per_second: perSecond,
    seconds_left: left,
    ...it.counts,
  };
}

export function dryRunView(run: DryRun) {
  return {
    rows: run.rows,
    ...run.counts,
    ...(run.notes.length > 0 ? { notes: run.notes } : {}),
    ...(run.accountsCreated === undefined ? {} : { accounts_created: run.accountsCreated }),
    sample: run.sample.map(({ rowNumber, status, id, before, after, account }) => ({
      row: rowNumber,
      status,
      ...(id ? { [`${run.of}_id`]: publicId(id, run.of) } : {}),
      before,
      after,
      ...(account ? { account: accountView(account) } : {}),
    })),
    rejected_sample: run.rejected.map(({ rowNumber, reason }) => ({ row: rowNumber, reason })),
  };
}

function accountView({ id, fields }: NonNullable<DryRun['sample'][number]['account']>) {
  return { ...(id ? { account_id: publicId(id, 'account') } : {}), fields };
}

/** The mapping there is, with what was asked put over it. */
export function mappingFrom(it: Import, body: z.infer<typeof mappingBody>): Mapping {
  const { mapping } = it;
  const columns = [...mapping.columns];
  for (const [name, target] of Object.entries(body.columns ?? {})) {
    const named = it.columns.indexOf(name);
    const at = named >= 0 ? named : /^\d{1,3}$/.test(name) ? Number(name) - 1 : -1;
    if (at < 0 || at >= columns.length) throw new UserError('import_mapping', `the file has no column "${name}"`);
    columns[at] = target;
  }
  const activity = body.activity_id === undefined ? mapping.activity : (body.activity_id ?? undefined);
  const country = body.country === undefined ? mapping.country : (body.country?.toUpperCase() ?? undefined);
  return {
    columns,
    mergeBy: body.merge_by ?? mapping.mergeBy,
    mergeStrategy: body.merge_strategy ?? mapping.mergeStrategy,
    tags: body.tags ?? mapping.tags,
    existingOnly: body.skip_non_existing ?? mapping.existingOnly,
    existingAccountsOnly: body.skip_non_existing_accounts ?? mapping.existingAccountsOnly,
    ...(activity ? { activity } : {}),
    ...(country ? { country } : {}),
    timezone: body.timezone ?? mapping.timezone,
  };
}
