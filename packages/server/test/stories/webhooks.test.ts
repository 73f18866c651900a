import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, afterEach, before, test } from 'node:test';
import type { FaultSwitches, LeadView } from '@tributary/kommo-sandbox';
import { addDeal, moves, openScene, passes, play, runsByDeal, timelineOf } from '../support/scene.ts';
import { HOUR, openWorld, SECOND, type World } from '../support/world.ts';

const FIRST = 'How did the first call go?';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world?.close());
afterEach(() => {
  world.kommo.faults.clear();
  world.kommo.release();
});

let crowds = 0;

/** So many people with a deal each, all new leads, and known to Tributary. */
async function crowd(count: number): Promise<LeadView[]> {
  crowds += 1;
  const deals = Array.from({ length: count }, (_, i) =>
    world.kommo.addLead({
      name: `Deal ${i + 1} of crowd ${crowds}`,
      price: 1000 + i,
      contact: { first_name: 'Emil', last_name: `No. ${i + 1}`, email: `emil${i + 1}@crowd${crowds}.example` },
    }),
  );
  await world.quiet();
  return deals;
}

const emailOf = (deal: LeadView): string => deal.contacts[0]!.email!;
const qualification = (): number => world.kommo.stage('Qualification').statusId;

/** Each of these deals has begun so many runs, and its person has a first mail for each. */
async function assertBegun(deals: readonly LeadView[], times: number): Promise<void> {
  const runs = await runsByDeal(world);
  assert.deepEqual(
    deals.map((deal) => runs.get(deal.id) ?? 0),
    deals.map(() => times),
    'runs of each deal',
  );
  const mails = await Promise.all(deals.map((deal) => world.mailsTo(emailOf(deal))));
  assert.deepEqual(
    mails.map((all) => all.map(({ subject }) => subject)),
    deals.map(() => Array.from({ length: times }, () => FIRST)),
    'mails of each person',
  );
}

const badLines: Record<string, { faults: Partial<FaultSwitches>; held?: boolean }> = {
  'when Kommo says everything three times': { faults: { repeatEach: 3 } },
  'when Kommo says everything twice, in any order': { faults: { repeatEach: 2, shuffle: true } },
  'when webhooks come three hours late': { faults: {}, held: true },
  'when webhooks come three hours late, each four times, in any order': {
    faults: { repeatEach: 4, shuffle: true },
    held: true,
  },
};

for (const [title, { faults, held }] of Object.entries(badLines)) {
  test(`${title}, each move starts one run`, async () => {
    const deals = await crowd(6);
    world.kommo.faults.set(faults);
    if (held) world.kommo.hold();
    for (const deal of deals) world.kommo.moveLead(deal.id, qualification());
    if (held) await world.pass(3 * HOUR);
    world.kommo.release();
    await world.quiet();
    await assertBegun(deals, 1);
  });
}

test('when one of the two webhooks of a move is lost, the other starts the run', async () => {
  const deals = await crowd(6);
  for (const deal of deals) {
    world.kommo.faults.set({ dropNext: 1 });
    world.kommo.moveLead(deal.id, qualification());
    await world.quiet();
  }
  assert.equal(world.kommo.webhookDeliveries().filter(({ error }) => error === 'dropped').length, 6);
  await assertBegun(deals, 1);
});

test('when all webhooks of a move are lost, the next thing that happens to the deal tells of it', async () => {
  const deals = await crowd(3);
  world.kommo.faults.set({ dropNext: 6 });
  for (const deal of deals) world.kommo.moveLead(deal.id, qualification());
  await world.quiet();
  await assertBegun(deals, 0);
  await world.pass(HOUR);
  for (const deal of deals) world.kommo.updateLead(deal.id, { price: 5000 });
  await world.quiet();
  await assertBegun(deals, 1);
});

