import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { simpleParser } from 'mailparser';
import { createKey } from '../../src/access/index.ts';
import { click, open, unsubscribe } from '../../src/demo/reader.ts';
import { pushPlaybook } from '../../src/playbook.ts';
import { push } from '../../src/playbooks/push.ts';
import { readLibrary } from '../../src/playbooks/read.ts';
import { due, isNothing } from '../support/due.ts';
import { type Line, openLine } from '../support/line.ts';
import { type Other, startOther } from '../support/other.ts';
import { moves, openScene, type Scene, seenOf, timelineOf } from '../support/scene.ts';
import { until } from '../support/until.ts';
import { DAY, MINUTE, openWorld, playbook, type World } from '../support/world.ts';

const BRIDGE = fileURLToPath(new URL('../../../../playbooks/bridge/', import.meta.url));
const FIRST = 'How did the first call go?';

/** Kommo and the bridge; and the second Tributary, which is the Ortto that sends. */
let world: World;
let ortto: Other;
/** Where the bridge takes Ortto's webhooks, and the way to it. */
let hook: string;
let line: Line;

before(async () => {
  world = await openWorld();
  ortto = await startOther(world.clock);
  const { connectors, workspace } = world.tributary;
  // Here nothing is sent.
  await world.push({ entry: { activity: 'act:cm:meeting-booked' }, exits: [] });
  const report = await connectors.connect(workspace.id, 'ortto', { url: ortto.url, key: ortto.key }, { mirror: true });
  assert.equal(report.made.length, 9, JSON.stringify(report));
  line = await openLine(world.tributary.url);
  hook = report.webhookUrl.replace(world.tributary.url, line.url);
  const pushed = await push(world.tributary, workspace.id, await readLibrary(BRIDGE), { dryRun: false });
  assert.deepEqual(
    pushed.map(({ did }) => did),
    ['new', 'new'],
  );
  await startInOrtto();
});
after(async () => {
  await world?.close();
  await line?.close();
  await ortto?.close();
});

/** The follow-up, as the team has it in Ortto: where it made a task, it calls us. */
async function startInOrtto(): Promise<void> {
  const { tributary } = ortto;
  await tributary.messages.changeDefaults(tributary.workspace.id, { cap: 'none' });
  await ortto.api('/v1/definitions/activity/create', { name: 'Meeting booked' });
  const { journey, templates } = await playbook();
  const shapes = journey.shapes as Record<string, { next?: string }>;
  const call = {
    ...{ kind: 'webhook', title: 'Call her', next: shapes.call!.next },
    ...{ name: 'Task in Kommo', method: 'POST', url: hook, fields: { 'Lead id': 'str:cm:kommo-lead-id' } },
  };
  await pushPlaybook(tributary, tributary.workspace.id, {
    journey: { ...journey, holdOut: 0, shapes: { ...shapes, call } },
    templates,
  });
}

/** Everything has happened on both sides of the bridge. */
async function quiet(): Promise<void> {
  await until('nothing is on its way', async () => {
    await world.quiet();
    return isNothing(await due(ortto.tributary.db, world.clock, ['news', 'runs', 'messages']));
  });
  await world.quiet();
}

async function pass(ms: number): Promise<void> {
  world.clock.advance(ms);
  await quiet();
}

async function mailsTo({ email }: Scene) {
  const sources = await ortto.tributary.mailbox!.mailsTo(email);
  return Promise.all(sources.map(({ source }) => simpleParser(source)));
}

async function mailOf(scene: Scene, subject: string) {
  const mail = (await mailsTo(scene)).findLast((each) => each.subject === subject);
  assert.ok(mail, `${scene.email} has no mail “${subject}”`);
  return mail;
}

interface Theirs {
  id: string;
  fields: Record<string, unknown>;
  activities: { id: string; field_id: string; created_at: string; attr: Record<string, unknown> }[];
}

/** Somebody as Ortto knows them. */
async function inOrtto(email: string): Promise<Theirs | undefined> {
  const filter = { '$str::is': { field_id: 'str::email', value: email } };
  const fields = ['str::email', 'str::first', 'str::last', 'str:cm:kommo-stage', 'int:cm:kommo-deal-value', 'bol::p'];
  const found = (await ortto.api('/v1/person/get', { filter, fields })) as { contacts: Omit<Theirs, 'activities'>[] };
  const [person] = found.contacts ?? [];
  if (!person) return undefined;
  const read = await ortto.api('/v1/person/get/activities', { person_id: person.id, limit: 50 });
  return { ...person, activities: (read as Pick<Theirs, 'activities'>).activities ?? [] };
}

/** Ortto calls for the newest activity of that kind, as it was recorded to do. */
async function calls(email: string, activityId: string, change: object = {}): Promise<number> {
  const person = await inOrtto(email);
  const activity = person?.activities.find(({ field_id }) => field_id === activityId);
  assert.ok(person && activity, `${email} has no ${activityId} in Ortto`);
  const { id, field_id, created_at: created, attr } = activity;
  return deliver({
    activity: { id, field_id, created, attr },
    contact: { contact_id: person.id, email, external_id: '', first_name: 'Anna', phone_number: { c: '', n: '' } },
    ...{ id: '006500000000000000000001', time: created, webhook_id: '651b00000000000000000001' },
    ...change,
  });
}

