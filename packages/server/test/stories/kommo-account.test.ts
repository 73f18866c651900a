import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { defaultSeed, type KommoSandbox, startKommoSandbox } from '@tributary/kommo-sandbox';
import { openWorld, type World } from '../support/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world?.close());

let people = 0;

/** A deal that moves to Qualification; its address. */
function dealMoves(kommo: KommoSandbox, { name = 'A deal', first = 'Anna', phone = '' } = {}): string {
  const email = `account${++people}@example.com`;
  const contact = { first_name: first, email, ...(phone === '' ? {} : { phone }) };
  const deal = kommo.addLead({ name, price: 3000, contact });
  kommo.moveLead(deal.id, kommo.stage('Qualification').statusId);
  return email;
}

const mailed = async (...addresses: string[]) =>
  Promise.all(addresses.map(async (address) => (await world.mailsTo(address)).length));

test('what no database can hold is left out of names, and holds up nobody', async () => {
  const all = [
    dealMoves(world.kommo, { name: 'Larkspur \u0000 for Petrova' }),
    dealMoves(world.kommo, { first: 'Anna\ud800' }),
    dealMoves(world.kommo),
  ];
  await world.quiet();
  assert.deepEqual(await mailed(...all), [1, 1, 1]);
  const [connection] = await world.tributary.connectors.counts(world.db);
  assert.deepEqual([connection!.state, connection!.note, connection!.unreadable], ['on', null, 0]);
});

test('a contact whose number is no phone’s gets the mail all the same, and is known by all else', async () => {
  const all = ['+00 1234567', '+1 555 01', '+380 (44) 000'].map((phone) => dealMoves(world.kommo, { phone }));
  const right = dealMoves(world.kommo, { phone: '+351 912 345 678' });
  await world.quiet();
  assert.deepEqual(await mailed(...all, right), [1, 1, 1, 1]);
  const { tributary, db } = world;
  const known = async (email: string) => {
    const id = (await tributary.people.findByEmail(db, tributary.workspace.id, email))!;
    const { fields } = (await tributary.people.find(db, tributary.workspace.id, [id])).get(id)!;
    return { stage: fields['str:cm:kommo-stage'], phone: fields['phn::phone'] };
  };
  assert.deepEqual(await known(all[0]!), { stage: 'Qualification', phone: undefined });
  assert.deepEqual(await known(right), { stage: 'Qualification', phone: { c: '351', n: '912345678' } });
});

test('a move after somebody archived what moves are recorded with is recorded: that is made anew', async () => {
  const { tributary } = world;
  await tributary.people.catalog.archiveDefinition(tributary.workspace.id, 'act:cm:crm-stage-changed');
  const all = [dealMoves(world.kommo), dealMoves(world.kommo)];
  await world.quiet();
  assert.deepEqual(await mailed(...all), [1, 1]);
});

test('a webhook that can not be recorded is kept to be looked at, and the others go on', async () => {
  const { rows } = await world.db.query('select id from connection');
  await world.db.query(`
    create function refuse() returns trigger language plpgsql as $$ begin
      if new.value::text like '%poison%' then raise exception 'not this one' using errcode = '22023'; end if;
      return new;
    end $$;
    create trigger refuse before insert or update on connector_memory for each row execute function refuse()`);
  try {
    const [bad, good] = [dealMoves(world.kommo, { name: 'poison' }), dealMoves(world.kommo)];
    await world.quiet();
    assert.deepEqual(await mailed(bad, good), [0, 1]);
    const [connection] = await world.tributary.connectors.counts(world.db);
    assert.ok(connection!.unreadable > 0);
    const kept = await world.db.query('select distinct error from connector_inbox where connection_id = $1', [
      rows[0].id,
    ]);
    assert.deepEqual(kept.rows, [{ error: 'not this one' }]);
  } finally {
    await world.db.query(
      'drop trigger refuse on connector_memory; drop function refuse(); delete from connector_inbox',
    );
  }
});

test('disconnected, Kommo calls nobody and nothing is kept; connected again, it is heard at another address', async () => {
  const { connectors, workspace } = world.tributary;
  const settings = { url: world.kommo.url, token: world.kommo.token };
  const secret = async () => (await world.db.query('select webhook_secret as secret from connection')).rows;
  const before = await secret();
  assert.equal(world.kommo.webhooks().length, 1);
  assert.equal(await connectors.disconnect(workspace.id, 'kommo'), undefined);
  assert.deepEqual([world.kommo.webhooks(), await secret(), await connectors.counts(world.db)], [[], [], []]);
  for (const table of ['connector_inbox', 'connector_outbox', 'connector_memory'])
    assert.equal((await world.db.query(`select from ${table}`)).rowCount, 0, table);
  await assert.rejects(connectors.disconnect(workspace.id, 'kommo'), /kommo is not connected/);
  const unheard = dealMoves(world.kommo);
  await world.quiet();
  assert.deepEqual(await mailed(unheard), [0]);

  await connectors.connect(workspace.id, 'kommo', settings);
  assert.notDeepEqual(await secret(), before);
  const heard = dealMoves(world.kommo);
  await world.quiet();
  assert.deepEqual(await mailed(heard), [1]);
});

