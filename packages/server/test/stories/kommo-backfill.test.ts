import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { defaultSeed, type KommoSandbox, startKommoSandbox } from '@tributary/kommo-sandbox';
import { timelineOf } from '../support/scene.ts';
import { until } from '../support/until.ts';
import { MINUTE, openWorld, SECOND, type World } from '../support/world.ts';

/** More than two pages of deals, and two of contacts. */
const DEALS = 420;

let world: World;
let past: KommoSandbox;

before(async () => {
  world = await openWorld();
  past = await startKommoSandbox({
    now: world.clock.now,
    requestsPerSecond: 0,
    retryScale: 1e-4,
    seed: { ...defaultSeed, account: { id: 999, name: 'Other Co', subdomain: 'other' } },
  });
  const stage = past.stage('Qualification').statusId;
  for (let i = 0; i < DEALS; i++) {
    // Several of a second, and seconds of which there are more than a page.
    if (i > 300) world.clock.advance(SECOND);
    const contact = { first_name: `First${i}`, last_name: 'Last', email: address(i) };
    past.addLead({ name: `Deal ${i}`, price: 1000 + i, contact, statusId: stage });
  }
  world.clock.advance(MINUTE);
  // The newest deal of somebody who had one before.
  past.addLead({
    name: 'Second',
    price: 77,
    contact: { email: address(5) },
    statusId: past.stage('Negotiation').statusId,
  });
  world.clock.advance(10 * MINUTE);
  const { connectors, workspace } = world.tributary;
  await connectors.connect(workspace.id, 'kommo', { url: past.url, token: past.token });
  await world.push({ name: 'By a filter', entry: { kind: 'filter', filter: STAGE }, exits: [] });
  await world.quiet();
});
after(async () => {
  await world?.close();
  await past?.close();
});

const STAGE = { '$str::is': { field_id: 'str:cm:kommo-stage', value: 'Qualification' } };
const address = (i: number): string => `past${i}@example.com`;
const backfill = (again = false) => world.tributary.connectors.backfill(world.tributary.workspace.id, 'kommo', again);

async function read(): Promise<string> {
  let told = '';
  await until('all is read', async () => {
    world.clock.advance(2 * SECOND);
    const now = await backfill();
    told = now === 'asked' ? '' : now.told;
    return now !== 'asked' && now.state === 'done';
  });
  await world.quiet();
  return told;
}

async function known(i: number) {
  const { people, workspace } = world.tributary;
  const id = await people.findByEmail(world.db, workspace.id, address(i));
  return id === undefined ? undefined : (await people.find(world.db, workspace.id, [id])).get(id)?.fields;
}

/** The changes of stage on somebody's timeline: to, and from. */
const moves = async (i: number) =>
  (await timelineOf(world, address(i)))
    .filter(({ activityId }) => activityId === 'act:cm:crm-stage-changed')
    .map(({ attributes }) => [attributes['str:cm:stage'], attributes['str:cm:previous-stage']]);

test('connecting alone makes nobody of those who were there before', async () => {
  assert.equal(await known(0), undefined);
});

test('a backfill makes everybody, with the deal they were last seen in, and starts nothing', async () => {
  assert.equal(await backfill(), 'asked');
  assert.equal(await read(), '421 contacts, 421 deals');
  for (const i of [0, 199, 200, 301, DEALS - 1]) {
    const fields = await known(i);
    assert.deepEqual(
      ['str::first', 'str:cm:kommo-stage', 'int:cm:kommo-deal-value', 'bol::p'].map((id) => fields?.[id]),
      [`First${i}`, 'Qualification', (1000 + i) * 1000, true],
      address(i),
    );
  }
  assert.deepEqual((await known(5))?.['str:cm:kommo-stage'], 'Negotiation');
  const { rows } = await world.db.query<{ count: number }>(
    `select count(*)::int as count from person where fields->>'str::email' like 'past%'`,
  );
  assert.equal(rows[0]!.count, DEALS);
  assert.deepEqual(await moves(0), []);
  const runs = await world.db.query('select 1 from run');
  assert.equal(runs.rowCount, 0);
});

