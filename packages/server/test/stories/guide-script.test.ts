import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createKey } from '../../src/access/index.ts';
import { timelineOf } from '../support/scene.ts';
import { openWorld, type World } from '../support/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world?.close());

/** A script as the guide has people write it: nothing here but the host and the key is ours. */
async function syncLead(
  ORTTO: string,
  KEY: string,
  lead: { id: number; email: string; name: string; budget: number; stage: string; pipeline: string },
): Promise<string> {
  const headers = { 'X-Api-Key': KEY, 'Content-Type': 'application/json' };
  const merged = await fetch(`${ORTTO}/v1/persons/merge`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      people: [
        {
          fields: {
            'str::email': { v: lead.email },
            'str::first': { v: lead.name },
            'str::kommo_lead_id': { v: String(lead.id) },
            'int::kommo_budget': { v: lead.budget },
            'bol::kommo_active': { v: true },
          },
        },
      ],
      merge_by: ['str::email'],
      merge_strategy: 2,
    }),
  });
  const data = (await merged.json()) as { people: { id: string }[] };
  const personId = data.people[0]!.id;
  await fetch(`${ORTTO}/v1/activities/create`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      activities: [
        {
          activity_id: `crm_stage_${lead.stage}`,
          person_id: personId,
          fields: {
            'str::pipeline': { v: lead.pipeline },
            'str::kommo_lead_id': { v: String(lead.id) },
            'int::budget': { v: lead.budget },
          },
        },
      ],
    }),
  });
  return personId;
}

test('a script written after the guide runs unchanged: Anna, her fields and her stages are there', async () => {
  const { tributary, db, clock } = world;
  const { key } = await createKey(db, tributary.workspace, 'Script', clock.now());
  const lead = { id: 4711, email: 'anna.petrova@example.com', name: 'Anna', budget: 12_000, pipeline: 'Sales' };
  const id = await syncLead(tributary.url, key, { ...lead, stage: 'qualification' });
  assert.match(id, /^00[0-9a-f]{22}$/);
  assert.equal(await syncLead(tributary.url, key, { ...lead, budget: 15_000, stage: 'proposal_sent' }), id);

  const { body } = await world.api('/v1/person/get', {
    fields: ['str::email', 'str::first', 'str:cm:kommo-lead-id', 'int:cm:kommo-budget', 'bol:cm:kommo-active'],
    filter: { '$str::is': { field_id: 'str:cm:kommo-lead-id', value: '4711' } },
  });
  assert.deepEqual((body as { contacts: unknown }).contacts, [
    {
      id,
      fields: {
        'str::email': 'anna.petrova@example.com',
        'str::first': 'Anna',
        'str:cm:kommo-lead-id': '4711',
        'int:cm:kommo-budget': 15_000_000,
        'bol:cm:kommo-active': true,
      },
    },
  ]);
  const stages = (await timelineOf(world, lead.email))
    .filter((one) => one.activityId.startsWith('act:cm:crm-stage-'))
    .map(({ activityId, attributes }) => [activityId, attributes])
    .sort();
  const attributes = { 'str:cm:pipeline': 'Sales', 'str:cm:kommo-lead-id': '4711' };
  assert.deepEqual(stages, [
    ['act:cm:crm-stage-proposal-sent', { ...attributes, 'int:cm:budget': 15_000_000 }],
    ['act:cm:crm-stage-qualification', { ...attributes, 'int:cm:budget': 12_000_000 }],
  ]);
});

test('the same calls in Ortto’s own way stay as exact as they are', async () => {
  const people = [{ fields: { 'str::email': 'anna@example.com', 'str::kommo_lead_id': '1' } }];
  assert.equal((await world.api('/v1/person/merge', { people })).status, 400);
  const wrapped = [{ fields: { 'str::email': { v: 'anna@example.com' } } }];
  assert.equal((await world.api('/v1/person/merge', { people: wrapped })).status, 400);
});