test('disconnected while Kommo is away: what was to be written fails, and that the webhook stays there is said', async () => {
  const { connectors, workspace } = world.tributary;
  world.kommo.faults.set({ offline: true });
  await world.db.query(
    `insert into connector_outbox (connection_id, key, kind, target, body, state, requested_at, person_id, about)
     select c.id, 'never written', 'note', 'lead:1', '{"text":"x","at":"2026-03-02T08:00:00.000Z"}', 'queued', now(), p.id, '{"str::pat":"kommo.note"}'
     from connection c, (select id from person order by id limit 1) p`,
  );
  try {
    assert.match((await connectors.disconnect(workspace.id, 'kommo')) ?? '', /no answer|ECONN|failed/);
  } finally {
    world.kommo.faults.clear();
  }
  const { rows } = await world.db.query(
    `select a.attributes->>'str::jsl' as why from activity a join activity_definition d on d.id = a.definition_id
     where d.activity_id = 'act::fja' and a.attributes->>'str::pat' = 'kommo.note'`,
  );
  assert.deepEqual(rows, [{ why: 'Kommo was disconnected' }]);
  await connectors.connect(workspace.id, 'kommo', { url: world.kommo.url, token: world.kommo.token });
});

test('a webhook’s secret that leaked is changed, and nothing that is remembered or to be written is lost', async () => {
  const { connectors, workspace } = world.tributary;
  const settings = { url: world.kommo.url, token: world.kommo.token };
  const remembered = async () => (await world.db.query('select from connector_memory')).rowCount;
  const [before, memories] = [world.kommo.webhooks()[0]!.destination, await remembered()];
  await connectors.connect(workspace.id, 'kommo', settings);
  assert.deepEqual(
    world.kommo.webhooks().map(({ destination }) => destination),
    [before],
  );
  const report = await connectors.connect(workspace.id, 'kommo', settings, { newSecret: true });
  assert.notEqual(report.webhookUrl, before);
  assert.deepEqual(
    world.kommo.webhooks().map(({ destination }) => destination),
    [report.webhookUrl],
  );
  assert.equal((await fetch(before, { method: 'POST', body: 'leads[update][0][id]=1' })).status, 404);
  assert.ok((await remembered())! >= memories!);
  const heard = dealMoves(world.kommo);
  await world.quiet();
  assert.deepEqual(await mailed(heard), [1]);
});

test('a webhook that comes at the very moment of disconnecting is answered as one that comes after it', async () => {
  const { connectors, workspace } = world.tributary;
  const { destination } = world.kommo.webhooks()[0]!;
  // As another process would, of whose doing this one has not heard yet.
  await world.db.query(
    'delete from connector_inbox; delete from connector_outbox; delete from connector_memory; delete from connection',
  );
  const answer = await fetch(destination, { method: 'POST', body: 'leads[update][0][id]=1' });
  assert.equal(answer.status, 404, await answer.text());
  await connectors.connect(workspace.id, 'kommo', { url: world.kommo.url, token: world.kommo.token });
  const heard = dealMoves(world.kommo);
  await world.quiet();
  assert.deepEqual(await mailed(heard), [1]);
});

test('another account is heard from the first moment on, and gets nothing that was meant for the one before', async () => {
  const account = { id: 999, name: 'Other Co', subdomain: 'other' };
  const other = await startKommoSandbox({
    now: world.clock.now,
    requestsPerSecond: 0,
    retryScale: 1e-4,
    seed: { ...defaultSeed, account },
  });
  try {
    const { connectors, workspace } = world.tributary;
    world.kommo.faults.set({ offline: true });
    await world.db.query(
      `insert into connector_outbox (connection_id, key, kind, target, body, state, requested_at)
       select id, 'to the old one', 'note', 'lead:1', '{"text":"x","at":"2026-03-02T08:00:00.000Z"}', 'queued', now() from connection`,
    );
    // Kommo numbers contacts over all accounts; each sandbox begins anew, and would give the numbers of people we have.
    for (let i = 0; i <= people; i++) other.addLead({ name: 'Before', contact: { first_name: 'Somebody' } });
    await connectors.connect(workspace.id, 'kommo', { url: other.url, token: other.token });
    const email = dealMoves(other);
    await world.quiet();
    assert.deepEqual(await mailed(email), [1]);
    const { rows } = await world.db.query(`select state, error from connector_outbox where key = 'to the old one'`);
    assert.deepEqual(rows, [{ state: 'failed', error: 'it was meant for the account that was connected before' }]);
  } finally {
    world.kommo.faults.clear();
    await other.close();
  }
});
