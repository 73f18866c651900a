import type { Fields } from '@tributary/model';
import type { Queryable } from '../../platform/database/pool.ts';
import type { Entity } from '../filter/entity.ts';
import { createParameters, type Parameters } from '../filter/index.ts';

/** A person, or an account, as an export writes one: all that is kept of them. */
export interface Whole {
  id: string;
  fields: Fields;
  tags: number[];
  /** When they were made, edited, seen …, by the fields' ids on Ortto's wire. */
  moments: Readonly<Record<string, Date | null>>;
}

export interface Wanted {
  ids?: readonly string[] | undefined;
  /** Which of them, as a condition on the row `p`. */
  condition?: ((parameters: Parameters) => string) | undefined;
}

/** Those after one of them, by id; those archived are left out. */
export async function listAfter(
  db: Queryable,
  workspaceId: number,
  { table, moments }: Entity,
  wanted: Wanted,
  o: { after: string; limit: number },
): Promise<Whole[]> {
  const parameters = createParameters([workspaceId, o.after, o.limit, wanted.ids ?? null]);
  const which = wanted.condition ? ` and (${wanted.condition(parameters)})` : '';
  const columns = Object.entries(moments).map(([id, column]) => `${column} as "${id}"`);
  const { rows } = await db.query<Omit<Whole, 'moments'>>(
    `select p.id, p.fields, p.tags, ${columns.join(', ')} from ${table} p
     where p.workspace_id = $1 and p.id > $2 and p.archived_at is null and ($4::bigint[] is null or p.id = any($4))${which}
     order by p.id limit $3`,
    [...parameters.values],
  );
  return rows.map(({ id, fields, tags, ...moments }) => ({ id, fields, tags, moments }));
}

/** Those wanted of a number of people, and where the next begin; nowhere where these were the last. */
export interface SomePeople {
  ids: string[];
  seen: number;
  last: string | undefined;
}

/** Of the next so many people by id, those archived left out, those wanted: however few they are, no more are looked at. */
export async function listSomeAfter(
  db: Queryable,
  workspaceId: number,
  wanted: Omit<Wanted, 'condition'> & { condition(parameters: Parameters): string },
  o: { after: string; limit: number },
): Promise<SomePeople> {
  const parameters = createParameters([workspaceId, o.after, o.limit, wanted.ids ?? null]);
  const { rows } = await db.query<{ ids: string[]; seen: number; last: string | null }>(
    `with page as materialized (
       select * from person x
       where x.workspace_id = $1 and x.id > $2::bigint and x.archived_at is null and ($4::bigint[] is null or x.id = any($4))
       order by x.id limit $3
     )
     select array(select p.id from page p where ${wanted.condition(parameters)} order by p.id) as ids,
            (select count(*)::int from page) as seen, (select max(id) from page) as last`,
    [...parameters.values],
  );
  const { ids, seen, last } = rows[0]!;
  return { ids, seen, last: seen < o.limit ? undefined : (last ?? undefined) };
}

/** How many people there are, those archived left out. */
export async function countPeople(db: Queryable, workspaceId: number): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    'select count(*)::float8 as n from person where workspace_id = $1 and archived_at is null',
    [workspaceId],
  );
  return rows[0]!.n;
}

export interface WholeActivity {
  id: string;
  /** Who did it, or the account where it happened. */
  ownerId: string;
  definitionId: number;
  occurredAt: Date;
  source: string | null;
  key: string | null;
  attributes: Fields;
}

export interface ActivitiesWanted {
  from?: Date | undefined;
  /** Before, not at. */
  to?: Date | undefined;
  definitionIds?: readonly number[] | undefined;
}

/** Where a page ends, and the next one begins. */
export type ActivityCursor = Pick<WholeActivity, 'ownerId' | 'occurredAt' | 'id'>;

/**
 * What they did, after a place in the order of owners, moments and ids, which
 * is the order of the primary key.
 */
export async function listActivitiesAfter(
  db: Queryable,
  workspaceId: number,
  { activityTable, owner }: Entity,
  ownerIds: readonly string[],
  wanted: ActivitiesWanted,
  o: { after: ActivityCursor | undefined; limit: number },
): Promise<WholeActivity[]> {
  const { rows } = await db.query<WholeActivity>({
    name: `${activityTable}.page`,
    text: `select id, ${owner} as "ownerId", definition_id as "definitionId", occurred_at as "occurredAt", source, key,
                  attributes
           from ${activityTable}
           where ${owner} = any($2::bigint[]) and workspace_id = $1
             and ($3::timestamptz is null or occurred_at >= $3) and ($4::timestamptz is null or occurred_at < $4)
             and ($5::int[] is null or definition_id = any($5))
             and ($6::bigint is null or (${owner}, occurred_at, id) > ($6, $7::timestamptz, $8::bigint))
           order by ${owner}, occurred_at, id limit $9`,
    values: [
      workspaceId,
      ownerIds,
      wanted.from ?? null,
      wanted.to ?? null,
      wanted.definitionIds ?? null,
      o.after?.ownerId ?? null,
      o.after?.occurredAt ?? null,
      o.after?.id ?? null,
      o.limit,
    ],
  });
  return rows;
}
