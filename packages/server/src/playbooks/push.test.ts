import assert from 'node:assert/strict';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { publicAudienceId } from '../audiences/index.ts';
import { transaction } from '../platform/database/pool.ts';
import { diff } from './diff.ts';
import { differenceInWords } from './differences.ts';
import { pull } from './pull.ts';
import { push } from './push.ts';
import { readLibrary } from './read.ts';
import { openShelf, type TestShelf } from './test/shelf.ts';

const JOURNEY = `# How we follow up
journey:
  name: Follow-up
  entry:
    activity: act:cm:demo-booked
    filter: { $str::is: { field_id: Place, value: Lisbon } } # only there
    key: Place
  exits:
    - $is_member_of: { audience_id: Subscribers }
    - $has_any_value: { field_id: Plan }
  start: mail
  shapes:
    # The first one
    mail: { kind: email, template: Hello, next: wait }
    wait: { kind: delay, for: { days: 2 }, next: again }
    again: { kind: email, template: Still there?, next: set }
    set: { kind: update, set: { Plan: Trial }, next: end }
    end: { kind: exit }
activities:
  - { name: Demo booked, attributes: [{ name: Place, type: text }] }
fields:
  - { name: Plan, type: single_select, choices: [Trial, Paid] }
templates:
  Still there?:
    subject: Still there?
    html: <p>Still there?</p>
`;
const HELLO = '---\nname: Hello\nsubject: Hello {{ people.first-name }}\n---\n<p>Hello</p>\n';

