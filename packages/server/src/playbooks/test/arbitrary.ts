import { checkJourney, type JourneyDefinition } from '@tributary/model';
import fc from 'fast-check';

/** Texts that text formats trip over. */
const odd = fc.constantFrom(
  ...[
    'no',
    'yes',
    'on',
    'null',
    '~',
    '12',
    '1e3',
    '0x1f',
    '2026-03-02',
    '- a',
    'a: b',
    '# c',
    'a #b',
    ' a ',
    '"q"',
    "'q'",
  ],
  ...[
    '{{ people.first-name }}',
    '{% if x %}\n  y\n{% endif %}\n',
    'line\r\nline',
    '\ttab',
    'é — “ß”',
    '&a *a !t',
    '|',
    '>',
    '---',
  ],
  ...['\u2028', '\u0007', '%', '@', '`', 'a\n\n', '\n', 'trailing \nspaces \n', '🙂'],
);
const text = fc.oneof(odd, fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }));
const word = text.filter((one) => one.trim().length > 0 && one.trim().length < 90).map((one) => one.trim());
const duration = fc.constantFrom({ days: 2 }, { hours: 1, minutes: 30 }, { seconds: 45 });

const leaf = fc.oneof(
  fc
    .record({ field_id: fc.constantFrom('str:cm:segment', 'Segment', 'str::first'), value: text })
    .map((body) => ({ '$str::is': body })),
  fc.record({ field_id: fc.constant('int::e'), value: fc.integer() }).map((body) => ({ '$int::greater_than': body })),
  fc
    .record({ audience_id: fc.constantFrom('Customers', 'customers', 'Twins', '5f0000000000000000000001') })
    .map((body) => ({ $is_member_of: body })),
  fc
    .record({
      field_id: fc.constant('act:cm:x'),
      same: fc.array(fc.constantFrom('Stage', 'str:cm:stage'), { maxLength: 2 }),
    })
    .map((body) => ({ '$act::has_occurred': body })),
);
const filter = fc.oneof(
  leaf,
  fc.array(leaf, { minLength: 1, maxLength: 3 }).map((parts) => ({ $and: parts })),
  fc.array(leaf, { minLength: 1, maxLength: 3 }).map((parts) => ({ $or: parts })),
);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Shapes that lead on to the next; the last one ends. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('email'), template: word, title: optional(word) }),
  fc.record({ kind: fc.constant('delay'), for: duration, unless: optional(filter) }),
  fc.record({ kind: fc.constant('wait'), until: filter, atMost: duration }),
  fc.record({
    kind: fc.constant('update'),
    set: fc.dictionary(fc.constantFrom('str:cm:a', 'Segment', 'no'), fc.jsonValue(), { minKeys: 1 }),
  }),
  fc.record({ kind: fc.constant('tag'), add: fc.array(word, { minLength: 1, maxLength: 3 }) }),
  fc.record({
    kind: fc.constant('action'),
    connector: fc.constant('kommo'),
    action: fc.constant('task'),
    input: fc.dictionary(word, fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 3 }),
  }),
  fc.record({ kind: fc.constant('notice'), to: fc.constant(['a@example.com']), subject: text, text }),
  fc.record({ kind: fc.constant('condition'), if: filter, yes: fc.constant('end'), no: fc.constant('next') }),
  fc.record({
    kind: fc.constant('split'),
    level: fc.boolean(),
    branches: fc.constant([
      { name: 'A', share: 33.5, next: 'next' },
      { name: 'no', share: 66.5, next: 'end' },
    ]),
  }),
);

const entry = fc.oneof(
  fc.record({
    activity: fc.constant('act:cm:x'),
    filter: optional(filter.filter((one) => !('$act' in one))),
    key: optional(text),
  }),
  fc.record({
    kind: fc.constant('audience'),
    audience: fc.constantFrom('Customers', 'Twins'),
    when: fc.constantFrom('enters', 'leaves'),
  }),
  fc.record({ kind: fc.constant('tag'), tag: word, again: fc.constantFrom('never', { days: 3 }) }),
  fc.record({
    kind: fc.constant('date'),
    field: fc.constantFrom('dtz:cm:renewal', 'Renewal'),
    days: fc.integer({ min: -60, max: 60 }),
  }),
);

/** Journeys that are right, with texts that are hard to write down. */
export const journeys: fc.Arbitrary<{ journey: Record<string, unknown>; definition: JourneyDefinition }> = fc
  .record({
    name: word,
    description: optional(text),
    entry,
    holdOut: fc.constantFrom(0, 0.1, 0.25),
    sending: optional(fc.record({ topic: fc.constantFrom('Customers', 'Twins') })),
    steps: fc.array(step, { minLength: 1, maxLength: 6 }),
  })
  .map(({ steps, ...rest }) => {
    const idOf = (i: number): string => (i < steps.length ? `s-${i}` : 'end');
    const shapes = Object.fromEntries(
      steps.map((each, i) => {
        const to = JSON.parse(
          JSON.stringify(each)
            .replaceAll('"next":"next"', `"next":"${idOf(i + 1)}"`)
            .replaceAll('"no":"next"', `"no":"${idOf(i + 1)}"`),
        ) as object;
        return [idOf(i), 'yes' in to || 'branches' in to ? to : { ...to, next: idOf(i + 1) }];
      }),
    );
    return { ...rest, start: idOf(0), shapes: { ...shapes, end: { kind: 'exit' } } };
  })
  .map((journey) => JSON.parse(JSON.stringify(journey)) as Record<string, unknown>)
  .map((journey) => ({ journey, checked: checkJourney(journey) }))
  .filter(({ checked }) => 'journey' in checked)
  .map(({ journey, checked }) => ({ journey, definition: (checked as { journey: JourneyDefinition }).journey }));
