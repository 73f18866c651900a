import type { Fields, Filter } from '@tributary/model';
import fc from 'fast-check';

const DAY = 24 * 3600 * 1000;
/** A day before a change of the clock in Europe, in a leap year. */
export const NOW = new Date('2028-02-29T10:30:00.000Z');

const word = fc.constantFrom('', 'a', 'Ab', 'abc', 'B', 'ä', 'Zoë', 'a b', '1', 'ΣΑΣ', 'σας', 'İa', 'ia');
const small = fc.integer({ min: -3, max: 3 });
const zone = fc.constantFrom('UTC', 'Europe/Lisbon', 'Australia/Sydney', 'America/St_Johns', 'Asia/Kolkata');
const near = (unit: number, spread: number): fc.Arbitrary<Date> =>
  fc
    .tuple(fc.integer({ min: -spread, max: spread }), fc.constantFrom(0, 0, 1, -1, 3_600_000))
    .map(([n, off]) => new Date(NOW.getTime() + n * unit + off));
const moment = fc.oneof(near(DAY, 4), near(3_600_000, 30), near(365 * DAY, 4)).map((at) => at.toISOString());
const date = fc
  .oneof(near(DAY, 4), near(365.25 * DAY, 4), fc.constant(new Date('2024-02-29T00:00:00Z')))
  .map((at) => ({ year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate(), timezone: 'UTC' }));
const place = fc.record({
  name: word,
  lat: fc.integer({ min: -2e6, max: 2e6 }),
  lng: fc.integer({ min: -2e6, max: 2e6 }),
});
const phone = fc.constantFrom({ c: '1', n: '2125550123' }, { c: '61', n: '401234567' }, { c: '351', n: '912345678' });

/** Fields of every type; `record` takes all of them. */
export const people: fc.Arbitrary<{
  fields: Fields;
  tags: string[];
  did: { id: string; at: Date; attributes: Fields }[];
}> = fc.record({
  fields: fc
    .record(
      {
        'str:cm:word': word,
        'txt:cm:text': word,
        'int:cm:number': small,
        'bol:cm:flag': fc.boolean(),
        'dtz:cm:day': date,
        'tme:cm:time': moment,
        'geo:cm:place': place,
        'phn:cm:phone': phone,
        'sst:cm:set': fc.uniqueArray(fc.constantFrom('a', 'B', 'abc', 'ΣΑΣ'), { maxLength: 3 }),
      },
      { requiredKeys: [] },
    )
    .map((fields) => fields as unknown as Fields),
  tags: fc.uniqueArray(fc.constantFrom('One', 'Two', 'Three'), { maxLength: 3 }),
  did: fc.array(
    fc.record({
      id: fc.constantFrom('act:cm:one', 'act:cm:two'),
      at: near(DAY, 4).filter((at) => at.getTime() < NOW.getTime() + 60_000),
      attributes: fc.record(
        { 'str:cm:word': word, 'int:cm:number': small },
        { requiredKeys: [] },
      ) as fc.Arbitrary<Fields>,
    }),
    { maxLength: 5 },
  ),
});

const leaf = (operator: string, field_id: string, body: object): Filter => ({ [operator]: { field_id, ...body } });
const with_ = <T>(
  operators: readonly string[],
  fields: readonly string[],
  body: fc.Arbitrary<T>,
): fc.Arbitrary<Filter> =>
  fc
    .record({ o: fc.constantFrom(...operators), f: fc.constantFrom(...fields), b: body })
    .map(({ o, f, b }) => leaf(o, f, b as object));
const of = <K extends string>(key: K, value: fc.Arbitrary<unknown>) => value.map((v) => ({ [key]: v }));
const named = (prefix: string, names: string): string[] => names.split(' ').map((name) => prefix + name);

const textFields = ['str:cm:word', 'txt:cm:text', 'geo:cm:place'];
const lists = ['sst:cm:set', 'tags'];
const dates = named('', 'absolute_on absolute_before absolute_after');
const relative = named('', 'relative_exactly relative_less_than relative_more_than');
const ahead = named('', 'occurs_in occurs_in_less_than occurs_in_more_than');
const ages = named('', 'age_exactly age_less_than age_more_than');
const timed = (prefix: '$dtz::' | '$tme::', fields: readonly string[]): fc.Arbitrary<Filter>[] => {
  const spelled = (names: string[]) => names.map((name) => prefix + name);
  const body = <T extends object>(arbitrary: fc.Arbitrary<T>) =>
    fc.tuple(arbitrary, zone).map(([given, timezone]) => ({ ...given, timezone }));
  const day = moment.map((at) => at.slice(0, 10));
  return [
    with_(spelled(dates), fields, body(of('value', day))),
    with_(spelled(['absolute_between']), fields, body(fc.record({ from: day, to: day }))),
    with_(spelled(relative), fields, body(of('days_ago', small))),
    with_(spelled(ahead), fields, body(of('days', small))),
    with_(spelled(ages), fields, body(of('years', fc.integer({ min: 0, max: 4 })))),
    with_(spelled(['anniversary']), fields, body(of('days', small))),
  ];
};