async function deliver(body: object): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(hook, { method: 'POST', headers, body: JSON.stringify(body) })).status;
}

async function toQualification(): Promise<Scene> {
  const scene = await openScene(world);
  await moves('Qualification')(scene);
  await quiet();
  return scene;
}

test('a deal moves in Kommo: the person and the move are in Ortto, whose journey writes to her', async () => {
  const scene = await toQualification();
  const anna = await inOrtto(scene.email);
  assert.deepEqual(anna?.fields, {
    ...{ 'str::email': scene.email, 'str::first': 'Anna', 'str::last': 'Petrova', 'bol::p': true },
    ...{ 'str:cm:kommo-stage': 'Qualification', 'int:cm:kommo-deal-value': 12_000_000 },
  });
  const moved = anna.activities.filter(({ field_id }) => field_id === 'act:cm:crm-stage-changed');
  assert.deepEqual(
    moved.map(({ attr }) => [attr['str:cm:stage'], attr['str:cm:lead-id'], attr['int:cm:deal-value']]),
    [
      ['Qualification', String(scene.deal.id), 12_000_000],
      ['New lead', String(scene.deal.id), 12_000_000],
    ],
  );
  assert.deepEqual(
    (await mailsTo(scene)).map(({ subject }) => subject),
    [FIRST],
  );
  assert.deepEqual(await world.mailsTo(scene.email), [], 'the bridge sends nothing itself');
});

test('she opens and clicks it: notes on the deal and its field, once, however often Ortto calls', async () => {
  const scene = await toQualification();
  world.clock.advance(MINUTE);
  await open(await mailOf(scene, FIRST));
  await quiet();
  assert.equal(await calls(scene.email, 'act::o'), 204);
  await quiet();
  for (let i = 0; i < 3; i++) await calls(scene.email, 'act::o', { time: world.clock.now().toISOString() });
  await quiet();
  const seen = await seenOf(scene);
  assert.deepEqual(seen.notes, [`Opened the e-mail “${FIRST}”`]);
  assert.equal(seen.emailActivity, `Opened “${FIRST}”`);
  await pass(MINUTE);
  const study = (await mailsTo(scene)).at(-1)!;
  world.clock.advance(MINUTE);
  await click(study, 'Read how they did it');
  await quiet();
  await calls(scene.email, 'act::c');
  await quiet();
  assert.match((await seenOf(scene)).emailActivity ?? '', /^Clicked https:/);
  const [opened] = (await timelineOf(world, scene.email)).filter(({ activityId }) => activityId === 'act::o');
  assert.deepEqual(
    Object.keys(opened!.attributes).filter((id) => id.startsWith('idt:')),
    [],
  );
  assert.equal(opened!.attributes['str::cn'], 'Qualification follow-up');
});

test('Ortto’s journey comes to its webhook: a task on the deal, once, though Ortto calls again', async () => {
  const scene = await toQualification();
  world.clock.advance(MINUTE);
  await open(await mailOf(scene, FIRST));
  await pass(MINUTE);
  world.clock.advance(MINUTE);
  await open((await mailsTo(scene)).at(-1)!);
  await quiet();
  await pass(3 * DAY);
  assert.deepEqual((await seenOf(scene)).tasks, ['Daniel Novak: Call her: Anna Petrova']);
  const [told] = (await timelineOf(world, scene.email)).filter(
    ({ activityId }) => activityId === 'act:cm:ortto-webhook',
  );
  assert.deepEqual(told?.attributes, {
    ...{ 'str:cm:campaign': 'Qualification follow-up', 'str:cm:shape': 'Call her', 'str:cm:webhook': 'Task in Kommo' },
    'str:cm:lead-id': String(scene.deal.id),
  });
  const body = JSON.parse(line.passed.at(-1)!.body) as object;
  assert.equal(await deliver({ ...body, time: world.clock.now().toISOString() }), 204);
  await quiet();
  assert.equal((await seenOf(scene)).tasks.length, 1);
});

test('she unsubscribes in Ortto: the deal says so, and nothing else is sent to her from here', async () => {
  const scene = await toQualification();
  await unsubscribe(await mailOf(scene, FIRST));
  await quiet();
  await calls(scene.email, 'act::u-all');
  await calls(scene.email, 'act::u-all');
  await quiet();
  const seen = await seenOf(scene);
  assert.deepEqual([seen.emailStatus, seen.notes], ['Unsubscribed', ['Unsubscribed from e-mail']]);
  const { people, workspace } = world.tributary;
  const id = await people.findByEmail(world.db, workspace.id, scene.email);
  const known = (await people.find(world.db, workspace.id, [id!])).get(id!);
  assert.equal(known?.fields['bol::p'], false);
  // She subscribes again, and the call for the unsubscribing comes once more, late.
  await ortto.api('/v1/person/merge', {
    people: [{ fields: { 'str::email': scene.email, 'bol::p': true } }],
    merge_by: ['str::email'],
  });
  await calls(scene.email, 'act::u-all');
  await quiet();
  assert.equal((await seenOf(scene)).emailStatus, 'Subscribed');
});

