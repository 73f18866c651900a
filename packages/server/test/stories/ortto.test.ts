import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { type Line, openLine } from '../support/line.ts';
import { type Other, startOther } from '../support/other.ts';
import { timelineOf } from '../support/scene.ts';
import { until } from '../support/until.ts';
import { openWorld, playbook, type World } from '../support/world.ts';

/** The first, whose journeys write; the line; and the second, which is the first one's Ortto. */
let world: World;
let line: Line;
let other: Other;

before(async () => {
  world = await openWorld();
  other = await startOther(world.clock);
  line = await openLine(other.url);
  const { connectors, workspace } = world.tributary;
  const report = await connectors.connect(workspace.id, 'ortto', { url: line.url, key: other.key });
  assert.deepEqual(report.account, { id: 'my-workspace', name: 'my-workspace' });
  await world.api('/v1/definitions/activity/create', { name: 'Demo booked' });
  for (const [type, name] of [
    ['text', 'Plan'],
    ['currency', 'Deal value'],
  ])
    for (const api of [world.api, other.api]) await api('/v1/person/custom-field/create', { type, name });
  await other.api('/v1/definitions/activity/create', { name: 'Demo told of' });
  await push('Told', told);
});
after(async () => {
  await world?.close();
  await line?.close();
  await other?.close();
});
afterEach(() => {
  line.intercept(undefined);
  line.loseNext(0);
  line.delay(0);
});

type Step = [action: string, input: Record<string, string | number | boolean>];

const told: readonly Step[] = [
  [
    'merge',
    {
      ...{ fields: 'str::first, phn::phone, int:cm:deal-value', 'str:cm:plan': '{{ activity.plan | capitalize }}' },
      tags: 'Demo',
    },
  ],
  ['activity', { activity: 'act:cm:demo-told-of', 'str:cm:place': '{{ activity.place }}', 'int::v': 15_300 }],
];

/** A journey that writes to the second as soon as somebody books a demo. */
async function push(name: string, steps: readonly Step[], entry = 'act:cm:demo-booked'): Promise<void> {
  const { journey } = await playbook();
  const { goal: _goal, ...rest } = journey;
  const shapes = Object.fromEntries(
    steps.map(([action, input], i) => [
      `s${i}`,
      { kind: 'action', connector: 'ortto', action, input, next: i + 1 < steps.length ? `s${i + 1}` : 'end' },
    ]),
  );
  const end = { end: { kind: 'exit', reason: 'done' } };
  await world.push({
    ...{ ...rest, name, entry: { activity: entry }, exits: [], holdOut: 0 },
    ...{ start: 's0', shapes: { ...shapes, ...end } },
  });
}

async function book(...emails: readonly string[]): Promise<void> {
  const activities = emails.map((email) => ({
    activity_id: 'act:cm:demo-booked',
    fields: {
      ...{ 'str::email': email, 'str::first': email.split('@')[0], 'int:cm:deal-value': 12_500_000 },
      'phn::phone': { phone: '+351912345678', parse_with_country_code: true },
    },
    attributes: { 'str:cm:plan': 'paid', 'str:cm:place': 'Lisbon' },
  }));
  const { status } = await world.api('/v1/activities/create', { activities, merge_by: ['str::email'] });
  assert.equal(status, 200);
}

interface Theirs {
  fields: Record<string, unknown>;
  activities: { at: string; attr: Record<string, unknown> }[];
}

/** Everybody with that address over there. */
async function overThere(email: string): Promise<Theirs[]> {
  const filter = { '$str::is': { field_id: 'str::email', value: email } };
  const fields = ['str::first', 'str:cm:plan', 'int:cm:deal-value', 'phn::phone', 'tags'];
  const found = (await other.api('/v1/person/get', { filter, fields })) as {
    contacts: { id: string; fields: Record<string, unknown> }[] | null;
  };
  return await Promise.all(
    (found.contacts ?? []).map(async ({ id, fields: known }) => {
      const read = (await other.api('/v1/person/get/activities', {
        ...{ person_id: id, activities: ['act:cm:demo-told-of'] },
      })) as { activities: { created_at: string; attr: Record<string, unknown> }[] | null };
      return { fields: known, activities: (read.activities ?? []).map(({ created_at: at, attr }) => ({ at, attr })) };
    }),
  );
}

const outcomes = async (email: string) =>
  (await timelineOf(world, email))
    .filter(({ activityId }) => activityId === 'act::sja' || activityId === 'act::fja')
    .map(({ activityId, attributes }) =>
      activityId === 'act::sja'
        ? `${attributes['str::pat']} done`
        : `${attributes['str::pat']}: ${attributes['str::jsl']}`,
    );

