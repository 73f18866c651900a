import { parseFieldId } from '@tributary/model';
import { escapeLiteral } from 'pg';

/**
 * Where a field's value comes from, as SQL of each type that a test may want;
 * null of that type where it has none of it, an empty array where it is a list.
 */
export interface Source {
  present: string;
  text: string;
  number: string;
  bool: string;
  list: string;
  instant: string;
  /** The date, or the day of the time in that zone, which is asked for where it matters. */
  day(timezone: () => string): string;
  latitude: string;
  longitude: string;
  /** Digits with the calling code, and the calling code alone. */
  phone: string;
  callingCode: string;
  /** Numbers of tags. */
  tags: string;
  /** Whether an id is that, or among those; the id as text, as it is inside, and the workspace for where it is looked up. */
  hasId(id: string, workspaceId: () => string): string;
}

const nothing: Source = {
  present: 'false',
  text: 'null::text',
  number: 'null::numeric',
  bool: 'false',
  list: `'{}'::text[]`,
  instant: 'null::timestamptz',
  day: () => 'null::date',
  latitude: 'null::float8',
  longitude: 'null::float8',
  phone: 'null::text',
  callingCode: 'null::text',
  tags: `'{}'::int[]`,
  // Never: what is asked for is no null. A parameter that stands nowhere is refused by PostgreSQL.
  hasId: (id) => `${id} is null`,
};

/** Whether its values are lists of texts. */
export const isList = (source: Source): boolean => source.list !== nothing.list;

/** Whether its values are moments. */
export const isTime = (source: Source): boolean => source.instant !== nothing.instant;

/** A moment that is a column. */
export function momentSource(column: string): Source {
  return {
    ...nothing,
    present: `${column} is not null`,
    instant: column,
    day: (timezone) => `(${column} at time zone ${timezone()})::date`,
  };
}

/** An id that is a column, as text as it is outside. */
export function idSource(column: string, of: IdOf): Source {
  return {
    ...nothing,
    present: `${column} is not null`,
    text: hexOf(column, of),
    hasId: (id) => `${column} = ${id}::bigint`,
  };
}

/** The same of a person: whoever has become another is found by the id they had. Looked up once, whoever is gone through. */
export function personIdSource(column: string): Source {
  return {
    ...idSource(column, 'person'),
    hasId: (id, workspaceId) => `${column} = coalesce((select a.person_id from person_alias a
      where a.workspace_id = ${workspaceId()} and a.old_id = ${id}::bigint), ${id}::bigint)`,
  };
}

/** A number that is computed. */
export function numberSource(sql: string): Source {
  return { ...nothing, present: `${sql} is not null`, number: sql };
}

/** Many ids, kept elsewhere: `rows` is what comes after "from", `column` the id in it. */
export function idsSource(rows: string, column: string): Source {
  const exists = (more = ''): string => `exists (select from ${rows}${more})`;
  // Whoever has become another is found by the id they had.
  const now = (id: string): string =>
    `coalesce((select a.person_id from person_alias a where a.workspace_id = p.workspace_id and a.old_id = ${id}::bigint), ${id}::bigint)`;
  return { ...nothing, present: exists(), hasId: (id) => exists(` and ${column} = ${now(id)}`) };
}

/** Tags by number, and by name in the order they were given. */
export function tagSource(table: string, alias: string): Source {
  return {
    ...nothing,
    present: `cardinality(${alias}.tags) > 0`,
    tags: `${alias}.tags`,
    list: `array(select lower(t.name) from unnest(${alias}.tags) with ordinality u(id, n)
      join ${table} t on t.workspace_id = ${alias}.workspace_id and t.id = u.id order by u.n)`,
  };
}

/** A value in a column of jsonb, by its field id; which types it can have, the id's prefix says. */
export function jsonSource(column: string, fieldId: string, type = parseFieldId(fieldId)?.type): Source {
  const key = escapeLiteral(fieldId);
  const [json, text] = [`(${column}->${key})`, `(${column}->>${key})`];
  const source = { ...nothing, present: `coalesce(jsonb_typeof(${json}), 'null') <> 'null'` };
  switch (type) {
    case 'str':
    case 'txt':
      return { ...source, text: `lower(${text})` };
    case 'idt':
      return { ...source, text: `lower(${text})`, hasId: (id) => `${text} = any(${hexesOf(id)})` };
    case 'int':
      return { ...source, number: `${text}::numeric` };
    case 'bol':
      return { ...source, bool: `coalesce(${text}::boolean, false)` };
    case 'sst':
    case 'stl':
    case 'strc':
      return { ...source, list: `array(select lower(item) from jsonb_array_elements_text(${json}) item)` };
    case 'tme':
      return {
        ...source,
        instant: `${text}::timestamptz`,
        day: (timezone) => `(${text}::timestamptz at time zone ${timezone()})::date`,
      };
    case 'dtz':
      return { ...source, day: () => dateOf(json) };
    case 'geo':
      return {
        ...source,
        text: `lower(${json}->>'name')`,
        latitude: `(${json}->>'lat')::float8 / 1e6`,
        longitude: `(${json}->>'lng')::float8 / 1e6`,
      };
    case 'phn':
      return {
        ...source,
        phone: `nullif(concat(${json}->>'c', ${json}->>'n'), '')`,
        callingCode: `${json}->>'c'`,
      };
    default:
      return source;
  }
}

/** Years that PostgreSQL's dates and a calendar have in common. */
function dateOf(json: string): string {
  const part = (name: string): string => `(${json}->>'${name}')::int`;
  return `case when ${part('year')} between 1 and 9999
    then make_date(${part('year')}, ${part('month')}, ${part('day')}) end`;
}

type IdOf = 'person' | 'account';

/** An id as it is outside, a person's and an account's. */
const hexesOf = (id: string): string => `array[${hexOf(id, 'person')}, ${hexOf(id, 'account')}]`;

/** `publicId` in SQL. */
function hexOf(id: string, of: IdOf): string {
  const rest = `lpad(to_hex(${id}::bigint >> 31), 8, '0'), lpad(to_hex(${id}::bigint & 2147483647), 12, '0'), '00'`;
  return `concat('${of === 'person' ? '00' : '10'}', ${rest})`;
}
