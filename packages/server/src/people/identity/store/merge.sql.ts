import { type Queryable, send, type Tx } from '../../../platform/database/pool.ts';
import type { Pair } from './alias.sql.ts';
import { type WholePerson, wholeColumns, wholeJson } from './whole.sql.ts';

/** One uniting of two people, as it is told. */
export interface MergeRow extends Pair {
  reason: string;
  askedBy: string;
  mergedAt: Date;
  separatedAt: Date | null;
}

const columns = `id as "mergeId", survivor_id as survivor, absorbed_id as absorbed, reason, asked_by as "askedBy",
  merged_at as "mergedAt", separated_at as "separatedAt"`;

/** Writes a merge down, with both as they are before it. */
export async function insertMerge(
  tx: Tx,
  workspaceId: number,
  of: { survivor: string; absorbed: string; reason: string; askedBy: string },
  now: Date,
): Promise<MergeRow> {
  const { rows } = await tx.query<MergeRow>(
    `insert into person_merge (id, workspace_id, survivor_id, absorbed_id, reason, asked_by, merged_at)
     values (time_ordered_id($6, nextval('person_merge_number')), $1, $2, $3, $4, $5, $6) returning ${columns}`,
    [workspaceId, of.survivor, of.absorbed, of.reason, of.askedBy, now],
  );
  const merge = rows[0]!;
  await tx.query(
    // The rows never leave the database: their ids are larger than a number of JavaScript's can be.
    `insert into person_merge_snapshot (merge_id, merged_at, survivor_before, absorbed)
     select $1, $2, to_jsonb(s), to_jsonb(a) from person s, person a where s.id = $3 and a.id = $4`,
    [merge.mergeId, now, of.survivor, of.absorbed],
  );
  return merge;
}

/** The absorbed's row goes, and the survivor's is kept as it is now: what changes after this is new. */
export async function deleteAbsorbed(tx: Tx, workspaceId: number, of: Pair): Promise<void> {
  await tx.query('delete from person where workspace_id = $1 and id = $2', [workspaceId, of.absorbed]);
  await tx.query(
    `update person_merge_snapshot set survivor_after = to_jsonb(p) from person p
     where merge_id = $1 and p.id = $2`,
    [of.mergeId, of.survivor],
  );
}