async function assertOnce(email: string): Promise<void> {
  const [person, ...more] = await overThere(email);
  assert.ok(person, `${email} is over there`);
  assert.deepEqual(more, []);
  assert.deepEqual(person.fields, {
    ...{ 'str::first': email.split('@')[0], 'str:cm:plan': 'Paid', 'int:cm:deal-value': 12_500_000, tags: ['Demo'] },
    'phn::phone': { c: '351', n: '912345678' },
  });
  assert.deepEqual(
    person.activities.map(({ attr }) => attr),
    [{ 'str:cm:place': 'Lisbon', 'int::v': 15_300 }],
  );
  assert.deepEqual((await outcomes(email)).sort(), ['ortto.activity done', 'ortto.merge done']);
}

const counts = async () =>
  (await world.tributary.connectors.counts(world.db)).find(({ connector }) => connector === 'ortto')!;

test('a journey in one Tributary makes a person in another and records what they did there, at the moment it came to the step', async () => {
  await book('anna@example.com');
  await world.quiet();
  await assertOnce('anna@example.com');
  const [step] = (await timelineOf(world, 'anna@example.com')).filter(({ activityId }) => activityId === 'act::ej');
  const [person] = await overThere('anna@example.com');
  const late = Date.parse(person!.activities[0]!.at) - step!.occurredAt.getTime();
  assert.ok(late >= 0 && late < 10_000, `${late} ms`);
  assert.deepEqual(await counts(), {
    ...{ connector: 'ortto', account: 'my-workspace', state: 'on', note: null, reasons: [], lacking: [] },
    ...{ inbox: 0, unreadable: 0, open: 0, failed: 0, suspect: 0 },
  });
});

test('a crowd is merged and recorded with few requests', async () => {
  line.forget();
  const emails = Array.from({ length: 100 }, (_, i) => `crowd${i}@example.com`);
  await book(...emails);
  await world.quiet();
  for (const email of emails) await assertOnce(email);
  assert.ok(line.passed.length <= 12, `${line.passed.length} requests`);
});

for (const path of ['/v1/person/merge', '/v1/activities/create']) {
  test(`when the answers of ${path} are lost, each person and activity is there once`, async () => {
    const email = `lost${path.length}@example.com`;
    line.loseNext(3, path);
    await book(email);
    await world.quiet({ pausesPass: true });
    await assertOnce(email);
    assert.equal(line.passed.filter(({ status }) => status === 0).length >= 3, true);
    line.forget();
  });
}

test('a 429 waits as long as Ortto says, and nothing is asked meanwhile', async () => {
  await until('it is at rest', async () => (await counts()).open === 0);
  line.forget();
  line.intercept(() => ({ status: 429, body: '{"error":{"code":"rate-limit","message":"x","try-in-seconds":30}}' }));
  await book('limited@example.com');
  await until('Ortto was asked', () => line.passed.length === 1);
  await until('the connection says that it waits', async () => (await counts()).note?.includes('429'));
  world.clock.advance(25_000);
  await book('limited-too@example.com');
  await until('that waits as well', async () => (await counts()).open === 4);
  assert.equal(line.passed.length, 1);
  line.intercept(undefined);
  world.clock.advance(6_000);
  await world.quiet();
  for (const email of ['limited@example.com', 'limited-too@example.com']) await assertOnce(email);
});

test('while it is slow, everything arrives slowly, once', async () => {
  line.delay(700);
  await book('slow@example.com', 'slower@example.com');
  await world.quiet();
  for (const email of ['slow@example.com', 'slower@example.com']) await assertOnce(email);
});

test('while the second is down, everything waits, for however long; then it arrives once', async () => {
  await other.stop();
  await book('down@example.com');
  await until('the line was asked again and again', () => {
    world.clock.advance(3_600_000);
    return line.passed.filter(({ status }) => status === 0).length > 6;
  });
  assert.equal((await counts()).failed, 0);
  await other.start();
  await world.quiet({ pausesPass: true });
  await assertOnce('down@example.com');
  const { state, note } = await counts();
  assert.deepEqual({ state, note }, { state: 'on', note: null });
});

