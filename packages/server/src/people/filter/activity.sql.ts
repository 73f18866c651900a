import { type Filter, isWrong, type Leaf, occurrenceOf, windowAt } from '@tributary/model';
import { type Parameters, zoneSql } from './parameters.ts';
import { jsonSource, type Source } from './source.ts';

/** Activities of one kind, as a condition restricts them, by whom they belong to. */
export interface ActivityScope {
  /** "activity" with its column of the owner. */
  table: string;
  owner: string;
  entityTable: string;
  /** The SQL of the owner's id outside. */
  id: string;
  definitionId: number;
  now: Date;
  parameters: Parameters;
  /** Compiles what a condition says of attributes. */
  where(filter: Filter, source: (fieldId: string) => Source): string;
  /** Not joined, but looked up for each person: where few people are asked about. */
  each: boolean;
  withoutMachines: boolean | undefined;
  /** What else has to hold for the owner, a row `p`, as a condition. */
  narrowed: string | undefined;
}

/**
 * Whether it occurred. Asked of everybody, "exists" becomes a join that PostgreSQL hashes; asked of a few, "is true"
 * keeps it from that, and each is looked up by the primary key.
 */
export function activitySql(leaf: Leaf, scope: ActivityScope): string {
  const { parameters, owner, id, each } = scope;
  const occurrence = occurrenceIn(leaf, scope.now);
  const found = (inner: string, outer = ''): string =>
    `exists (select from (${each ? inner : once(inner)}) x where x.${owner} = ${id}${outer})`;
  const asked = (sql: string): string => (each ? `(${sql}) is true` : sql);
  const selected = (): string => `${selection(scope)} and ${inside(leaf, scope)}`;
  const ofThem = narrowing(scope);
  if (leaf.operator === '$act::first' || leaf.operator === '$act::last') {
    const order = leaf.operator === '$act::first' ? 'asc' : 'desc';
    const one = `select distinct on (a.${owner}) a.* from ${scope.table} a where ${selection(scope)}${ofThem}
      order by a.${owner}, a.occurred_at ${order}, a.id ${order}`;
    return asked(found(one, ` and ${inside(leaf, scope, 'x')}`));
  }
  const times = (having: string): string =>
    found(`select a.${owner} from ${scope.table} a where ${selected()}${ofThem} group by a.${owner}${having}`);
  const having = (sign: string, n: number): string => ` having count(*) ${sign} ${parameters.add(n, 'bigint')}`;
  const { atLeast, atMost } = occurrence;
  const conditions: string[] = [];
  if (atLeast === 1) {
    conditions.push(asked(`exists (select from ${scope.table} a where a.${owner} = ${id} and ${selected()})`));
  }
  if (atLeast > 1) conditions.push(asked(times(having('>=', atLeast))));
  if (Number.isFinite(atMost)) conditions.push(`not ${asked(times(having('>', atMost)))}`);
  const occurred = conditions.length > 0 ? `(${conditions.join(' and ')})` : 'true';
  return leaf.operator === '$act::has_not_occurred' ? `not ${occurred}` : occurred;
}

/** By one process and not by each of those that share the work: it can not be shared itself. */
const once = (inner: string): string => `with counted as materialized (${inner}) select * from counted`;

/**
 * To count what a million people did and then look at the few who pass the rest takes longer than the other way
 * round. "Exists" about `p` inside is about another `p`.
 */
function narrowing({ each, narrowed, entityTable, owner }: ActivityScope): string {
  return each || narrowed === undefined
    ? ''
    : ` and exists (select from ${entityTable} p where p.id = a.${owner} and ${narrowed})`;
}

/** The next moment at which time alone changes the answer for a person; "null" where it never does. */
export function activityBoundarySql(leaf: Leaf, scope: ActivityScope): string {
  const { window, timezone } = occurrenceIn(leaf, scope.now);
  if (!window || 'from' in window) return 'null::timestamptz';
  const { parameters, table, owner, id, now } = scope;
  const own = `from ${table} a where a.${owner} = ${id} and ${selection(scope)}`;
  if ('ago' in window) {
    // One millisecond after it has left the window: moments are whole milliseconds here.
    const length = `${parameters.add(window.ago + 1, 'float8')} * interval '1 millisecond'`;
    return `(select min(a.occurred_at) + ${length} ${own} and ${inside(leaf, scope)})`;
  }
  const zone = zoneSql(timezone, parameters);
  const moment = parameters.add(now, 'timestamptz');
  // No window of the calendar reaches further back than a year.
  return `(select case when exists (select ${own} and a.occurred_at > ${moment} - interval '370 days')
    then ((${moment} at time zone ${zone})::date + 1)::timestamp at time zone ${zone} end)`;
}

function occurrenceIn(leaf: Leaf, now: Date) {
  const occurrence = occurrenceOf(leaf.body, now);
  if (isWrong(occurrence)) throw new Error(`${occurrence.key}: ${occurrence.problem}`);
  return occurrence;
}

function selection({ definitionId, parameters, withoutMachines }: ActivityScope): string {
  const human = withoutMachines ? ` and (a.attributes->'bol::m') is distinct from 'true'::jsonb` : '';
  return `a.definition_id = ${parameters.add(definitionId, 'int')}${human}`;
}

function inside(leaf: Leaf, scope: ActivityScope, alias = 'a'): string {
  const { parameters, now } = scope;
  const { from, before } = windowAt(occurrenceIn(leaf, now), now);
  const conditions = [
    ...(from ? [`${alias}.occurred_at >= ${parameters.add(from, 'timestamptz')}`] : []),
    ...(before ? [`${alias}.occurred_at < ${parameters.add(before, 'timestamptz')}`] : []),
    ...(leaf.where ? [scope.where(leaf.where, (fieldId) => jsonSource(`${alias}.attributes`, fieldId))] : []),
  ];
  return conditions.length > 0 ? conditions.join(' and ') : 'true';
}
