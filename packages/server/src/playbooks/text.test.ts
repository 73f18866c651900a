import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Book, bookFrom } from './book.ts';
import { differences, isSame } from './differences.ts';
import type { Fault } from './fault.ts';
import { type Catalog, withIds, withNames } from './names.ts';
import { inOrder } from './order.ts';
import { type Source, sourceFrom } from './source.ts';
import { templateFrom, templateText } from './template-file.ts';
import { journeys } from './test/arbitrary.ts';
import { rewritten, yamlOf } from './write.ts';

const CASES = Number(process.env.TEXT_CASES ?? 300);
const AUDIENCE = '5f0000000000000000000001';
const JOURNEY = '5f0000000000000000000011';

const catalog: Catalog = {
  fields: [
    { id: 'str:cm:segment', name: 'Segment' },
    { id: 'dtz:cm:renewal', name: 'Renewal' },
    { id: 'str::first', name: 'First name' },
    { id: 'tags', name: 'Tags' },
    { id: 'str:cm:size', name: 'Size' },
    { id: 'int:cm:size', name: 'Size' },
  ],
  attributes: (id) => (id === 'act:cm:x' ? [{ id: 'str:cm:stage', name: 'Stage' }] : []),
  audiences: [
    { id: AUDIENCE, name: 'Customers' },
    { id: '5f0000000000000000000002', name: 'Twins' },
    { id: '5f0000000000000000000003', name: 'twins' },
  ],
  journeys: [
    { id: JOURNEY, name: 'Welcome' },
    { id: '5f0000000000000000000012', name: 'Two' },
    { id: '5f0000000000000000000013', name: 'two' },
  ],
  coming: ['New'],
};

const read = (text: string, file = 'a.journey.yaml'): Source => {
  const source = sourceFrom(file, text);
  assert.ok(!('faults' in source), JSON.stringify(source));
  return source;
};
const faultsOf = (text: string): string[] => {
  const source = sourceFrom('a.journey.yaml', text);
  const book: Book | { faults: Fault[] } = 'faults' in source ? source : bookFrom(source);
  assert.ok('faults' in book, 'nothing was wrong');
  return book.faults.map(({ line, at, problem }) => `${line}: ${at}: ${problem}`);
};