test('while the second fails over everything, nothing is given up; a record it always fails over is, and shown', async () => {
  line.intercept(() => ({ status: 503, body: '{}' }));
  await book('failing@example.com');
  const asked = () => line.passed.length;
  for (let i = 0; i < 14; i++) {
    const before = asked();
    await until('it is asked again', () => {
      world.clock.advance(3_600_000);
      return asked() > before;
    });
  }
  assert.equal((await counts()).failed, 0);
  line.intercept(({ body }) => (body.includes('failing@example.com') ? { status: 500, body: '{}' } : undefined));
  await book('fine@example.com');
  await until('it is given up', async () => {
    world.clock.advance(300_000);
    return (await counts()).failed > 0;
  });
  await assertOnce('fine@example.com');
  assert.match((await counts()).reasons.join(), /given up after \d+ tries: Ortto failed \(500\)/);
  line.intercept(undefined);
  await world.quiet({ pausesPass: true });
});

test('the first is restarted while its writes are on their way: each is there once', async () => {
  line.delay(500);
  line.forget();
  await book('restarted@example.com');
  await until('something is on its way', () => line.passed.length > 0);
  await world.away(() => line.delay(0));
  await world.quiet({ pausesPass: true });
  await assertOnce('restarted@example.com');
});

test('a record that is wrong fails on its own timeline, with what the other says, and costs nobody else', async () => {
  await world.api('/v1/definitions/activity/create', { name: 'Form sent' });
  const steps: readonly Step[] = [
    ['merge', { 'str:cm:not-there': 'x' }],
    ['activity', { activity: 'act:cm:not-there' }],
    ['merge', { 'int:cm:deal-value': '{{ people.first-name }}' }],
    ['activity', { activity: 'act:cm:demo-told-of', 'str:cm:place': 'Rome' }],
  ];
  await push('Wrong', steps, 'act:cm:form-sent');
  const activity = { activity_id: 'act:cm:form-sent', fields: { 'str::email': 'w@example.com', 'str::first': 'W' } };
  await world.api('/v1/activities/create', { activities: [activity], merge_by: ['str::email'] });
  await book('right@example.com');
  await world.quiet();
  const [first, second, third, fourth] = (await outcomes('w@example.com')).sort();
  assert.match(first!, /^ortto.activity done/);
  assert.match(second!, /^ortto.activity: Ortto refused it: .*act:cm:not-there/);
  assert.match(third!, /^ortto.merge: Ortto refused it: .*str:cm:not-there/);
  assert.equal(fourth, 'ortto.merge: int:cm:deal-value: expected a whole number; decimals and money are ×1000');
  await assertOnce('right@example.com');
});

test('an activity without an address, and inputs that can not be right, are said where they can be put right', async () => {
  const activity = { activity_id: 'act:cm:demo-booked', fields: { 'phn::phone': { c: '351', n: '912000111' } } };
  await world.api('/v1/activities/create', { activities: [activity], merge_by: ['phn::phone'] });
  await world.quiet();
  const { rows } = await world.db.query<{ log: string }>(
    `select attributes->>'str::jsl' as log from activity where attributes->>'str::jsl' like '%found by%'`,
  );
  const skip = 'the person has nothing to be found by in Ortto: str::email, str::ei';
  assert.deepEqual(
    rows.map(({ log }) => log),
    [skip, skip],
  );

  const wrong: readonly Step[] = [
    ['merge', { plan: 'x', 'int:cm:seats': 'many' }],
    ['activity', { 'str:cm:place': '{{ activity.place' }],
  ];
  await assert.rejects(push('Wrong', wrong), (error: Error) => {
    for (const said of [
      /shapes\.s0\.input\.plan: "plan" is no field id .* nor one of fields, tags/,
      /shapes\.s0\.input\.int:cm:seats: expected a whole number/,
      /shapes\.s1\.input\.activity: is missing: expected the id of an activity/,
      /shapes\.s1\.input\.str:cm:place: .*not closed/,
    ])
      assert.match(error.message, said);
    return true;
  });
});

test('a key that is revoked needs a person; a wrong one is refused, and the one there was goes on working', async () => {
  const { connectors, workspace } = world.tributary;
  await assert.rejects(connectors.connect(workspace.id, 'ortto', { url: line.url, key: 'PRV-wrong' }), /\(401\)/);
  await assert.rejects(connectors.connect(workspace.id, 'ortto', { url: world.kommo.url, key: 'x' }), /no Ortto at/);
  line.intercept(() => ({ status: 401, body: '{"error":"The X-Api-Key is not valid"}' }));
  await book('revoked@example.com');
  await until('it says that it needs somebody', async () => (await counts()).state === 'needs_reconnect');
  line.intercept(undefined);
  await world.quiet({ pausesPass: true });
  await assertOnce('revoked@example.com');
  assert.equal((await counts()).state, 'on');
});
