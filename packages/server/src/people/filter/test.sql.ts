import { type Asked, dayAt, type Moment, type Test, type TextTest, today } from '@tributary/model';
import { type Parameters, zoneSql } from './parameters.ts';
import { isList, type Source } from './source.ts';

interface Asking {
  source: Source;
  parameters: Parameters;
  now: Date;
  workspaceId: number;
}

type Sql = { [K in Test['kind']]: (test: Extract<Test, { kind: K }>, asking: Asking) => string };

function textSql(test: TextTest, text: string, { parameters }: Asking): string {
  const value = (): string => parameters.add(test.value, 'text');
  switch (test.how) {
    case 'is':
      return `${text} = ${value()}`;
    case 'contains':
      return `strpos(${text}, ${value()}) > 0`;
    case 'starts':
      return `starts_with(${text}, ${value()})`;
    case 'ends': {
      const end = value();
      return `right(${text}, length(${end})) = ${end}`;
    }
    case 'greater':
      return `${text} collate "C" > ${value()}`;
    case 'less':
      return `${text} collate "C" < ${value()}`;
    case 'between':
      return `${text} collate "C" between ${value()} and ${parameters.add(test.to, 'text')}`;
  }
}

/** Conditions joined by "and"; true where there is none. */
const every = (...conditions: (string | undefined)[]): string =>
  conditions.filter((condition) => condition !== undefined).join(' and ') || 'true';

const given = <T>(value: T | undefined, make: (value: T) => string): string | undefined =>
  value === undefined ? undefined : make(value);

const tests: Sql = {
  present: (_test, { source }) => source.present,
  text: (test, asking) =>
    isList(asking.source)
      ? `exists (select from unnest(${asking.source.list}) item where ${textSql(test, 'item', asking)})`
      : textSql(test, asking.source.text, asking),
  number({ over, under, from, to, zero }, { source, parameters }) {
    const number = zero ? `coalesce(${source.number}, 0)` : source.number;
    const compared = (sign: string) => (value: number) => `${number} ${sign} ${parameters.add(value, 'numeric')}`;
    return every(
      given(over, compared('>')),
      given(under, compared('<')),
      given(from, compared('>=')),
      given(to, compared('<=')),
    );
  },
  bool: ({ is }, { source }) => (is ? source.bool : `not ${source.bool}`),
  list({ how, values }, { source: { list }, parameters }) {
    const all = parameters.add(values, 'text[]');
    const sql = {
      any: `${list} && ${all}`,
      all: `${list} @> ${all}`,
      same: `${list} @> ${all} and ${list} <@ ${all}`,
      sequence: `${list} = ${all}`,
    };
    return sql[how];
  },
  length({ over, under, is }, { source, parameters }) {
    const compared = (sign: string) => (value: number) =>
      `cardinality(${source.list}) ${sign} ${parameters.add(value, 'numeric')}`;
    return every(given(over, compared('>')), given(under, compared('<')), given(is, compared('=')));
  },
  item({ which, test }, asking) {
    const { list } = asking.source;
    return textSql(test, which === 'first' ? `(${list})[1]` : `(${list})[cardinality(${list})]`, asking);
  },
  instant({ from, before }, { source, parameters, now }) {
    const compared = (sign: string) => (moment: Moment) =>
      `${source.instant} ${sign} ${parameters.add(momentAt(moment, now), 'timestamptz')}`;
    return every(given(from, compared('>=')), given(before, compared('<')));
  },
  days({ from, to, timezone }, { source, parameters, now }) {
    const day = source.day(() => zoneSql(timezone, parameters));
    const todayIs = today(now, timezone);
    const compared = (sign: string) => (end: NonNullable<typeof from>) =>
      `${day} ${sign} ${parameters.add(dateText(dayAt(end, todayIs)), 'date')}`;
    return every(given(from, compared('>=')), given(to, compared('<=')));
  },
  anniversary({ inDays, timezone }, { source, parameters, now }) {
    const day = source.day(() => zoneSql(timezone, parameters));
    const on = parameters.add(dateText(dayAt({ inDays }, today(now, timezone))), 'date');
    // Years added to 29 February end on the 28th where there is no 29th.
    return `(${day} + make_interval(years => (extract(year from ${on}) - extract(year from ${day}))::int))::date = ${on}`;
  },
  near({ latitude, longitude, meters }, { source, parameters }) {
    const [lat, lng] = [parameters.add(latitude, 'float8'), parameters.add(longitude, 'float8')];
    const half = (from: string, to: string): string => `power(sind((${to} - ${from}) / 2), 2)`;
    const h = `${half(lat, source.latitude)} + cosd(${lat}) * cosd(${source.latitude}) * ${half(lng, source.longitude)}`;
    return `2 * 6371000 * asin(least(1, sqrt(${h}))) <= ${parameters.add(meters, 'float8')}`;
  },
  phone({ how, any }, { source, parameters }) {
    const numbers = any.map((digits) => parameters.add(digits, 'text'));
    return numbers
      .map((number) => (how === 'is' ? `${source.phone} = ${number}` : `starts_with(${source.phone}, ${number})`))
      .join(' or ');
  },
  'calling-code': ({ codes }, { source, parameters }) =>
    `${source.callingCode} = any(${parameters.add(codes, 'text[]')})`,
  id: ({ is }, { source, parameters, workspaceId }) =>
    source.hasId(parameters.add(is, 'text'), () => parameters.add(workspaceId, 'int')),
  tags: ({ any }, { source, parameters }) => `${source.tags} && ${parameters.add(any, 'int[]')}`,
};

/** A condition that is true or false, never null. */
export function testSql({ test, not }: Asked, asking: Asking): string {
  const sql = (tests[test.kind] as (test: Test, asking: Asking) => string)(test, asking);
  return `(${sql}) is ${not ? 'not ' : ''}true`;
}

function momentAt(moment: Moment, now: Date): Date {
  return 'at' in moment ? moment.at : new Date(now.getTime() - moment.ago);
}

/** As PostgreSQL writes it, which knows no year 0 and no sign: a day before the year 1 and one after 9999 are told apart. */
function dateText(day: Date): string {
  const year = day.getUTCFullYear();
  const inYear = day.toISOString().split('T')[0]!.slice(-6);
  return `${String(year > 0 ? year : 1 - year).padStart(4, '0')}${inYear}${year > 0 ? '' : ' BC'}`;
}