describe('a journey as text', () => {
  test(`says what was written, whatever it says (${CASES} random journeys)`, () => {
    fc.assert(
      fc.property(journeys, ({ journey, definition }) => {
        const ordered = inOrder(journey, definition);
        assert.ok(isSame(ordered, journey));
        assert.deepEqual(read(yamlOf({ journey: ordered })).data, { journey: ordered });
        assert.deepEqual(read(JSON.stringify({ journey }, null, 2)).data, { journey });
      }),
      { numRuns: CASES },
    );
  });

  test('a file that is changed says the new, whatever the old was', () => {
    fc.assert(
      fc.property(journeys, journeys, (one, other) => {
        const before = { journey: one.journey, templates: {} };
        const after = { journey: other.journey, templates: {} };
        const source = read(yamlOf(before));
        assert.ok(isSame(read(rewritten(source.document, source.data, after)).data, after));
      }),
      { numRuns: CASES },
    );
  });

  test('comments stay where nothing changes', () => {
    const text = [
      '# What this is for',
      'journey:',
      '  name: A # its name',
      '  entry: { activity: act:cm:x }',
      '  start: wait',
      '  shapes:',
      '    # Two days are enough',
      '    wait: { kind: delay, for: { days: 2 }, next: end }',
      '    end: { kind: exit }',
      '',
    ].join('\n');
    const { document, data } = read(text);
    const after = structuredClone(data) as { journey: { shapes: { wait: { for: { days: number } } } } };
    after.journey.shapes.wait.for.days = 3;
    assert.equal(rewritten(document, data, after), text.replace('days: 2', 'days: 3'));
  });

  test('a change of what has an anchor changes nothing else, and an anchor may go', () => {
    const text = [
      'journey:',
      '  shapes:',
      '    first: { kind: email, sending: &s { topic: A, cap: &c { messages: 1, hours: 2 } }, next: second }',
      '    second: { kind: email, sending: *s, next: third }',
      '    third: { kind: email, sending: { cap: *c }, next: fourth }',
      '    fourth: { kind: email, for: &f { days: 1 }, next: fifth }',
      '    fifth: { kind: delay, for: *f } # stays',
      '',
    ].join('\n');
    const { document, data } = read(text);
    type Shapes = Record<string, { sending: { topic: string; cap: { hours: number } } }>;
    const changed = (change: (shapes: Shapes) => void): string => {
      const after = structuredClone(data) as { journey: { shapes: Shapes } };
      change(after.journey.shapes);
      const said = rewritten(document, data, after);
      assert.deepEqual(read(said).data, after);
      assert.match(said, /fifth: \{ kind: delay, for: \*f \} # stays/);
      return said;
    };
    changed(({ first }) => {
      first!.sending.topic = 'B';
    });
    changed(({ first }) => {
      first!.sending.cap.hours = 3;
    });
    changed((shapes) => {
      delete shapes.first;
    });
    const other = changed(({ second }) => {
      second!.sending.topic = 'B';
    });
    assert.match(other, /first: \{ kind: email, sending: &s \{ topic: A, /);
    assert.match(other, /third: \{ kind: email, sending: \{ cap: \*c \}/);
  });

  test('shapes stand in the order in which people come to them', () => {
    const exit = { kind: 'exit' };
    const shapes = {
      a: exit,
      b: { kind: 'delay', for: { days: 1 }, next: 'a' },
      z: { kind: 'email', template: 'T', next: 'b' },
    };
    const journey = { start: 'z', shapes, entry: { activity: 'act:cm:x' }, name: 'A' };
    const ordered = inOrder(journey, journey as never);
    assert.deepEqual(Object.keys(ordered), ['name', 'entry', 'start', 'shapes']);
    assert.deepEqual(Object.keys(ordered.shapes as object), ['z', 'b', 'a']);
  });
});

describe('names in a journey', () => {
  const journeyOf = (more: object, shapes: object = {}) => {
    const journey = {
      name: 'A',
      entry: { activity: 'act:cm:x' },
      start: 'end',
      shapes: { ...shapes, end: { kind: 'exit' } },
      ...more,
    };
    const book = bookFrom(read(JSON.stringify({ journey })));
    assert.ok(!('faults' in book), JSON.stringify(book));
    return book;
  };
  const ids = (more: object, shapes?: object) => {
    const { journey, definition } = journeyOf(more, shapes);
    return withIds(journey, definition, catalog);
  };

  test('of fields, attributes and audiences become ids, wherever they stand', () => {
    const { journey, problems } = ids(
      {
        entry: { activity: 'act:cm:x', filter: { '$str::is': { field_id: 'Stage', value: 'Won' } }, key: 'Stage' },
        exits: [{ $and: [{ $is_member_of: { value: 'customers' } }, { $has_any_value: { field_id: 'segment' } }] }],
        goal: {
          name: 'G',
          when: {
            '$act::has_occurred': {
              field_id: 'act:cm:x',
              same: ['stage'],
              filter: { '$str::is': { field_id: 'Stage', value: 'a' } },
            },
          },
        },
        sending: { topic: 'Customers' },
        start: 'update',
      },
      {
        update: { kind: 'update', set: { Segment: 'x' }, clear: ['Renewal'], next: 'delay' },
        delay: { kind: 'delay', until: { field: 'Renewal' }, next: 'mail' },
        mail: { kind: 'email', template: 'T', sending: { topic: 'Customers' }, next: 'end' },
      },
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(journey, {
      name: 'A',
      entry: {
        activity: 'act:cm:x',
        filter: { '$str::is': { field_id: 'str:cm:stage', value: 'Won' } },
        key: 'str:cm:stage',
      },
      start: 'update',
      shapes: {
        update: { kind: 'update', set: { 'str:cm:segment': 'x' }, clear: ['dtz:cm:renewal'], next: 'delay' },
        delay: { kind: 'delay', until: { field: 'dtz:cm:renewal' }, next: 'mail' },
        mail: { kind: 'email', template: 'T', sending: { topic: AUDIENCE }, next: 'end' },
        end: { kind: 'exit' },
      },
      exits: [{ $and: [{ $is_member_of: { value: AUDIENCE } }, { $has_any_value: { field_id: 'str:cm:segment' } }] }],
      goal: {
        name: 'G',
        when: {
          '$act::has_occurred': {
            field_id: 'act:cm:x',
            same: ['str:cm:stage'],
            filter: { '$str::is': { field_id: 'str:cm:stage', value: 'a' } },
          },
        },
      },
      sending: { topic: AUDIENCE },
    });
  });

  test('are those of attributes where a condition asks what started the run', () => {
    const { journey, problems } = ids({ exits: [{ $has_any_value: { field_id: 'stage', of: 'entry' } }] });
    assert.deepEqual(problems, []);
    assert.deepEqual(journey.exits, [{ $has_any_value: { field_id: 'str:cm:stage', of: 'entry' } }]);
  });

  test('that stand for nothing, or for several, are told with their place', () => {
    const { problems } = ids({
      entry: { kind: 'audience', audience: 'Nobody' },
      exits: [
        { $has_any_value: { field_id: 'Size' } },
        { $or: [{ $is_member_of: { audience_id: 'Twins' } }, { $is_not_member_of: { audience_id: 'TWINS' } }] },
      ],
    });
    assert.deepEqual(
      problems.map(({ at, problem }) => `${at}: ${problem}`),
      [
        'exits[0].$has_any_value.field_id: "Size" is the name of several: write the id of one, str:cm:size or int:cm:size',
        'exits[1].$or[1].$is_not_member_of.audience_id: "TWINS" is the name of several: write the id of one, 5f0000000000000000000002 or 5f0000000000000000000003',
        'entry.audience: there is no audience "Nobody"',
      ],
    );
  });

  test('are written for audiences where one only has the name, and the way back changes nothing', () => {
    const { journey, definition } = journeyOf({
      exits: [
        { $is_member_of: { audience_id: AUDIENCE } },
        { $is_member_of: { audience_id: catalog.audiences[1]!.id } },
      ],
    });
    const text = withNames(journey, definition, catalog) as { exits: { $is_member_of: { audience_id: string } }[] };
    assert.deepEqual(
      text.exits.map((exit) => exit.$is_member_of.audience_id),
      ['Customers', catalog.audiences[1]!.id],
    );
    assert.deepEqual(withIds(text, definition, catalog).journey, journey);
  });

  test('of journeys in conditions are looked up, and written where one only has the name', () => {
    const asks = (operator: string, key: string, id: string) => ({ [operator]: { [key]: id } });
    const written = [
      asks('$is_member_of_campaign', 'campaign_id', 'welcome'),
      { $or: [asks('$has_left_campaign', 'value', 'Two'), asks('$has_started_campaign', 'campaign_id', 'New')] },
      asks('$has_left_campaign', 'campaign_id', '5f00000000000000000000ff'),
    ];
    const { journey, definition } = journeyOf({ exits: written });
    const { journey: asIds, problems, coming } = withIds(journey, definition, catalog);
    assert.deepEqual([problems, coming], [[], ['New']]);
    assert.deepEqual(asIds.exits, [
      asks('$is_member_of_campaign', 'campaign_id', JOURNEY),
      {
        $or: [
          asks('$has_left_campaign', 'value', '5f0000000000000000000012'),
          asks('$has_started_campaign', 'campaign_id', 'New'),
        ],
      },
      asks('$has_left_campaign', 'campaign_id', '5f00000000000000000000ff'),
    ]);
    const back = withNames(asIds, definition, catalog);
    assert.deepEqual((back.exits as object[])[0], asks('$is_member_of_campaign', 'campaign_id', 'Welcome'));
    assert.deepEqual(withIds(back, definition, catalog).journey, asIds);
    const wrong = journeyOf({
      exits: [asks('$has_left_campaign', 'campaign_id', 'Nowhere'), asks('$has_left_campaign', 'value', 'TWO')],
    });
    assert.deepEqual(withIds(wrong.journey, wrong.definition, catalog).problems, [
      { at: 'exits[0].$has_left_campaign.campaign_id', problem: 'there is no journey "Nowhere"' },
      {
        at: 'exits[1].$has_left_campaign.value',
        problem:
          '"TWO" is the name of several: write the id of one, 5f0000000000000000000012 or 5f0000000000000000000013',
      },
    ]);
  });

  test('the way there and back changes nothing, for random journeys', () => {
    fc.assert(
      fc.property(journeys, ({ journey, definition }) => {
        const { journey: asIds, problems } = withIds(journey, definition, catalog);
        fc.pre(problems.length === 0);
        assert.deepEqual(withIds(withNames(asIds, definition, catalog), definition, catalog).journey, asIds);
      }),
      { numRuns: CASES },
    );
  });
});

describe('what is wrong in a file', () => {
  const right = [
    'journey:',
    '  name: A',
    '  entry: { activity: act:cm:x }',
    '  start: mail',
    '  shapes:',
    '    mail: { kind: email, template: T, next: end }',
    '    end: { kind: exit }',
    'templates:',
    '  T:',
    '    subject: Hello',
    '    html: <p>{{ people.first-name }}</p>',
  ];
  const table: [what: string, change: (lines: string[]) => string[], expected: RegExp][] = [
    ['no YAML', (lines) => ['journey: [', ...lines], /^\d+: undefined: /],
    [
      'a second document',
      (lines) => [...lines, '---', ...lines],
      /^12: undefined: a second document begins here: a file/,
    ],
    [
      'a wrong "again"',
      (lines) => lines.with(2, '  entry: { activity: act:cm:x, again: always }'),
      /^3: journey\.entry\.again: write never, after-leaving, any-time, or \{ days: 30 \}/,
    ],
    [
      'a wrong cap',
      (lines) => lines.with(5, '    mail: { kind: email, template: T, next: end, sending: { cap: 1/16h } }'),
      /^6: journey\.shapes\.mail\.sending\.cap: write none, or \{ messages: 1, hours: 16 \}/,
    ],
    ['a key twice', (lines) => [...lines, 'journey: 1'], /^12: undefined: Map keys must be unique/],
    ['a tag', (lines) => [...lines.slice(0, 1), '  name: !odd A', ...lines.slice(2)], /^2: undefined: Unresolved tag/],
    ['an unknown part', (lines) => [...lines, 'tempaltes: {}'], /^12: : Unrecognized key: "tempaltes"/],
    [
      'an unknown shape',
      (lines) => lines.with(5, '    mail: { kind: emial, template: T, next: end }'),
      /^6: journey\.shapes\.mail\.kind: /,
    ],
    [
      'a missing part',
      (lines) => lines.with(5, '    mail: { kind: email, next: end }'),
      /^6: journey\.shapes\.mail\.template: is missing: expected a text$/,
    ],
    [
      'a way to nowhere',
      (lines) => lines.with(5, '    mail: { kind: email, template: T, next: and }'),
      /^6: journey\.shapes\.mail: leads to "and"/,
    ],
    [
      'a wrong condition',
      (lines) => [
        ...lines.slice(0, 3),
        '  exits:',
        '    - $and:',
        '        - $str::is: { field_id: str::first }',
        ...lines.slice(3),
      ],
      /^6: journey\.exits\[0\]\.\$and\[0\]\.\$str::is\.value: expected a string/,
    ],
    [
      'Liquid that can not be read',
      (lines) => lines.with(10, '    html: "{{ people.first-name | shout }}"'),
      /^11: templates\.T\.html: line 1: undefined filter: shout/,
    ],
    [
      'Liquid in a shape that can not be read, though a way leads nowhere',
      (lines) => [
        ...lines.slice(0, 5),
        '    mail: { kind: notice, to: [a@example.com], subject: "{{ a | shout }}", text: Hi, next: and }',
        ...lines.slice(6),
      ],
      /^6: journey\.shapes\.mail\.subject: .*undefined filter: shout/,
    ],
    [
      'a schedule that can not be read',
      (lines) =>
        lines.map((line) => line.replace(/entry: .*/, 'entry: { kind: schedule, cron: 61 9 * * 1, filter: {} }')),
      /journey\.entry\.cron: "61 9 \* \* 1" can not be read/,
    ],
    [
      'a part of another kind',
      (lines) => lines.with(5, '    mail: [email, T]'),
      /^6: journey\.shapes\.mail: expected keys with values, and it is a list$/,
    ],
    [
      'a template without a part',
      (lines) => lines.toSpliced(9, 1),
      /^9: templates\.T\.subject: is missing: expected a text$/,
    ],
    ['no journey at all', () => ['a: 1'], /^1: : Unrecognized key: "a"/],
    ['a journey that is left out', () => ['templates: {}'], /^1: journey: is missing$/],
    ['nothing', () => [''], /^1: : expected keys with values, and it is nothing$/],
  ];
  for (const [what, change, expected] of table) {
    test(`${what} is told with its line`, () => {
      const faults = faultsOf(change([...right]).join('\n'));
      assert.ok(
        faults.some((fault) => expected.test(fault)),
        faults.join('\n'),
      );
    });
  }

  test('aliases are written out, and too many of them are refused', () => {
    const alias = right
      .with(5, '    mail: &m { kind: email, template: T, next: end }')
      .toSpliced(6, 0, '    other: *m');
    assert.match(faultsOf(alias.join('\n')).join(), /journey\.shapes\.other: nothing leads here/);
    const bomb = [
      'a: &a [1]',
      ...Array.from({ length: 20 }, (_, i) => `k${i}: &k${i} [*${i ? `k${i - 1}` : 'a'}, *${i ? `k${i - 1}` : 'a'}]`),
    ];
    const source = sourceFrom('a.yaml', bomb.join('\n'));
    assert.ok('faults' in source);
    assert.match(source.faults[0]!.problem, /Excessive alias count/);
  });
});

describe('a template in a file of its own', () => {
  const templates = fc.record(
    {
      subject: fc.string({ minLength: 1, maxLength: 40 }).filter((text) => text.isWellFormed() && !/[{}]/.test(text)),
      html: fc.constantFrom(
        '<p>x</p>',
        '<p>\n</p>\n',
        '---\nname: not me\n---\n',
        'a\r\nb',
        '\n\n',
        'a{{ people.first-name }}',
      ),
      text: fc.option(fc.constantFrom('x', 'x\n', '\n', 'a\r\n\r\nb'), { nil: undefined }),
      fromName: fc.option(fc.constantFrom('Ann: Sales', '"A"', 'no'), { nil: undefined }),
    },
    { requiredKeys: ['subject', 'html'] },
  );

  test('says what was written', () => {
    fc.assert(
      fc.property(templates, fc.constantFrom('T', 'A: b', '# no'), (given, name) => {
        const template = JSON.parse(JSON.stringify(given)) as typeof given;
        const { html, text } = templateText(name, 't', template as never);
        const again = templateFrom({
          file: 't.html',
          base: 't',
          html,
          text: text === undefined ? undefined : { file: 't.txt', content: text },
        });
        assert.ok(!('faults' in again), JSON.stringify(again));
        assert.equal(again.name, name);
        assert.deepEqual(differences(again.template, template), []);
      }),
      { numRuns: CASES },
    );
  });

  test('what is wrong is told with its line in the file', () => {
    const table: [html: string, expected: string][] = [
      ['<p>x</p>', '1: undefined'],
      ['---\nname: A\n---\n<p>x</p>', '1: subject'],
      ['---\nsubject: A\nsender: B\n---\n<p>x</p>', '1: '],
      ['---\nsubject: "{{ x | shout }}"\n---\n<p>x</p>', '2: subject'],
      ['---\nsubject: A\n---\n<p>\n{{ x | shout }}</p>', '5: html'],
      ['---\nsubject: [\n---\n<p>x</p>', '1: undefined'],
      ['---\nname: 1\nsubject: A\n---\n<p>x</p>', '1: name'],
    ];
    for (const [html, expected] of table) {
      const read = templateFrom({ file: 't.html', base: 't', html, text: undefined });
      assert.ok('faults' in read, html);
      const [{ line, at } = { line: 0, at: '' }] = read.faults;
      assert.equal(`${line}: ${at}`, expected, html);
    }
  });
});