test('a webhook that comes when the deal has moved on starts nothing: what Kommo says now is true', async () => {
  const deals = await crowd(3);
  world.kommo.hold();
  // In one moment: with time in between, looking again would find the stage they were in.
  for (const deal of deals) world.kommo.moveLead(deal.id, qualification());
  for (const deal of deals) world.kommo.moveLead(deal.id, world.kommo.stage('Negotiation').statusId);
  world.kommo.release();
  await world.quiet();
  await assertBegun(deals, 0);
  const changes = (await timelineOf(world, emailOf(deals[0]!))).filter((a) => a.attributes['str:cm:stage']);
  assert.deepEqual(
    changes.map(({ attributes }) => [attributes['str:cm:previous-stage'], attributes['str:cm:stage']]),
    [
      ['', 'New lead'],
      ['New lead', 'Negotiation'],
    ],
  );
});

test('a deal that comes and goes and comes begins as often as it came, whatever Kommo repeats', async () => {
  const [deal] = (await crowd(1)) as [LeadView];
  const { kommo } = world;
  kommo.faults.set({ repeatEach: 3, shuffle: true });
  for (const stage of ['Qualification', 'Proposal sent', 'Qualification', 'New lead', 'Qualification']) {
    kommo.moveLead(deal.id, kommo.stage(stage).statusId);
    await world.quiet();
    await world.pass(60 * SECOND);
  }
  await assertBegun([deal], 3);
});

test('every webhook ever sent is sent again, days later, oldest first: nothing happens', async () => {
  const scene = await openScene(world);
  await play(scene, [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST] }],
    ['a day passes', passes({ days: 1 }), {}],
    ['the deal moves on', moves('Negotiation'), { runs: ['left: exit rule'] }],
    ['a day passes', passes({ days: 1 }), {}],
  ]);
  const count = () => world.db.query('select count(*)::int as runs from run');
  const { rows: before } = await count();
  const activities = (await timelineOf(world, scene.email)).length;
  const { destination } = world.kommo.webhooks()[0]!;
  for (const { body } of world.kommo.webhookDeliveries()) {
    assert.equal((await post(destination, body)).status, 204);
  }
  await world.quiet();
  await play(scene, [['a day passes', passes({ days: 1 }), { mails: [FIRST], runs: ['left: exit rule'] }]]);
  assert.deepEqual((await count()).rows, before);
  assert.equal((await timelineOf(world, scene.email)).length, activities);
});

test('a hundred and fifty deals in one body of more than 1,500 values are all read', async () => {
  const deals = await crowd(150);
  world.kommo.clearLogs();
  world.kommo.moveLeads(deals.map(({ id }) => ({ id, statusId: qualification() })));
  await world.quiet();
  const status = world.kommo.webhookDeliveries().filter(({ body }) => body.startsWith('leads%5Bstatus%5D'));
  assert.equal(status.length, 1);
  assert.equal(status[0]!.status, 204);
  const pairs = [...new URLSearchParams(status[0]!.body)].length;
  assert.ok(pairs > 1500, `${pairs} values`);
  await assertBegun(deals, 1);
  // Kommo's ways of counting: a few requests for all of them, not one a deal.
  const reads = world.kommo.requests().filter(({ method }) => method === 'GET').length;
  assert.ok(reads < 15, `${reads} requests to read 150 deals`);
});

const deep = `leads${'[update]'.repeat(40)}=1`;
const form = 'application/x-www-form-urlencoded';
const MB = 1024 * 1024;