/** The absorbed's row comes back as it was. A column that has come since gets what it has by default. */
export async function insertAbsorbed(tx: Tx, mergeId: string): Promise<void> {
  const { rows } = await tx.query<{ columns: string }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as columns
     from pg_attribute, person_merge_snapshot s
     where s.merge_id = $1 and attrelid = 'person'::regclass and attnum > 0 and not attisdropped
       and attgenerated = '' and s.absorbed ? attname::text`,
    [mergeId],
  );
  const { columns: kept } = rows[0]!;
  await tx.query(
    `insert into person (${kept})
     select ${kept} from jsonb_populate_record(null::person, (select absorbed from person_merge_snapshot where merge_id = $1))`,
    [mergeId],
  );
}

/** All keys of the absorbed find the survivor. */
export async function moveKeys(tx: Tx, workspaceId: number, of: Pair): Promise<void> {
  await tx.query(
    `with moved as (update identity set person_id = $3 where workspace_id = $1 and person_id = $2
                    returning field_id, value)
     update person_merge_snapshot set key_fields = k.fields, key_values = k.values
     from (select coalesce(array_agg(field_id order by field_id, value), '{}') as fields,
                  coalesce(array_agg(value order by field_id, value), '{}') as values from moved) k
     where merge_id = $4`,
    [workspaceId, of.absorbed, of.survivor, of.mergeId],
  );
}

/** Gives the keys back, also those that the survivor has lost since; what a third has by now, stays there. */
export async function returnKeys(tx: Tx, workspaceId: number, of: Pair): Promise<void> {
  await tx.query(
    `insert into identity (workspace_id, field_id, value, person_id)
     select $1, k.field_id, k.value, $2
     from person_merge_snapshot s, unnest(s.key_fields, s.key_values) as k(field_id, value)
     where s.merge_id = $4 order by k.field_id, k.value
     on conflict (workspace_id, field_id, value) do update set person_id = excluded.person_id
     where identity.person_id = $3`,
    [workspaceId, of.absorbed, of.survivor, of.mergeId],
  );
}

/** The absorbed's activities become the survivor's; what both have of one kind under one key at one moment is one activity. */
export async function moveActivities(tx: Tx, of: Pair): Promise<void> {
  await tx.query(
    `with left_out as (
       delete from activity a using activity s
       where a.person_id = $1 and a.key is not null
         and s.person_id = $2 and s.key = a.key and s.occurred_at = a.occurred_at and s.definition_id = a.definition_id
       returning to_jsonb(a) as row
     ), moved as (
       update activity a set person_id = $2
       where a.person_id = $1 and (a.key is null or not exists (
         select from activity s
         where s.person_id = $2 and s.key = a.key and s.occurred_at = a.occurred_at and s.definition_id = a.definition_id))
       returning a.occurred_at, a.id
     )
     update person_merge_snapshot
     set activity_at = m.at, activity_ids = m.ids,
         activities_left_out = coalesce((select jsonb_agg(row) from left_out), '[]')
     from (select coalesce(array_agg(occurred_at order by id), '{}') as at,
                  coalesce(array_agg(id order by id), '{}') as ids from moved) m
     where merge_id = $3`,
    [of.absorbed, of.survivor, of.mergeId],
  );
}

/** Gives back the activities that moved. What has been recorded since stays with the survivor. */
export async function returnActivities(tx: Tx, of: Pair): Promise<void> {
  await tx.query(
    `update activity a set person_id = $1
     from person_merge_snapshot s, unnest(s.activity_at, s.activity_ids) as m(occurred_at, id)
     where s.merge_id = $3 and a.person_id = $2 and a.occurred_at = m.occurred_at and a.id = m.id`,
    [of.absorbed, of.survivor, of.mergeId],
  );
  await tx.query(
    `insert into activity select l.*
     from person_merge_snapshot s, jsonb_populate_recordset(null::activity, s.activities_left_out) l
     where s.merge_id = $1 on conflict do nothing`,
    [of.mergeId],
  );
}

/** A merge of this workspace, kept from others until the transaction ends. */
export async function lockMerge(tx: Tx, workspaceId: number, mergeId: string): Promise<MergeRow | undefined> {
  const { rows } = await tx.query<MergeRow>(
    `select ${columns} from person_merge where workspace_id = $1 and id = $2 for update`,
    [workspaceId, mergeId],
  );
  return rows[0];
}

/** Of these merges, those that have not been undone; none is, until the transaction ends. */
export async function holdMerges(tx: Tx, mergeIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from person_merge where id = any($1::bigint[]) and separated_at is null order by id for share`,
    [mergeIds],
  );
  return new Set(rows.map((row) => row.id));
}

export async function updateToSeparated(tx: Tx, mergeId: string, now: Date): Promise<void> {
  await tx.query('update person_merge set separated_at = $2 where id = $1', [mergeId, now]);
}

/** The merge in which a person was last absorbed and not given back. */
export async function findMergeOf(db: Queryable, workspaceId: number, absorbed: string): Promise<MergeRow | undefined> {
  const { rows } = await db.query<MergeRow>(
    `select ${columns} from person_merge
     where workspace_id = $1 and absorbed_id = $2 and separated_at is null order by merged_at desc, id desc limit 1`,
    [workspaceId, absorbed],
  );
  return rows[0];
}

/** Every merge into this person, or into somebody who is this person now; newest first. */
export async function listMergesInto(
  db: Queryable,
  workspaceId: number,
  personId: string,
  limit: number,
): Promise<MergeRow[]> {
  const { rows } = await db.query<MergeRow>(
    `select ${columns} from person_merge
     where workspace_id = $1
       and survivor_id in (select $2::bigint union all
                           select old_id from person_alias where workspace_id = $1 and person_id = $2)
     order by merged_at desc, id desc limit $3`,
    [workspaceId, personId, limit],
  );
  return rows;
}

