import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { publicId } from '@tributary/model';
import { createKey } from '../../src/access/index.ts';
import { moves, openScene, opens, play, runsOf } from '../support/scene.ts';
import { until } from '../support/until.ts';
import { openWorld, type World } from '../support/world.ts';

const FIRST = 'How did the first call go?';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world?.close());

const idOf = async (email: string) =>
  (await world.tributary.people.findByEmail(world.db, world.tributary.workspace.id, email))!;

async function change(what: 'archive' | 'delete', id: string) {
  await world.tributary.people.lifecycle.change(world.tributary.workspace.id, what, { ids: [id] }, 'API');
  await world.quiet();
}

/** Every row of every table that says it anywhere. */
async function whereIsIt(...said: string[]): Promise<string[]> {
  const { rows: tables } = await world.db.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await world.db.query<{ row: string }>(
      `select t.row from (select ${name === 'mailbox_mail' ? `convert_from(source, 'UTF8')` : 'x::text'} as row from ${name} x) t
       where ${said.map((_, i) => `t.row ilike '%' || $${i + 1} || '%'`).join(' or ')}`,
      said,
    );
    found.push(...rows.map(({ row }) => `${name}: ${row.slice(0, 200)}`));
  }
  return found;
}

test('who is archived leaves her journey, gets nothing more, and comes back as somebody new when the CRM speaks of her', async () => {
  const scene = await openScene(world);
  await play(scene, [['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST] }]]);
  const anna = await idOf(scene.email);
  await change('archive', anna);
  const { rows } = await world.db.query('select left_reason as why from run where person_id = $1', [anna]);
  assert.deepEqual(rows, [{ why: 'the person was archived' }]);
  await world.pass(10 * 24 * 3_600_000);
  assert.equal((await world.mailsTo(scene.email)).length, 1);
  assert.deepEqual(await runsOf(world, scene.email), []);
});

test('of who came by a file and is deleted nothing stays with the import', async () => {
  const { key } = await createKey(world.db, world.tributary.workspace, 'Sends a file', world.clock.now());
  const call = async (path: string, body?: string) => {
    const headers = { 'x-api-key': key, ...(body === undefined ? {} : { 'content-type': 'text/csv' }) };
    const method = path.endsWith('/') ? 'GET' : 'POST';
    const url = `${world.tributary.url}/api/imports${path.replace(/\/$/, '')}`;
    const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
    return (await answer.json()) as { id: string; state: string; columns: object[] };
  };
  const { id: sent } = await call('?kind=people', 'email,first name,hobby\nyolanda@example.com,Yolanda,chess\n');
  assert.ok((await whereIsIt('yolanda')).length > 0, 'the file waits to be started');
  await call(`/${sent}/start`);
  await until('it is done', async () => (await call(`/${sent}/`)).state === 'done');
  const id = await idOf('yolanda@example.com');
  await change('archive', id);
  await change('delete', id);
  assert.deepEqual(await whereIsIt('yolanda', publicId(id)), []);
  const { columns } = await call(`/${sent}/`);
  assert.deepEqual(columns[2], { name: 'hobby', target: { to: 'ignore' }, sample: [] });
});

test('of who is deleted nothing personal stays anywhere, and the figures do', async () => {
  const scene = await openScene(world, 'zenobia@example.com');
  await play(scene, [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST] }],
    ['she opens the mail', opens(FIRST), { emailActivity: `Opened “${FIRST}”` }],
  ]);
  const id = await idOf(scene.email);
  const [journey] = await world.tributary.journeys.list(world.db, world.tributary.workspace.id);
  const figures = async () => [
    await world.tributary.journeys.counts(world.db, [journey!.id]),
    await world.tributary.messages.countsByJourney(world.db, journey!.id),
  ];
  await change('archive', id);
  const before = await figures();
  assert.ok((await whereIsIt('zenobia')).length > 5);
  await change('delete', id);
  assert.deepEqual(await whereIsIt('zenobia', publicId(id)), []);
  assert.deepEqual(await figures(), before);
  // A run that news from before the deletion has started since.
  await world.db.query(
    `update run set entry = '{"str:cm:name": "zenobia"}', due_at = $2, left_at = null, left_reason = null, ended_at = null
     where person_id = $1`,
    [id, world.clock.now()],
  );
  await world.pass(0);
  const { rows } = await world.db.query('select left_reason as why, entry from run where person_id = $1', [id]);
  assert.deepEqual(rows, [{ why: 'the person was deleted', entry: {} }]);
});

test('nor of whoever became her, by whatever address Kommo knows them', async () => {
  const scene = await openScene(world, 'quentin@example.com');
  const other = await openScene(world, 'quirina@example.com');
  await play(scene, [
    ['his deal moves to Qualification', moves('Qualification'), { mails: [FIRST] }],
    ['he opens the mail', opens(FIRST), { emailActivity: `Opened “${FIRST}”` }],
  ]);
  const people = [await idOf(other.email), await idOf(scene.email)] as const;
  const asked = { people, survivor: people[0], by: 'a story' };
  await world.tributary.people.identity.unite(world.tributary.workspace.id, asked);
  await world.quiet();
  await change('archive', people[1]);
  await change('delete', people[1]);
  assert.deepEqual(await whereIsIt('quentin', 'quirina', ...people.map((id) => publicId(id))), []);
});
