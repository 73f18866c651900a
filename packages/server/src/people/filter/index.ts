import { type Filter, type MembershipOperator, type Problem, problemsWithFilter } from '@tributary/model';
import type { Queryable } from '../../platform/database/pool.ts';
import type { Schema } from '../schema.ts';
import { type Answers, ask, type Question } from './ask.ts';
import { compileBoundary, compileFilter, type MembershipSql } from './compile.ts';
import { type Entity, hasField, personEntity } from './entity.ts';
import type { FilterScope } from './scope.ts';

export type { Answers, Question } from './ask.ts';
export type { MembershipSql } from './compile.ts';
export { createParameters, type Parameters } from './parameters.ts';

/** The one way from filters to SQL. */
export interface Filters {
  /** Rooms after this one say here how conditions about what is theirs are answered. */
  register(operators: readonly MembershipOperator[], sql: MembershipSql): void;
  /** Everything that is wrong with a filter, unknown fields and activities included. */
  problems(db: Queryable, workspaceId: number, filter: unknown, at?: string): Promise<Problem[]>;
  /** A checked filter as a condition on a person's, or account's, row `p`, which is true or false, never null. */
  condition(schema: Schema, filter: Filter, of: FilterScope): string;
  /** When to look again: the next moment after now at which time alone may change the answer for `p`; null for never. */
  boundary(schema: Schema, filter: Filter, of: FilterScope): string;
  /** What several filters say of several people, by id. */
  ask(db: Queryable, question: Question): Promise<Map<string, Answers>>;
}

export function createFilters(o: {
  schema(db: Queryable, workspaceId: number): Promise<Schema>;
  /** People unless it says otherwise. */
  entity?: Entity;
}): Filters {
  const { entity = personEntity } = o;
  const membership = new Map<MembershipOperator, MembershipSql>();
  const condition: Filters['condition'] = (schema, filter, of) =>
    compileFilter(filter, { ...of, entity, schema, membership });
  const boundary: Filters['boundary'] = (schema, filter, of) =>
    compileBoundary(filter, { ...of, entity, schema, membership });
  return {
    register(operators, sql) {
      for (const operator of operators) membership.set(operator, sql);
    },
    async problems(db, workspaceId, filter, at) {
      const schema = await o.schema(db, workspaceId);
      return problemsWithFilter(filter, at, {
        field: (id) => hasField(entity, id, schema),
        activity: (id) => schema.activities.has(id),
        membership: (operator) => membership.has(operator),
      });
    },
    condition,
    boundary,
    ask: async (db, question) => ask(db, await o.schema(db, question.workspaceId), { condition, boundary }, question),
  };
}