test('what moves after it is told with the stage it had, and starts journeys', async () => {
  past.moveLead(past.leads().find(({ name }) => name === 'Deal 7')!.id, past.stage('Proposal sent').statusId);
  // The world is quiet where its own account is: this one's webhook comes when it comes.
  await until('the move is told', async () => (await moves(7)).length > 0);
  assert.deepEqual(await moves(7), [['Proposal sent', 'Qualification']]);
});

/** How many contacts, and how many deals, are remembered. */
async function remembered(): Promise<number[]> {
  const { rows } = await world.db.query<{ count: number }>(
    `select count(*)::int as count from connector_memory where kind in ('contact', 'lead') group by kind order by kind`,
  );
  return rows.map(({ count }) => count);
}
const forget = () => world.db.query(`delete from connector_memory where kind in ('contact', 'lead')`);

test('it goes on where it was when the server ends meanwhile, and then finds everybody known', async () => {
  await forget();
  assert.equal(await backfill(true), 'asked');
  await until('some is read', async () => {
    const now = await backfill();
    return now !== 'asked' && /^2\d\d contacts/.test(now.told);
  });
  await world.away(() => undefined);
  const told = await read();
  assert.deepEqual(await remembered(), [421, 421], told);
  assert.equal(await backfill(true), 'asked');
  assert.equal(await read(), '0 contacts, 0 deals');
});

test('Kommo is away meanwhile: it waits, and goes on', async () => {
  await forget();
  past.faults.set({ status: 503, failNext: 4 });
  assert.equal(await backfill(true), 'asked');
  world.clock.advance(5 * MINUTE);
  const told = await read();
  assert.deepEqual(await remembered(), [421, 421], told);
});

test('Kommo fails over a page from before: what moves meanwhile is told at once, and why the page waits is said', async () => {
  past.faults.set({ status: 500, statusOnly: 'GET /api/v4/contacts?filter%5Bupdated_at%5D%5Bfrom%5D=0&' });
  assert.equal(await backfill(true), 'asked');
  const failed = () =>
    past.requests().filter(({ status, path }) => status === 500 && path.includes('from%5D=0&')).length;
  await until('it has failed some times', async () => {
    world.clock.advance(2 * SECOND);
    return failed() >= 5;
  });
  past.moveLead(past.leads().find(({ name }) => name === 'Deal 8')!.id, past.stage('Proposal sent').statusId);
  await until('the move is told', async () => (await moves(8)).length > 0);
  const now = await backfill();
  assert.match(now === 'asked' ? '' : (now.why ?? ''), /500/);
  const [connection] = await world.tributary.connectors.counts(world.db);
  assert.deepEqual([connection!.state, connection!.note], ['on', null]);
  past.faults.clear();
  world.clock.advance(MINUTE);
  assert.equal(await read(), '0 contacts, 0 deals');
});

test('a deal from before does not take the place of one that was moved since', async () => {
  const eleventh = past.leads().find(({ name }) => name === 'Deal 11')!;
  const contact = past.contacts().find(({ email }) => email === address(11))!;
  const second = past.addLead({ name: 'Second', price: 5, contact: { email: 'else@example.com' } });
  past.setMainContact(second.id, contact.id);
  const shown = async () => {
    const fields = await known(11);
    return [fields?.['str:cm:kommo-lead-id'], fields?.['str:cm:kommo-stage']];
  };
  await until('the second deal is shown', async () => (await shown())[0] === String(second.id));
  // As if it had been there before the account was connected, and untouched since.
  await world.db.query(`delete from connector_memory where kind = 'lead' and key = $1`, [String(eleventh.id)]);
  assert.equal(await backfill(true), 'asked');
  assert.equal(await read(), '0 contacts, 1 deals');
  assert.deepEqual(await shown(), [String(second.id), 'New lead']);
});