test('what has been written into Ortto and comes back starts nothing', async () => {
  const scene = await toQualification();
  const before = (await timelineOf(world, scene.email)).length;
  assert.equal(await calls(scene.email, 'act:cm:crm-stage-changed'), 204);
  await quiet();
  assert.equal((await timelineOf(world, scene.email)).length, before);
});

test('somebody whom only Ortto knows is made with what Ortto knows, and what they allow', async () => {
  const email = 'noor@example.com';
  const fields = { 'str::email': email, 'str::first': 'Noor', 'bol::p': false };
  await ortto.api('/v1/person/merge', { people: [{ fields }], merge_by: ['str::email'] });
  const { id } = (await inOrtto(email))!;
  const created = world.clock.now().toISOString();
  const opened = { id: '006500000000000000000009', field_id: 'act::o', created, attr: { 'str::s': 'News' } };
  assert.equal(await deliver({ activity: opened, contact: { contact_id: id, email: '' } }), 204);
  await quiet();
  const { people, workspace } = world.tributary;
  const here = await people.findByEmail(world.db, workspace.id, email);
  const known = (await people.find(world.db, workspace.id, [here!])).get(here!);
  assert.deepEqual([known?.fields['str::first'], known?.fields['bol::p']], ['Noor', false]);
  assert.equal((await timelineOf(world, email)).filter(({ activityId }) => activityId === 'act::o').length, 1);
});

test('Ortto is away when its call is to be read: it waits, and is read once Ortto is back', async () => {
  const scene = await toQualification();
  world.clock.advance(MINUTE);
  await open(await mailOf(scene, FIRST));
  await quiet();
  const person = (await inOrtto(scene.email))!;
  const { id, created_at: created, attr } = person.activities.find(({ field_id }) => field_id === 'act::o')!;
  await ortto.stop();
  const activity = { id, field_id: 'act::o', created, attr };
  assert.equal(await deliver({ activity, contact: { contact_id: person.id, email: scene.email } }), 204);
  await until('the connection waits', async () => {
    const counts = await world.tributary.connectors.counts(world.db);
    return counts.some(({ connector, inbox, note }) => connector === 'ortto' && inbox === 1 && note !== null);
  });
  await ortto.start();
  world.clock.advance(2 * MINUTE);
  await quiet();
  assert.deepEqual((await seenOf(scene)).notes, [`Opened the e-mail “${FIRST}”`]);
});

test('calls that are none of Ortto’s, or name nobody, are refused with a reason; the one that tries the address is taken', async () => {
  const post = async (body: string) => {
    const answer = await fetch(hook, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return [answer.status, answer.status === 204 ? '' : ((await answer.json()) as { error: string }).error];
  };
  const activity = { id: '1', field_id: 'act::o', created: '2026-03-02T08:00:00Z' };
  for (const [body, why] of [
    ['[]', /JSON object/],
    ['{"leads":[]}', /Neither an activity/],
    [JSON.stringify({ activity }), /names nobody/],
    [JSON.stringify({ activity: { ...activity, created: 'yesterday' }, contact: { email: 'a@b.co' } }), /Neither/],
  ] as const) {
    const [status, error] = await post(body);
    assert.equal(status, 400, body);
    assert.match(String(error), why);
  }
  const tried = { activity: { ...activity, field_id: 'act::test_webhook' }, contact: {} };
  assert.deepEqual(await post(JSON.stringify(tried)), [204, '']);
});

test('a call of long ago is not recorded, and whoever asks what is wrong is told so', async () => {
  const scene = await openScene(world);
  await quiet();
  const failures = async () =>
    (await world.tributary.connectors.failures(world.db)).find(({ connector }) => connector === 'ortto');
  const old = {
    ...{ contact_id: '006500000000000000000077', email: scene.email, run_id: '7', shape_id: '1', webhook_id: '8' },
    time: new Date(world.clock.now().getTime() - 100 * DAY).toISOString(),
  };
  assert.equal(await failures(), undefined);
  assert.equal(await deliver(old), 204);
  await quiet();
  const reason = 'act:cm:ortto-webhook: created lies more than 90 days back';
  assert.deepEqual((await failures())?.now, { writes: 0, unreadable: 1, reasons: [reason] });
  const { key } = await createKey(world.db, world.tributary.workspace, 'Pages', world.clock.now());
  const authorization = `Basic ${Buffer.from(`x:${key}`).toString('base64')}`;
  const home = await fetch(`${world.tributary.url}/`, { headers: { authorization } });
  assert.match((await home.text()).replaceAll(/\s+/g, ' '), /Ortto<.{0,300}data-label="Failed">1</);
});
