import type { Fields } from '@tributary/model';
import { withOnePlan } from '../../platform/database/one-plan.ts';
import { isTriedAgain, type Queryable, send, sendNew, type Tx } from '../../platform/database/pool.ts';

export interface NewActivity {
  id: string;
  personId: string;
  definitionId: number;
  occurredAt: Date;
  source: string;
  key: string | undefined;
  attributes: Fields;
}

/**
 * Writes activities; those whose key is there already at that moment, of their kind, are left out. Returns the ids written. Without
 * keys that is all of them, so nobody waits for the answer; nor where the keys are said to be new, until one is not and
 * the transaction is tried again.
 */
export async function insertActivities(
  tx: Tx,
  { workspaceId, keysAreNew }: { workspaceId: number; keysAreNew?: boolean },
  activities: readonly NewActivity[],
): Promise<Set<string>> {
  if (activities.length === 0) return new Set();
  const values = [
    workspaceId,
    activities.map((a) => a.personId),
    activities.map((a) => a.occurredAt),
    activities.map((a) => a.id),
    activities.map((a) => a.definitionId),
    activities.map((a) => a.source),
    activities.map((a) => a.key ?? null),
    activities.map((a) => JSON.stringify(a.attributes)),
  ];
  const all = new Set(activities.map((a) => a.id));
  const plain = { name: 'activity.insert', text: insertion, values };
  if (activities.every((a) => a.key === undefined)) {
    send(tx, plain);
    return all;
  }
  if (keysAreNew && !isTriedAgain(tx)) {
    sendNew(tx, plain);
    return all;
  }
  const { rows } = await tx.query<{ id: string }>({
    name: 'activity.insert-keyed',
    text: `${insertion} on conflict do nothing returning id`,
    values,
  });
  return new Set(rows.map((row) => row.id));
}

const insertion = `insert into activity (workspace_id, person_id, occurred_at, id, definition_id, source, key, attributes)
  select $1, a.* from unnest($2::bigint[], $3::timestamptz[], $4::bigint[], $5::int[], $6::text[], $7::text[],
                             $8::jsonb[]) as a`;

export interface ActivityRow {
  id: string;
  personId: string;
  definitionId: number;
  occurredAt: Date;
  attributes: Fields;
  source: string | null;
}

const columns = `a.id, a.person_id as "personId", a.definition_id as "definitionId", a.occurred_at as "occurredAt",
  a.attributes, a.source`;

/** Activities by where they are stored. */
export async function findActivities(
  tx: Tx,
  at: readonly { personId: string; occurredAt: Date; id: string }[],
): Promise<ActivityRow[]> {
  if (at.length === 0) return [];
  // A plan for each month that there is takes three times as long to make as to run.
  const { rows } = await withOnePlan(tx, () =>
    tx.query<ActivityRow>({
      name: 'activity.find',
      text: `select ${columns} from unnest($1::bigint[], $2::timestamptz[], $3::bigint[]) as k(person_id, occurred_at, id)
             join activity a using (person_id, occurred_at, id)`,
      values: [at.map((a) => a.personId), at.map((a) => a.occurredAt), at.map((a) => a.id)],
    }),
  );
  return rows;
}

/** What these people did of these kinds, each since a moment of their own; oldest first. */
export async function listActivitiesSince(
  db: Queryable,
  people: readonly { personId: string; since: Date }[],
  definitionIds: readonly number[],
): Promise<ActivityRow[]> {
  if (people.length === 0 || definitionIds.length === 0) return [];
  const { rows } = await db.query<ActivityRow>({
    name: 'activity.since',
    text: `select ${columns}
           from (select person_id, min(since) as since from unnest($1::bigint[], $2::timestamptz[]) as p(person_id, since)
                 group by person_id) p
           join activity a on a.person_id = p.person_id and a.definition_id = any($3::int[]) and a.occurred_at >= p.since
           order by a.occurred_at, a.id`,
    values: [people.map((p) => p.personId), people.map((p) => p.since), definitionIds],
  });
  return rows;
}

/** The newest activities of a person before a moment; of the last moment all, so that the next page begins before it. */
export async function listActivitiesOf(
  db: Queryable,
  personId: string,
  limit: number,
  before: Date | undefined,
): Promise<ActivityRow[]> {
  const { rows } = await db.query<ActivityRow>(
    `select ${columns} from (
       select * from activity where person_id = $1 and ($3::timestamptz is null or occurred_at < $3)
       order by occurred_at desc fetch first $2 rows with ties) a
     order by occurred_at desc, id desc`,
    [personId, limit, before ?? null],
  );
  return rows;
}

/** What is partitioned by month: what people did, and what accounts did. */
const PARTITIONED = ['activity', 'account_activity'] as const;

/**
 * Makes the partitions of a month when they are not there; safe from many processes at once. Attached, not created in
 * place: that would lock out everyone who reads or writes activities, and wait for the very transaction whose
 * activity the partition is for, for ever. To attach waits for none of them.
 */
export async function createPartition(tx: Tx, month: Date): Promise<void> {
  const next = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 1));
  const [from, to] = [month, next].map((date) => date.toISOString().slice(0, 10));
  // One at a time: two processes that create the same table collide in the catalogue.
  await tx.query('select pg_advisory_xact_lock(7482002)');
  for (const table of PARTITIONED) {
    const name = partitionOf(table, month);
    const { rows } = await tx.query<{ there: boolean }>('select to_regclass($1) is not null as there', [name]);
    if (rows[0]?.there) continue;
    await tx.query(`create table ${name} (like ${table})`);
    await tx.query(
      `alter table ${table} attach partition ${name} for values from ('${from}T00:00:00Z') to ('${to}T00:00:00Z')`,
    );
  }
}

/**
 * Makes a transaction that has written activities before notice partitions attached since: PostgreSQL looks for
 * such news only where a lock is new to the transaction.
 */
export async function noticePartition(tx: Tx, month: Date): Promise<void> {
  const names = PARTITIONED.map((table) => partitionOf(table, month));
  await tx.query(`lock table ${names.join(', ')} in access share mode`);
}

function partitionOf(table: (typeof PARTITIONED)[number], month: Date): string {
  return `${table}_${month.toISOString().slice(0, 7).replace('-', '_')}`;
}
