import {
  type Askable,
  askedAbout,
  type Filter,
  isMembershipOperator,
  leavesOf,
  type MembershipOperator,
  type Problem,
  problemsWithFilter,
} from '@tributary/model';
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
  register(operators: readonly MembershipOperator[], theirs: Theirs): void;
  /** Everything that is wrong with a filter, unknown fields and activities included. */
  problems(db: Queryable, workspaceId: number, filter: unknown, at?: string): Promise<Problem[]>;
  /**
   * The same of a filter that is asked now, and not kept: an audience or a journey that is not there is wrong in it, too.
   * One that is kept outlives them, and asks as if nobody were in them.
   */
  problemsNow(db: Queryable, workspaceId: number, filter: unknown, at?: string): Promise<Problem[]>;
  /** A checked filter as a condition on a person's, or account's, row `p`, which is true or false, never null. */
  condition(schema: Schema, filter: Filter, of: FilterScope): string;
  /** When to look again: the next moment after now at which time alone may change the answer for `p`; null for never. */
  boundary(schema: Schema, filter: Filter, of: FilterScope): string;
  /** What several filters say of several people, by id. */
  ask(db: Queryable, question: Question): Promise<Map<string, Answers>>;
}

/** What belongs to a room after this one, and can be asked about. */
export interface Theirs {
  /** What people call it: "audience". */
  what: string;
  sql: MembershipSql;
  /** Those of these ids that are of none. */
  missing(db: Queryable, workspaceId: number, ids: readonly string[]): Promise<string[]>;
}

export function createFilters(o: {
  schema(db: Queryable, workspaceId: number): Promise<Schema>;
  /** People unless it says otherwise. */
  entity?: Entity;
}): Filters {
  const { entity = personEntity } = o;
  const membership = new Map<MembershipOperator, Theirs>();
  const askable = async (db: Queryable, workspaceId: number): Promise<Askable> => {
    const schema = await o.schema(db, workspaceId);
    return {
      field: (id) => hasField(entity, id, schema),
      activity: (id) => schema.activities.has(id),
      membership: (operator) => membership.has(operator),
    };
  };
  const condition: Filters['condition'] = (schema, filter, of) =>
    compileFilter(filter, { ...of, entity, schema, membership });
  const boundary: Filters['boundary'] = (schema, filter, of) =>
    compileBoundary(filter, { ...of, entity, schema, membership });
  return {
    register(operators, theirs) {
      for (const operator of operators) membership.set(operator, theirs);
    },
    problems: async (db, workspaceId, filter, at) => problemsWithFilter(filter, at, await askable(db, workspaceId)),
    async problemsNow(db, workspaceId, filter, at) {
      const asked = await askable(db, workspaceId);
      const problems = problemsWithFilter(filter, at, asked);
      if (problems.length > 0) return problems;
      const missing = await missingIn(db, workspaceId, filter as Filter, membership);
      return missing.size === 0 ? [] : problemsWithFilter(filter, at, { ...asked, about: (_, id) => missing.get(id) });
    },
    condition,
    boundary,
    ask: async (db, question) => ask(db, await o.schema(db, question.workspaceId), { condition, boundary }, question),
  };
}

/** What a right filter asks about and is not there, by its id, in words. */
async function missingIn(
  db: Queryable,
  workspaceId: number,
  filter: Filter,
  membership: ReadonlyMap<MembershipOperator, Theirs>,
): Promise<Map<string, string>> {
  const asked = new Map<Theirs, string[]>();
  for (const leaf of leavesOf(filter)) {
    const theirs = isMembershipOperator(leaf.operator) ? membership.get(leaf.operator) : undefined;
    if (theirs) asked.set(theirs, [...(asked.get(theirs) ?? []), askedAbout(leaf)!]);
  }
  const missing = new Map<string, string>();
  for (const [{ what, missing: among }, ids] of asked)
    for (const id of await among(db, workspaceId, ids)) missing.set(id, `there is no ${what} "${id}"`);
  return missing;
}
