import type { QueryConfig } from 'pg';
import type { Queryable } from '../../platform/database/pool.ts';
import { createParameters, type Parameters } from '../filter/parameters.ts';
import type { ActivityRow } from './activity.sql.ts';

/** Which of a person's activities are asked for. */
export interface HistoryQuery {
  personId: string;
  /** Null: of every kind. */
  definitions: readonly number[] | null;
  /** What an attribute is, as `folded` writes it. */
  about: { attribute: string; value: string } | null;
  from: Date | null;
  /** Not that moment any more. */
  to: Date | null;
}

/** One page of a person's activities, newest first. */
export async function listHistory(
  db: Queryable,
  workspaceId: number,
  query: HistoryQuery,
  page: { limit: number; offset: number },
): Promise<ActivityRow[]> {
  const { rows } = await db.query<ActivityRow>(
    statement('list', query, (parameters) => {
      const asked = conditions(workspaceId, query, parameters);
      const window = `limit ${parameters.add(page.limit, 'int')} offset ${parameters.add(page.offset, 'bigint')}`;
      return `select id, person_id as "personId", definition_id as "definitionId", occurred_at as "occurredAt", attributes, source
              from activity where ${asked} order by occurred_at desc, id desc ${window}`;
    }),
  );
  return rows;
}

export async function countHistory(db: Queryable, workspaceId: number, query: HistoryQuery): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    statement('count', query, (parameters) => {
      return `select count(*)::int as n from activity where ${conditions(workspaceId, query, parameters)}`;
    }),
  );
  return rows[0]!.n;
}

/** Each combination of what can be asked is a statement of its own: what is not asked does not stand in it. */
function statement(what: string, query: HistoryQuery, text: (parameters: Parameters) => string): QueryConfig {
  const asked = (['definitions', 'about', 'from', 'to'] as const).filter((key) => query[key] !== null);
  const parameters = createParameters();
  return { name: ['history', what, ...asked].join('.'), text: text(parameters), values: [...parameters.values] };
}

/**
 * Whether the person is of this workspace is asked of the person. Where nothing is asked of an activity but when it
 * was, it is then counted in the index; itself it lies wherever it was written, each on another page of the disk.
 */
function conditions(
  workspaceId: number,
  { personId, definitions, about, from, to }: HistoryQuery,
  parameters: Parameters,
): string {
  const id = parameters.add(personId, 'bigint');
  return [
    `person_id = ${id} and (select p.workspace_id from person p where p.id = ${id}) = ${parameters.add(workspaceId, 'int')}`,
    ...(definitions ? [`definition_id = any(${parameters.add(definitions, 'int[]')})`] : []),
    ...(about
      ? [`lower(attributes->>${parameters.add(about.attribute, 'text')}) = ${parameters.add(about.value, 'text')}`]
      : []),
    ...(from ? [`occurred_at >= ${parameters.add(from, 'timestamptz')}`] : []),
    ...(to ? [`occurred_at < ${parameters.add(to, 'timestamptz')}`] : []),
  ].join(' and ');
}