const condition: fc.Arbitrary<Filter> = fc.oneof(
  with_(
    named('$', 'has_any_value has_no_value'),
    [...textFields, ...lists, 'int:cm:number', 'dtz:cm:day', 'l', 'f'],
    fc.constant({}),
  ),
  with_(
    named('$str::', 'is is_not contains does_not_contains starts ends greater_than less_than'),
    textFields,
    of('value', word),
  ),
  with_(named('$str::', 'is is_not contains does_not_contains starts ends'), [...lists, 'u4s::t'], of('value', word)),
  with_(['$str::set_contains', '$str::set_does_not_contains'], ['u4s::t'], of('value', fc.constantFrom('one', 'Two'))),
  with_(['$str::between'], textFields, fc.record({ from: word, to: word })),
  with_(
    named('$str::', 'set_is set_is_not set_contains set_contains_any set_does_not_contains list_is list_is_not'),
    lists,
    of('value', fc.array(fc.constantFrom('a', 'b', 'ABC', 'one', 'Two'), { minLength: 1, maxLength: 3 })),
  ),
  with_(named('$str::set_', 'contains_less_than contains_more_than has_exactly'), lists, of('value', small)),
  with_(
    named('$str::list_', 'first_item_is first_item_is_not last_item_contains last_item_starts last_item_ends'),
    lists,
    of('value', word),
  ),
  with_(
    named('$int::', 'is is_not greater_than less_than'),
    ['int:cm:number'],
    fc.record({ value: small, not_existing_as_zero: fc.boolean() }),
  ),
  with_(
    named('$int::', 'between not_between'),
    ['int:cm:number'],
    fc.record({ min: small, max: small, not_existing_as_zero: fc.boolean() }),
  ),
  with_(['$bol::is'], ['bol:cm:flag'], of('value', fc.boolean())),
  with_(named('$geo::', 'is is_not'), ['geo:cm:place'], of('value', word)),
  with_(
    named('$proximity_', 'is_within is_not_within'),
    ['geo:cm:place'],
    of(
      'value',
      fc.record({
        latitude: fc.constant(0.1),
        longitude: fc.constant(0.2),
        radius: fc.integer({ min: 0, max: 300 }),
        unit: fc.constantFrom('km', 'mi'),
      }),
    ),
  ),
  with_(
    named('$phn::', 'iis iis_not starts'),
    ['phn:cm:phone'],
    of('value', fc.constantFrom('12125550123', '0061401234567', { c: '61', n: '0401234567' }, '351', '6', '1')),
  ),
  with_(['$phn::in_iso2_country_codes'], ['phn:cm:phone'], of('value', fc.constantFrom(['AU'], ['pt', 'us']))),
  with_(['$u4s::is', '$u4s::is_not'], ['u4s::t', 'tags'], of('value', fc.constantFrom(1, 2, [2, 3], 9))),
  ...timed('$dtz::', ['dtz:cm:day']),
  ...timed('$tme::', ['tme:cm:time', 'l', 'f', 'tme::act:cm:one!f', 'tme::act:cm:two!l']),
);

const timeframe = fc.oneof(
  fc
    .constantFrom('last-24-hours', 'last-7-days', 'today', 'yesterday', 'this-week', 'this-month', 'this-year', 'all')
    .map((type) => ({ type })),
  fc.integer({ min: 1, max: 4 }).map((days) => ({ days })),
  fc.constant({ from: '2028-02-27T00:00:00Z', to: '2028-02-29T00:00:00Z' }),
);
const attribute = fc.oneof(
  with_(named('$str::', 'is contains'), ['str:cm:word'], of('value', word)),
  with_(['$int::greater_than'], ['int:cm:number'], of('value', small)),
);
const activity: fc.Arbitrary<Filter> = fc
  .tuple(
    fc.constantFrom(...named('$act::', 'has_occurred has_not_occurred first last')),
    fc.constantFrom('act:cm:one', 'act:cm:two'),
    fc.record({
      count: fc.option(
        fc
          .tuple(fc.constantFrom('at_least', 'at_most', 'exactly'), fc.integer({ min: 0, max: 3 }))
          .map(([key, n]) => ({ [key]: n })),
        { nil: undefined },
      ),
      timeframe: fc.option(timeframe, { nil: undefined }),
      filter: fc.option(attribute, { nil: undefined }),
      timezone: zone,
    }),
  )
  .map(([operator, field, { count, ...body }]) =>
    leaf(operator, field, operator.endsWith('occurred') && count ? { ...body, count } : body),
  );

export const filters: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: condition },
    { weight: 3, arbitrary: activity },
    { weight: 1, arbitrary: fc.array(tie('filter'), { maxLength: 3 }).map((parts): Filter => ({ $and: parts })) },
    { weight: 1, arbitrary: fc.array(tie('filter'), { maxLength: 3 }).map((parts): Filter => ({ $or: parts })) },
  ),
})).filter;
