import type { Asked, Day, Test } from '@tributary/model';
import { type Parameters, zoneSql } from './parameters.ts';
import type { Source } from './source.ts';

/**
 * The moments at which time alone may change what a test says of a value; the
 * first of them after now is when to look again. To look once too often does no
 * harm, so around 29 February there are some more than need be.
 */
export function boundariesSql({ test }: Asked, of: { source: Source; parameters: Parameters; now: Date }): string[] {
  const { source, parameters, now } = of;
  const later = (sql: string): string => {
    const moment = parameters.add(now, 'timestamptz');
    return `(select min(b) from (values ${sql}) v(b) where b > ${moment})`;
  };
  switch (test.kind) {
    case 'instant': {
      const moved = [test.from, test.before].flatMap((end) => (end && 'ago' in end ? [end.ago] : []));
      if (moved.length === 0) return [];
      // The moment after: at the very moment "not before" still holds.
      const at = (ms: number): string =>
        `(${source.instant} + ${parameters.add(ms + 1, 'float8')} * interval '1 millisecond')`;
      return [later(moved.map(at).join(', '))];
    }
    case 'days': {
      const moved = [test.from, test.to].flatMap((end) => (end && 'inDays' in end ? [end] : []));
      if (moved.length === 0) return [];
      const zone = zoneSql(test.timezone, parameters);
      return [
        later(
          moved
            .flatMap((end) =>
              daysSql(
                end,
                source.day(() => zone),
                zone,
                parameters,
              ),
            )
            .join(', '),
        ),
      ];
    }
    case 'anniversary':
      return [anniversarySql(test, of)];
    default:
      return [];
  }
}

/** The beginnings of the days on which "today and so many days and years" passes a day. */
function daysSql(end: Extract<Day, { inDays: number }>, day: string, zone: string, parameters: Parameters): string[] {
  const shifted = `(${day} - ${parameters.add(end.inDays, 'int')})`;
  const passed = end.inYears
    ? `(${shifted} - make_interval(years => ${parameters.add(end.inYears, 'int')}))::date`
    : shifted;
  const around = end.inYears ? [-1, 0, 1, 2] : [0, 1];
  return around.map((more) => `(((${passed} + ${more})::timestamp) at time zone ${zone})`);
}

function anniversarySql(
  { inDays, timezone }: Extract<Test, { kind: 'anniversary' }>,
  { source, parameters, now }: { source: Source; parameters: Parameters; now: Date },
): string {
  const zone = zoneSql(timezone, parameters);
  const moment = parameters.add(now, 'timestamptz');
  const day = source.day(() => zone);
  const years = `(extract(year from ${moment} at time zone ${zone}) - extract(year from ${day}))::int + y`;
  const on = `(${day} + make_interval(years => ${years}))::date - ${parameters.add(inDays, 'int')} + d`;
  return `(select min(b) from (select (${on})::timestamp at time zone ${zone} as b
    from generate_series(-1, 2) y, generate_series(0, 1) d where ${day} is not null) s where b > ${moment})`;
}
