import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../../src/demo/reader.ts';
import { runsByDeal } from '../support/scene.ts';
import { MINUTE, openWorld } from '../support/world.ts';

const PEOPLE = 40;

test('under Kommo’s own limit of seven requests a second nothing is refused, and a crowd comes through', async (t) => {
  const world = await openWorld({ kommo: { requestsPerSecond: 7 } });
  t.after(world.close);
  const { kommo } = world;
  const statusId = kommo.stage('Qualification').statusId;
  const deals = Array.from({ length: PEOPLE }, (_, i) =>
    kommo.addLead({ name: `Deal ${i}`, contact: { first_name: 'Ida', email: `ida${i}@example.com` } }),
  );
  // One by one, so that each move is a webhook of its own, and those who open do it all at once.
  for (const deal of deals) kommo.moveLead(deal.id, statusId);
  await world.quiet();
  // What is done with a mail in its first minute is held for a moment.
  await world.pass(MINUTE);
  for (const deal of deals) for (const mail of await world.mailsTo(deal.contacts[0]!.email!)) await open(mail);
  await world.quiet();

  const runs = await runsByDeal(world);
  for (const deal of deals) {
    assert.equal(runs.get(deal.id), 1);
    assert.equal(kommo.notes(deal.id).length, 1);
    assert.ok(kommo.lead(deal.id)!.customFields['Email activity']);
  }
  const requests = kommo.requests();
  assert.deepEqual(
    requests.filter(({ status }) => status === 429 || status === 403),
    [],
  );
  const at = requests.map((request) => request.at.getTime());
  const most = Math.max(...at.map((from) => at.filter((one) => one >= from && one < from + 1000).length));
  assert.ok(most <= 7, `${most} requests within one second`);
  t.diagnostic(`${PEOPLE} deals: ${requests.length} requests, at most ${most} in a second`);
});