describe('journeys as text', () => {
  let shelf: TestShelf;
  before(async () => {
    shelf = await openShelf();
  });
  after(() => shelf.close());
  beforeEach(async () => {
    for (const name of await readdir(shelf.folder)) await rm(join(shelf.folder, name), { recursive: true });
    await shelf.write({ 'follow-up.journey.yaml': JOURNEY, 'templates/hello.html': HELLO });
  });

  const pushed = async (o: { dryRun?: boolean; path?: string } = {}) => {
    const library = await readLibrary(o.path ?? shelf.folder);
    const told = await push(shelf, shelf.ws, library, { dryRun: o.dryRun ?? false });
    return told.map(({ what, name, did, version, differences = [] }) =>
      [what, name, did, version ?? '', ...differences.map(differenceInWords)].join(' ').trim(),
    );
  };
  const refusal = async (files: Record<string, string>): Promise<string> => {
    await shelf.write(files);
    const error = await pushed().then(
      () => assert.fail('nothing was wrong'),
      (thrown: Error & { code?: string }) => thrown,
    );
    assert.equal(error.code, 'text_is_wrong', error.stack);
    return error.message.replaceAll(`${shelf.folder}/`, '');
  };
  const change = (from: string, to: string) => {
    assert.ok(JOURNEY.includes(from));
    return { 'follow-up.journey.yaml': JOURNEY.replace(from, to) };
  };
  const counts = async () => {
    const { rows } = await shelf.db.query(
      `select (select count(*)::int from journey_version) as versions, (select count(*)::int from template) as templates,
              (select count(*)::int from field) as fields,
              (select count(*)::int from activity_definition where not built_in) as activities`,
    );
    return rows[0];
  };

  test('what is wrong is all told, with file, line and place, and nothing of the push stays', async () => {
    const before = await counts();
    const message = await refusal({
      ...change('template: Hello, next', 'template: Nothing, next'),
      'other.journey.yaml': JOURNEY.replace('name: Follow-up', 'name: Other')
        .replace('act:cm:demo-booked', 'act:cm:unheard')
        .replace(/templates:[\s\S]*/, ''),
    });
    assert.equal(
      message,
      [
        'these are wrong:',
        'follow-up.journey.yaml:14:26: journey.shapes.mail.template: there is no template "Nothing"',
        'other.journey.yaml:6:27: journey.entry.filter.$str::is.field_id: there is no attribute of act:cm:unheard "Place"',
        'other.journey.yaml:7:5: journey.entry.key: there is no attribute of act:cm:unheard "Place"',
        'other.journey.yaml:5:5: journey.entry.activity: there is no activity act:cm:unheard: create its definition first',
      ].join('\n'),
    );
    const later = await refusal({
      'other.journey.yaml': JOURNEY.replace('name: Follow-up', 'name: Other')
        .replace('kind: delay, for: { days: 2 }', 'kind: action, connector: kommo, action: dance, input: {}')
        .replace(/templates:[\s\S]*/, ''),
    });
    assert.match(
      later,
      /^follow-up\.journey\.yaml:14:26: journey\.shapes\.mail\.template: there is no template "Nothing"$/m,
    );
    assert.match(later, /^other\.journey\.yaml:15:\d+: journey\.shapes\.wait\.action: Kommo knows no action "dance"/m);
    assert.deepEqual(await counts(), before);
    assert.equal((await shelf.people.schema(shelf.db, shelf.ws)).fields.has('str:cm:plan'), false);
  });

  test('a dry run says what a push would do, and changes nothing', async () => {
    const before = await counts();
    const told = await pushed({ dryRun: true });
    assert.deepEqual(told, [
      'field str:cm:plan new',
      'activity act:cm:demo-booked new',
      'template Still there? new',
      'template Hello new',
      'journey Follow-up new 1',
    ]);
    assert.deepEqual(await counts(), before);
    assert.equal((await shelf.people.schema(shelf.db, shelf.ws)).activities.has('act:cm:demo-booked'), false);
  });

  test('a push does it, the next one has nothing to do, and one that changes something says what', async () => {
    assert.equal((await pushed()).length, 5);
    const journey = await shelf.journeys.definitions.find(shelf.db, shelf.ws, 'Follow-up');
    const [subscribers] = await shelf.audiences.list(shelf.ws, { search: 'Subscribers', limit: 1, offset: 0 });
    const { entry, exits, shapes } = journey!.definition as {
      entry: object;
      exits: unknown;
      shapes: { set: { set: unknown } };
    };
    assert.deepEqual(entry, {
      activity: 'act:cm:demo-booked',
      filter: { '$str::is': { field_id: 'str:cm:place', value: 'Lisbon' } },
      key: 'str:cm:place',
    });
    assert.deepEqual(exits, [
      { $is_member_of: { audience_id: publicAudienceId(subscribers!) } },
      { $has_any_value: { field_id: 'str:cm:plan' } },
    ]);
    assert.deepEqual(shapes.set.set, { 'str:cm:plan': 'Trial' });
    assert.deepEqual(await pushed(), ['journey Follow-up unchanged 1']);
    await shelf.write({
      ...change('days: 2', 'days: 3'),
      'templates/hello.html': HELLO.replace('Hello</p>', 'Hi</p>'),
    });
    assert.deepEqual(await pushed(), [
      'template Hello changed',
      'journey Follow-up changed 2 shapes.wait.for.days: 2 → 3',
    ]);
    await shelf.write(change('days: 2', 'days: 2'));
    assert.deepEqual(await pushed({ path: join(shelf.folder, 'follow-up.journey.yaml') }), [
      'journey Follow-up changed 3 shapes.wait.for.days: 3 → 2',
    ]);
  });

  test('a journey that lets nobody in stays so where nothing changed', async () => {
    await pushed();
    await shelf.journeys.turn(shelf.ws, 'Follow-up', 'off');
    const library = await readLibrary(shelf.folder);
    const [only] = await push(shelf, shelf.ws, library, { dryRun: false });
    assert.deepEqual([only?.did, only?.state], ['unchanged', 'draining']);
    await shelf.journeys.turn(shelf.ws, 'Follow-up', 'on');
  });

  test('what is hardly meant is told with the push, and with one that only tries; journeys that name each other are there', async () => {
    const one = (name: string, other: string) =>
      `journey:\n  name: ${name}\n  entry: { kind: direct }\n  start: on\n  shapes:\n` +
      `    on: { kind: journey, do: add, journey: ${other}, next: end }\n    end: { kind: exit }\n`;
    const files = { 'b.journey.yaml': one('There', 'Back'), 'c.journey.yaml': one('Back', 'There') };
    await shelf.write({ ...files, 'd.journey.yaml': one('Lost', 'Nowhere') });
    const warned = async (dryRun: boolean) =>
      (await push(shelf, shelf.ws, await readLibrary(shelf.folder), { dryRun })).flatMap(({ name, warnings = [] }) =>
        warnings.flatMap(({ at, problem }) => (at.startsWith('shapes.on.') ? `${name} ${at}: ${problem}` : [])),
      );
    const nowhere = ['Lost shapes.on.journey: there is no journey “Nowhere”: nobody is passed on'];
    assert.deepEqual(await warned(true), nowhere);
    assert.deepEqual(await warned(false), nowhere);
    assert.deepEqual(await warned(false), nowhere, 'as long as it is so');
    for (const name of ['There', 'Back', 'Lost'])
      await shelf.journeys.manage.changeState(shelf.ws, { name }, 'archive', { by: 'a test' });
  });

  test('so is what mail programs make nothing of, in a template', async () => {
    await shelf.write({
      'templates/hello.html': HELLO.replace(
        '<p>Hello</p>',
        '<a href="www.acme.example">Hello</a> <a href="{{ unsubscribe_url }}">No more</a>',
      ),
    });
    const tried = await push(shelf, shelf.ws, await readLibrary(shelf.folder), { dryRun: true });
    const told = tried.flatMap(({ warnings = [] }) => warnings).filter(({ at }) => at === 'shapes.mail.template');
    const problem = '“Hello” has a link to “www.acme.example”, which is no whole address: write it with https://';
    assert.deepEqual(told, [{ at: 'shapes.mail.template', problem }]);
  });

  test('names in a template that are nothing are hardly meant, nor is a mail without a link to unsubscribe', async () => {
    const text = [
      '{{ unsubscribe-url }} {{ people.fist-name }} {{ people.custom.sgment }} {{ person.email }}',
      '{{ people.first-name }} {{ people["last-name"] }} {{ unsubscribe_url }} {{ activity.custom.bought.total }}',
      '{% assign seen = people.email %}{{ seen }}{% for one in activity.items %}{{ one.name }}{{ forloop.index }}{% endfor %}',
    ].join('\n');
    const template = { subject: '{{ people.first-name }}', html: '<p>Hello</p>', text };
    const journey = {
      ...{ name: 'Typos', entry: { kind: 'direct' }, start: 'hello' },
      shapes: {
        hello: { kind: 'email', template: 'Typos', next: 'receipt' },
        receipt: { kind: 'email', template: 'Typos', sending: { transactional: true }, next: 'end' },
        end: { kind: 'exit' },
      },
    };
    await shelf.write({ 'typos.journey.json': JSON.stringify({ journey, templates: { Typos: template } }) });
    const library = await readLibrary(join(shelf.folder, 'typos.journey.json'));
    const wrong = ['unsubscribe-url', 'people.fist-name', 'people.custom.sgment', 'person.email'].map(
      (name) => `“Typos” names {{ ${name} }}, which is nothing: it stays empty for everybody`,
    );
    const [, { warnings = [] } = {}] = await push(shelf, shelf.ws, library, { dryRun: true });
    assert.deepEqual(
      warnings.flatMap(({ at, problem }) => (at.endsWith('.template') ? [`${at}: ${problem}`] : [])),
      [
        ...wrong,
        '“Typos” has no link to unsubscribe: put {{ unsubscribe_url }} into it, or say that it is transactional',
      ]
        .map((problem) => `shapes.hello.template: ${problem}`)
        .concat(wrong.map((problem) => `shapes.receipt.template: ${problem}`)),
    );
    await rm(join(shelf.folder, 'typos.journey.json'));
  });

  test('files are not touched by a push, nor by a pull that finds the same', async () => {
    await pushed();
    const files = await shelf.read();
    const times = async () => {
      const found = Object.keys(files).map(async (name) => (await stat(join(shelf.folder, name))).mtimeMs);
      return Promise.all(found);
    };
    const before = await times();
    const pulled = await pull(shelf, shelf.ws, shelf.folder);
    assert.deepEqual([...new Set(pulled.map(({ did }) => did))], ['unchanged']);
    assert.deepEqual(await shelf.read(), files);
    assert.deepEqual(await times(), before);
  });

  test('a pull writes what others changed, and comments stay where nothing did', async () => {
    await pushed();
    await transaction(shelf.db, async (tx) => {
      const found = await shelf.journeys.definitions.find(tx, shelf.ws, 'Follow-up');
      const definition = structuredClone(found!.definition) as { shapes: { wait: { for: object } } };
      definition.shapes.wait.for = { days: 5 };
      await shelf.journeys.publish(tx, shelf.ws, definition);
      await shelf.messages.putTemplate(tx, shelf.ws, 'Still there?', {
        subject: 'Are you?',
        html: '<p>Still there?</p>',
      });
      await shelf.messages.putTemplate(tx, shelf.ws, 'Hello', { subject: 'Hi', html: '<p>Hi</p>', text: 'Hi' });
    });
    const disagreements = await diff(shelf, shelf.ws, await readLibrary(shelf.folder));
    assert.deepEqual(
      disagreements.map(({ name, is, differences }) => [name, is, ...differences.map(differenceInWords)].join(' ')),
      [
        'Still there? different subject: “Are you?” → “Still there?”',
        'Hello different subject: “Hi” → “Hello {{ people.first-name }}” html: “<p>Hi</p>” → “<p>Hello</p>” text: gone',
        'Follow-up different shapes.wait.for.days: 5 → 2',
      ],
    );
    const pulled = await pull(shelf, shelf.ws, shelf.folder);
    assert.deepEqual(
      pulled.map(({ did }) => did),
      ['rewritten', 'rewritten'],
    );
    const files = await shelf.read();
    assert.equal(files['templates/hello.html'], '---\nname: Hello\nsubject: Hi\n---\n<p>Hi</p>\n');
    assert.equal(files['templates/hello.txt'], 'Hi\n');
    const text = files['follow-up.journey.yaml']!;
    assert.match(text, /^# How we follow up/);
    assert.match(text, /# The first one/);
    assert.match(text, /wait: \{ kind: delay, for: \{ days: 5 \}, next: again \}/);
    assert.match(text, /audience_id: Subscribers/);
    assert.match(text, /subject: Are you\?/);
    assert.deepEqual(await diff(shelf, shelf.ws, await readLibrary(shelf.folder)), []);
    assert.deepEqual(await pushed(), ['journey Follow-up unchanged 4']);
  });

  test('a pull into an empty folder makes files that push back to the same', async () => {
    await pushed();
    const folder = join(shelf.folder, 'new');
    const pulled = await pull(shelf, shelf.ws, folder);
    assert.deepEqual(
      pulled.map(({ file, did }) => `${did} ${file.slice(folder.length + 1)}`),
      ['written follow-up.journey.yaml', 'written templates/hello.html', 'written templates/still-there.html'],
    );
    const files = await shelf.read();
    assert.match(
      files['new/follow-up.journey.yaml']!,
      /^journey:\n {2}name: Follow-up\n {2}entry:\n {4}activity: act:cm:demo-booked\n/,
    );
    assert.match((await pushed({ path: folder })).join(), /^journey Follow-up unchanged \d+$/);
    assert.deepEqual(await diff(shelf, shelf.ws, await readLibrary(folder)), []);
    const again = await pull(shelf, shelf.ws, folder);
    assert.deepEqual([...new Set(again.map(({ did }) => did))], ['unchanged']);
  });

  test('what only one side has is told', async () => {
    await pushed();
    await shelf.write({
      'follow-up.journey.yaml': JOURNEY.replace('name: Follow-up', 'name: Another')
        .replace('Still there?:', 'Unheard:')
        .replace('template: Still there?', 'template: Unheard'),
    });
    const disagreements = await diff(shelf, shelf.ws, await readLibrary(shelf.folder));
    assert.deepEqual(
      disagreements.map(({ what, name, is }) => `${what} ${name} ${is}`),
      ['template Unheard here', 'journey Another here', 'journey Follow-up there'],
    );
    const pulled = await pull(shelf, shelf.ws, shelf.folder);
    assert.equal(pulled.at(-1)?.did, 'left');
    assert.match(pulled.at(-1)!.why!, /no live journey "Another"/);
  });

  test('two files with one journey, and a text without its HTML, are refused', async () => {
    const message = await refusal({ 'same.journey.yaml': JOURNEY, 'templates/alone.txt': 'x' });
    assert.match(message, /^same\.journey\.yaml: the journey "Follow-up" is in follow-up\.journey\.yaml as well$/m);
    assert.match(
      message,
      /^same\.journey\.yaml: the template "Still there\?" is in follow-up\.journey\.yaml as well$/m,
    );
    assert.match(message, /^templates\/alone\.txt: there is no HTML of that name beside it$/m);
  });
});