const hostile: Record<string, { body: string; type?: string; path?: string; status: number }> = {
  'a depth of 40': { body: deep, status: 400 },
  'only __proto__': { body: '__proto__[polluted]=1&constructor[prototype][polluted]=1', status: 400 },
  'ten megabytes': { body: `leads[update][0][id]=1&x=${'x'.repeat(10 * MB)}`, status: 413 },
  'a wrong secret': { body: 'leads[update][0][id]=1', path: '/hooks/kommo/not-the-secret', status: 404 },
  'no secret': { body: 'leads[update][0][id]=1', path: '/hooks/kommo/', status: 404 },
  'another connector': { body: 'leads[update][0][id]=1', path: '/hooks/toString/x', status: 404 },
  'JSON that is no webhook': { body: '{"leads":[1,2,3]}', type: 'application/json', status: 400 },
  'JSON that is none': { body: '{"leads":', type: 'application/json', status: 400 },
  'JSON nested 5,000 deep': {
    body: `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`,
    type: 'application/json',
    status: 400,
  },
  XML: { body: '<leads/>', type: 'text/xml', status: 400 },
  nothing: { body: '', status: 400 },
  'an empty form of another service': { body: 'a=1&b=2', status: 400 },
  '30,000 values': {
    body: Array.from({ length: 30_000 }, (_, i) => `leads[update][${i}][id]=1`).join('&'),
    status: 400,
  },
  'a key of 2,000 characters': { body: `leads[update][${'9'.repeat(2000)}][id]=1`, status: 400 },
  'the character that no text can hold': { body: 'leads[update][0][id]=1\0', status: 400 },
};

for (const [what, { body, type = form, path, status }] of Object.entries(hostile)) {
  test(`${what} at the webhook's address is a ${status}, and nothing is kept`, async () => {
    const { destination } = world.kommo.webhooks()[0]!;
    const before = await stored();
    const answer = await post(path ? new URL(path, destination).href : destination, body, type);
    assert.equal(answer.status, status, answer.body);
    const { code, error, request_id } = JSON.parse(answer.body) as Record<string, unknown>;
    assert.equal(code, status);
    assert.equal(typeof error, 'string');
    assert.equal(typeof request_id, 'string');
    await world.quiet();
    assert.deepEqual(await stored(), before);
    assert.equal((await fetch(`${world.tributary.url}/readyz`)).status, 200);
  });
}

test('__proto__ among the keys of a good webhook is a key like any other', async () => {
  const { kommo } = world;
  const scene = await openScene(world);
  kommo.hold();
  moves('Qualification')(scene);
  const { destination } = kommo.webhooks()[0]!;
  const { id } = scene.deal;
  const body = `__proto__[polluted]=1&leads[update][__proto__][id]=${id}&leads[update][constructor][id]=1&leads[__proto__][0][id]=7`;
  assert.equal((await post(destination, body)).status, 204);
  await world.quiet();
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  assert.equal((await runsByDeal(world)).get(id), 1);
});

test('a webhook of deals and accounts that are not there is taken, and comes to nothing', async () => {
  const { destination } = world.kommo.webhooks()[0]!;
  await world.quiet();
  const before = await stored();
  const bodies = ['leads[status][0][id]=99999999&leads[status][0][status_id]=142', 'leads[add][0][id]=abc', 'leads=1'];
  const other = `${bodies[0]}&account[id]=1`;
  for (const body of [...bodies, other]) assert.equal((await post(destination, body)).status, 204, body);
  await world.quiet();
  assert.deepEqual(await stored(), before);
});

test('several deals of several people, and two of one of them, in one body', async () => {
  const scene = await openScene(world);
  addDeal('second')(scene);
  const others = await crowd(3);
  const deals = [...others, ...Object.values(scene.deals)];
  world.kommo.moveLeads(deals.map(({ id }) => ({ id, statusId: qualification() })));
  await world.quiet();
  await assertBegun(others, 1);
  await play(scene, [
    ['everything has come', () => undefined, { mails: [FIRST, FIRST], runs: ['until-opened', 'until-opened'] }],
  ]);
});

async function stored(): Promise<unknown> {
  const { rows } = await world.db.query(
    `select (select count(*)::int from connector_inbox) as hooks, (select count(*)::int from activity) as activities,
            (select count(*)::int from person) as people, (select count(*)::int from run) as runs`,
  );
  return rows[0];
}

/** `fetch` gives up where a server answers before it has read everything; this one hears what it says. */
function post(url: string, body: string, type = form): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const length = Buffer.byteLength(body);
    const sending = request(url, { method: 'POST', headers: { 'content-type': type, 'content-length': length } });
    sending.on('error', reject);
    sending.on('response', (response) => {
      sending.removeAllListeners('error').on('error', () => undefined);
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        answer += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: answer }));
    });
    sending.end(body);
  });
}
