import {
  askedAbout,
  askedBy,
  type Filter,
  groupOf,
  isActivityOperator,
  isMembershipOperator,
  isWrong,
  type Leaf,
  leafOf,
  leavesOf,
  type MembershipOperator,
  occurredOf,
} from '@tributary/model';
import type { Schema } from '../schema.ts';
import { type ActivityScope, activityBoundarySql, activitySql } from './activity.sql.ts';
import { boundariesSql } from './boundary.sql.ts';
import { type Entity, sourceOf } from './entity.ts';
import type { Parameters } from './parameters.ts';
import type { Source } from './source.ts';
import { testSql } from './test.sql.ts';

/**
 * A condition that another room answers, as SQL about the person `p.id`; false where there is nothing of that id. With
 * `each`, few people are asked about, and each is to be looked up.
 */
export type MembershipSql = (
  about: { operator: MembershipOperator; id: string; workspaceId: number; each: boolean },
  parameters: Parameters,
) => string;

export interface Compiling {
  entity: Entity;
  workspaceId: number;
  schema: Schema;
  now: Date;
  parameters: Parameters;
  membership: ReadonlyMap<MembershipOperator, { sql: MembershipSql }>;
  /** Few people are asked about, so each is looked up; otherwise everybody is gone through. */
  each: boolean;
  withoutMachines?: boolean | undefined;
  /** Conditions on the row that have to hold beside the one that is compiled. */
  narrowed?: readonly string[];
}

/** A filter as a condition on the row `p`; true or false, never null. The filter has been checked. */
export function compileFilter(filter: Filter, of: Compiling): string {
  return compile(filter, of, (fieldId) => sourceOf(of.entity, fieldId, of.schema));
}

function compile(filter: Filter, of: Compiling, source: (fieldId: string) => Source): string {
  if (Object.keys(filter).length === 0) return 'true';
  const group = groupOf(filter);
  if (group) {
    if (group.parts.length === 0) return String(group.all);
    if (!group.all) return `(${group.parts.map((part) => compile(part, of, source)).join(' or ')})`;
    const plain = group.parts.filter(isPlain).map((part) => compile(part, of, source));
    const narrowed = [...(of.narrowed ?? []), ...plain];
    const others = group.parts
      .filter((part) => !isPlain(part))
      .map((part) => compile(part, { ...of, narrowed }, source));
    return `(${[...plain, ...others].join(' and ')})`;
  }
  const leaf = leafOf(filter)!;
  if (isActivityOperator(leaf.operator)) return activitySql(leaf, scopeOf(leaf, of));
  if (isMembershipOperator(leaf.operator)) return membershipSql(leaf.operator, leaf, of);
  return testSql(checked(leaf), { ...asking(of), source: source(leaf.fieldId) });
}

/** Whether all that a filter asks is about the row itself. */
function isPlain(filter: Filter): boolean {
  return leavesOf(filter).every(
    ({ operator, fieldId }) => !isActivityOperator(operator) && !isMembershipOperator(operator) && !occurredOf(fieldId),
  );
}

/** The next moment after now at which the filter's answer for `p` may change without anything happening, or null. */
export function compileBoundary(filter: Filter, of: Compiling): string {
  const boundaries = boundariesIn(filter, of);
  return boundaries.length > 0 ? `least(${boundaries.join(', ')})` : 'null::timestamptz';
}

function boundariesIn(filter: Filter, of: Compiling): string[] {
  const group = groupOf(filter);
  if (group) return group.parts.flatMap((part) => boundariesIn(part, of));
  const leaf = leafOf(filter);
  if (!leaf || isMembershipOperator(leaf.operator)) return [];
  if (isActivityOperator(leaf.operator)) return [activityBoundarySql(leaf, scopeOf(leaf, of))];
  return boundariesSql(checked(leaf), { ...asking(of), source: sourceOf(of.entity, leaf.fieldId, of.schema) });
}

function scopeOf(leaf: Leaf, of: Compiling): ActivityScope {
  const { entity, now, parameters, each, withoutMachines } = of;
  return {
    table: entity.activityTable,
    owner: entity.owner,
    id: 'p.id',
    definitionId: of.schema.activities.get(leaf.fieldId)?.definitionId ?? 0,
    now,
    parameters,
    each,
    withoutMachines,
    entityTable: entity.table,
    narrowed: of.narrowed?.length ? of.narrowed.join(' and ') : undefined,
    where: (where, source) => compile(where, of, source),
  };
}

const asking = ({ parameters, now, workspaceId }: Compiling) => ({ parameters, now, workspaceId });

function checked(leaf: Leaf) {
  const asked = askedBy(leaf);
  if (!asked || isWrong(asked)) throw new Error(`a filter came unchecked: ${leaf.operator}`);
  return asked;
}

function membershipSql(operator: MembershipOperator, leaf: Leaf, of: Compiling): string {
  const theirs = of.membership.get(operator);
  // "False" would throw people out of where they belong: whoever asks waits for somebody who knows.
  if (!theirs) throw new Error(`nobody here answers ${operator}`);
  const { workspaceId, each } = of;
  return theirs.sql({ operator, id: askedAbout(leaf) ?? '', workspaceId, each }, of.parameters);
}