/** A merge as it was written down, with the keys that found the absorbed. */
export interface Snapshot {
  mergeId: string;
  keyFields: string[];
  before: WholePerson;
  after: WholePerson;
  absorbed: WholePerson;
}

/** The merges into this person that have not been undone and still can be, the oldest first. */
export async function listSnapshots(db: Queryable, survivor: string): Promise<Snapshot[]> {
  type Part = 'before' | 'after' | 'absorbed';
  const { rows } = await db.query<WholePerson & { part: Part; mergeId: string; keyFields: string[] }>(
    `select m.id as "mergeId", s.key_fields as "keyFields", v.part, p.*
     from person_merge m join person_merge_snapshot s on s.merge_id = m.id,
          lateral (values ('before', s.survivor_before), ('after', s.survivor_after), ('absorbed', s.absorbed))
            as v(part, row),
          lateral (select ${wholeColumns} from jsonb_populate_record(null::person, v.row)) p
     where m.survivor_id = $1 and m.separated_at is null order by m.merged_at, m.id`,
    [survivor],
  );
  const byMerge = new Map<string, Partial<Snapshot> & Pick<Snapshot, 'mergeId' | 'keyFields'>>();
  for (const { part, mergeId, keyFields, ...person } of rows) {
    byMerge.set(mergeId, { ...(byMerge.get(mergeId) ?? { mergeId, keyFields }), [part]: person });
  }
  return [...byMerge.values()] as Snapshot[];
}

/** Writes down what merges did, now that another one is undone. */
export async function updateSnapshots(
  tx: Tx,
  merges: readonly Pick<Snapshot, 'mergeId' | 'before' | 'after'>[],
): Promise<void> {
  if (merges.length === 0) return;
  await tx.query(
    `update person_merge_snapshot s
     set survivor_before = s.survivor_before || m.before, survivor_after = s.survivor_after || m.after
     from unnest($1::bigint[], $2::jsonb[], $3::jsonb[]) as m(id, before, after) where s.merge_id = m.id`,
    [
      merges.map(({ mergeId }) => mergeId),
      merges.map(({ before }) => wholeJson(before)),
      merges.map(({ after }) => wholeJson(after)),
    ],
  );
}

/**
 * These people say no again to what a merge has taken from them already. From now on it is not the merge that says so:
 * what is not as the merge left it stays when two are separated.
 */
export function updateRefused(tx: Tx, refused: readonly { personId: string; fieldId: string }[]): void {
  if (refused.length === 0) return;
  send(tx, {
    name: 'merge.refused',
    text: `update person_merge_snapshot s
           set survivor_after = jsonb_set(s.survivor_after, '{fields}', (s.survivor_after->'fields') - r.field_ids)
           from (select person_id, array_agg(field_id) as field_ids
                 from unnest($1::bigint[], $2::text[]) as u(person_id, field_id) group by person_id) r
           join person_merge m on m.survivor_id = r.person_id and m.separated_at is null
           where s.merge_id = m.id and s.survivor_after->'fields' ?| r.field_ids`,
    values: [refused.map(({ personId }) => personId), refused.map(({ fieldId }) => fieldId)],
  });
}

/** Forgets how to separate those united before that moment. Returns how many. */
export async function deleteSnapshots(db: Queryable, before: Date): Promise<number> {
  const { rowCount } = await db.query('delete from person_merge_snapshot where merged_at < $1', [before]);
  return rowCount ?? 0;
}

/** Forgets the merges of people who are to be forgotten, and what is kept of those they absorbed. Returns their ids. */
export async function deleteMergesOf(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ oldId: string }>(
    `delete from person_alias where workspace_id = $1 and person_id = any($2::bigint[]) returning old_id as "oldId"`,
    [workspaceId, ids],
  );
  const gone = rows.map((row) => row.oldId);
  await tx.query(
    `delete from person_merge
     where workspace_id = $1 and (survivor_id = any($2::bigint[]) or absorbed_id = any($2::bigint[]))`,
    [workspaceId, [...ids, ...gone]],
  );
  return gone;
}
