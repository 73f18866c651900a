import { createHash } from 'node:crypto';
import type { Filter } from '@tributary/model';
import type { Queryable } from '../../platform/database/pool.ts';
import type { Schema } from '../schema.ts';
import { createParameters } from './parameters.ts';
import type { FilterScope } from './scope.ts';

/** What several filters say of a person, in their order, and when time alone may change what others say. */
export interface Answers {
  holds: readonly boolean[];
  next: Date | null;
}

export interface Question {
  workspaceId: number;
  people: readonly string[];
  /** Filters that are to be answered. All have been checked. */
  filters: readonly Filter[];
  /** Filters of which only the next moment is wanted at which their answer may change. */
  timed: readonly Filter[];
  now: Date;
  /** Activities that a machine did (`bol::m`) do not count. */
  withoutMachines: boolean;
}

/** Asks several filters about several people with one statement, whose text depends on the filters alone. Who is gone has no answer. */
export async function ask(
  db: Queryable,
  schema: Schema,
  sql: Record<'condition' | 'boundary', (schema: Schema, filter: Filter, of: FilterScope) => string>,
  { workspaceId, people, filters, timed, now, withoutMachines }: Question,
): Promise<Map<string, Answers>> {
  if (people.length === 0 || filters.length + timed.length === 0) return new Map();
  const parameters = createParameters([people, workspaceId]);
  const scope = { workspaceId, now, parameters, each: true, withoutMachines };
  const conditions = filters.map((filter) => sql.condition(schema, filter, scope));
  const boundaries = timed.map((filter) => sql.boundary(schema, filter, scope));
  const text = `select p.id, array[${conditions.join(', ')}]::boolean[] as holds,
      ${boundaries.length > 0 ? `least(${boundaries.join(', ')})` : 'null::timestamptz'} as next
    from person p where p.id = any($1::bigint[]) and p.workspace_id = $2`;
  const name = `filter.ask.${createHash('sha1').update(text).digest('base64url')}`;
  const { rows } = await db.query<Answers & { id: string }>({ name, text, values: [...parameters.values] });
  return new Map(rows.map(({ id, ...answers }) => [id, answers]));
}
