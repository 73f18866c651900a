import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { internalId, publicId } from '@tributary/model';
import { publicAudienceId } from '../../src/audiences/index.ts';
import { transaction } from '../../src/platform/database/pool.ts';
import { DAY, HOUR, openWorld, type World } from '../support/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
  await world.api('/v1/definitions/activity/create', { name: 'Began' });
  await world.api('/v1/definitions/activity/create', { name: 'Paid' });
  const fields = { Plan: 'text', Score: 'integer', Price: 'currency', Member: 'bool', Renewal: 'date' };
  for (const [name, type] of Object.entries(fields)) await world.api('/v1/person/custom-field/create', { name, type });
});
after(() => world?.close());

const BEGAN = 'act:cm:began';
const end = { kind: 'exit' };
let count = 0;

/** Puts a journey on that begins with an activity of its own, and lets somebody new into it. */
async function journey(shapes: Record<string, unknown>, more: object = {}): Promise<{ name: string; id: number }> {
  count += 1;
  const name = `Journey ${count}`;
  const only = { '$str::is': { field_id: 'str:cm:which', value: name } };
  const definition = {
    ...{ name, entry: { activity: BEGAN, filter: only }, start: Object.keys(shapes)[0], shapes },
    ...more,
  };
  const { db, workspace, journeys } = world.tributary;
  const row = await transaction(db, (tx) => journeys.publish(tx, workspace.id, definition));
  return { name, id: row.id };
}

async function person(email: string, fields: object = {}): Promise<string> {
  const { body } = await world.api('/v1/person/merge', { people: [{ fields: { 'str::email': email, ...fields } }] });
  return (body as { people: { person_id: string }[] }).people[0]!.person_id;
}

async function does(email: string, activity: string, attributes: object = {}): Promise<void> {
  const activities = [{ activity_id: activity, fields: { 'str::email': email }, attributes }];
  await world.api('/v1/activities/create', { activities, merge_by: ['str::email'] });
  await world.quiet();
}

const enters = (email: string, { name }: { name: string }) => does(email, BEGAN, { 'str:cm:which': name });

/** What her runs in a journey did, in the order they did it. */
async function way(email: string, { id }: { id: number }): Promise<string[]> {
  const { rows } = await world.db.query<{ did: string }>(
    `select m.did from run r join move m on m.run_id = r.id
     join identity i on i.person_id = r.person_id and i.value = $1
     where r.journey_id = $2 order by r.id, m.at, m.number`,
    [email, id],
  );
  return rows.map(({ did }) => did);
}

test('a wait ends at once when a field changes, and an exit sees one too', async () => {
  const until = { '$str::is': { field_id: 'str:cm:plan', value: 'pro' } };
  const gone = { '$str::is': { field_id: 'str:cm:plan', value: 'none' } };
  const waiting = await journey({ wait: { kind: 'wait', until, next: 'end' }, end }, { exits: [gone] });
  for (const email of ['field1@example.com', 'field2@example.com']) {
    await person(email);
    await enters(email, waiting);
  }
  await person('field1@example.com', { 'str:cm:plan': 'Pro' });
  await person('field2@example.com', { 'str:cm:plan': 'none' });
  await world.quiet();
  assert.deepEqual((await way('field1@example.com', waiting)).slice(1), [
    'what it waited for has happened',
    'left: completed',
  ]);
  assert.deepEqual((await way('field2@example.com', waiting)).slice(1), ['left: exit rule']);
});

test('a tag that one step gives and takes is taken: for the engine, for who looks later, and in a simulation', async () => {
  const tagged = { '$str::is': { field_id: 'tags', value: 'both' } };
  const both = await journey({
    both: { kind: 'tag', add: ['Both'], remove: ['both'], next: 'at-once' },
    'at-once': { kind: 'condition', if: tagged, yes: 'rest', no: 'rest' },
    rest: { kind: 'delay', for: { days: 1 }, next: 'later' },
    later: { kind: 'condition', if: tagged, yes: 'end', no: 'end' },
    end,
  });
  const merge = (tags: string[]) => ({ people: [{ fields: { 'str::email': 'both@example.com' }, tags }] });
  for (const tags of [[], ['Both']]) {
    await world.api('/v1/person/merge', merge(tags));
    const person = 'both@example.com';
    const asked = { person, journey: both.name, entry: { 'str:cm:which': both.name } };
    const simulated = await world.api('/api/journeys/simulate', asked);
    await enters(person, both);
    await world.pass(DAY);
    const [path] = (simulated.body as { paths: { path: { did: string }[] }[] }).paths;
    const real = (await way(person, both)).slice(-path!.path.length);
    const without = (did: string) => did.replace(/until .*/, '');
    assert.deepEqual(
      path!.path.map(({ did }) => without(did)),
      real.map(without),
    );
    const looked = real.filter((did) => did.startsWith('the condition'));
    assert.deepEqual(looked, ['the condition does not hold', 'the condition does not hold']);
  }
});

test('what she did before she entered counts where the condition says so, and only there', async () => {
  const paid = (more: object) => ({ '$act::has_occurred': { field_id: 'act:cm:paid', ...more } });
  const asks = await journey({
    run: { kind: 'condition', if: paid({}), yes: 'ever', no: 'ever' },
    ever: { kind: 'condition', if: paid({ ever: true }), yes: 'end', no: 'end' },
    end,
  });
  await person('ever@example.com');
  await does('ever@example.com', 'act:cm:paid');
  await world.pass(HOUR);
  await enters('ever@example.com', asks);
  assert.deepEqual(await way('ever@example.com', asks), [
    'the condition does not hold',
    'the condition holds',
    'left: completed',
  ]);
});

test('what a machine opened never counts, before she entered neither', async () => {
  const opened = (more: object = {}) => ({ '$act::has_occurred': { field_id: 'act::o', ever: true, ...more } });
  const first = {
    '$act::first': { ...opened()['$act::has_occurred'], filter: { '$bol::is': { field_id: 'bol::m', value: false } } },
  };
  const shapes = {
    any: { kind: 'condition', if: opened(), yes: 'first', no: 'first' },
    first: { kind: 'condition', if: first, yes: 'end', no: 'end' },
    end,
  };
  const email = 'machine@example.com';
  const id = await person(email);
  const opens = async (machine: boolean) => {
    const { people, workspace } = world.tributary;
    const activity = { id: 'act::o', attributes: { 'bol::m': machine } };
    await people.record(workspace.id, [{ who: { personId: internalId(id)! }, fields: {}, activity, source: 'Test' }]);
    await world.quiet();
  };
  await opens(true);
  const byMachine = await journey(shapes);
  await enters(email, byMachine);
  assert.deepEqual((await way(email, byMachine)).slice(0, 2), [
    'the condition does not hold',
    'the condition does not hold',
  ]);
  await opens(false);
  const byHer = await journey(shapes);
  await world.pass(HOUR);
  await enters(email, byHer);
  assert.deepEqual((await way(email, byHer)).slice(0, 2), ['the condition holds', 'the condition holds']);
});

test('a wait for an audience ends when she enters it; one for time alone, at its moment', async () => {
  const { audiences, workspace } = world.tributary;
  const filter = { '$str::is': { field_id: 'str:cm:plan', value: 'gold' } };
  const row = await audiences.create(workspace.id, { name: 'Gold', filter, exitFilter: null });
  const member = { $is_member_of: { audience_id: publicAudienceId(row) } };
  const known = { '$tme::relative_more_than': { field_id: 'c', days_ago: 3 } };
  const waits = await journey({
    member: { kind: 'wait', until: member, next: 'known' },
    known: { kind: 'wait', until: known, next: 'end' },
    end,
  });
  const email = 'gold@example.com';
  await person(email);
  await enters(email, waits);
  assert.equal((await way(email, waits)).length, 1);
  await person(email, { 'str:cm:plan': 'gold' });
  await world.quiet();
  assert.equal((await way(email, waits)).at(-1), 'waits until it happens');
  assert.equal((await way(email, waits)).length, 3);
  await world.pass(3 * DAY - HOUR);
  assert.equal((await way(email, waits)).length, 3, 'she has been known for less than three days');
  await world.pass(2 * HOUR);
  assert.deepEqual((await way(email, waits)).slice(3), ['what it waited for has happened', 'left: completed']);
});

test('fields and tags are changed, with her own values, and what is refused is on her timeline', async () => {
  const changes = await journey({
    set: { kind: 'update', set: { 'str:cm:plan': 'for {{ people.first-name }}' }, next: 'tag' },
    tag: { kind: 'tag', add: ['On the way'], remove: ['Cold'], next: 'wrong' },
    wrong: { kind: 'update', set: { 'bol::gdpr': '{{ "perhaps" }}' }, onFailure: 'exit', next: 'end' },
    end,
  });
  const email = 'changes@example.com';
  const id = await person(email, { 'str::first': 'Anna' });
  await world.api('/v1/person/merge', { people: [{ fields: { 'str::email': email }, tags: ['Cold', 'Kept'] }] });
  await enters(email, changes);
  const { people, workspace } = world.tributary;
  const found = [
    ...(await people.find(world.db, workspace.id, [BigInt(await internal(email)).toString()])).values(),
  ][0]!;
  assert.equal(publicId(found.id), id);
  assert.equal(found.fields['str:cm:plan'], 'for Anna');
  assert.deepEqual([...found.tags].sort(), ['Kept', 'On the way']);
  const last = (await way(email, changes)).at(-1);
  assert.match(last ?? '', /^left: a step failed: .*bol::gdpr/);
});

async function internal(email: string): Promise<string> {
  const { people, workspace } = world.tributary;
  return (await people.findByEmail(world.db, workspace.id, email))!;
}

test('what follows a change sees what is kept of it', async () => {
  const any = (field_id: string) => ({ $has_any_value: { field_id } });
  const changes = await journey({
    wrong: {
      kind: 'update',
      set: { 'int:cm:score': '{{ people.first-name }}', 'str:cm:plan': 'pro' },
      next: 'refused',
    },
    refused: { kind: 'condition', if: { $or: [any('int:cm:score'), any('str:cm:plan')] }, yes: 'end', no: 'mail' },
    mail: { kind: 'update', set: { 'str::email': '{{ "  new-kept@example.com " }}' }, next: 'trimmed' },
    trimmed: {
      kind: 'condition',
      if: { '$str::is': { field_id: 'str::email', value: 'new-kept@example.com' } },
      yes: 'end',
      no: 'end',
    },
    end,
  });
  await person('kept@example.com', { 'str::first': 'Anna' });
  await enters('kept@example.com', changes);
  const dids = await way('new-kept@example.com', changes);
  assert.deepEqual([dids[1], dids[3]], ['the condition does not hold', 'the condition holds']);
});

test('texts are set as what their fields hold: numbers, money, dates, yes and no, phones', async () => {
  const set = {
    'int:cm:score': '{{ activity.amount }}',
    'int:cm:price': '12.5',
    'bol:cm:member': '{{ "true" }}',
    'dtz:cm:renewal': '{{ activity.on }}',
    'phn::phone': '{{ "+351 912 345 678" }}',
  };
  const shapes = { set: { kind: 'update', set, next: 'end' }, end };
  const sets = await journey(shapes);
  const email = 'typed@example.com';
  const id = await person(email);
  const on = { year: 2026, month: 3, day: 9 };
  await does(email, BEGAN, { 'str:cm:which': sets.name, 'int:cm:amount': 12000, 'dtz:cm:on': on });
  const { people, db, workspace } = world.tributary;
  const found = (await people.find(db, workspace.id, [internalId(id)!])).get(internalId(id)!)!;
  assert.deepEqual(
    Object.keys(set).map((field) => found.fields[field]),
    [12000, 12500, true, { ...on, timezone: 'UTC' }, { c: '351', n: '912345678' }],
  );
  const literals = { 'int:cm:score': 'many', 'bol:cm:member': 5, 'dtz:cm:renewal': '2026-02-30', 'int:cm:price': '1' };
  await assert.rejects(journey({ set: { ...shapes.set, set: literals }, end }), {
    message:
      'the journey can not be published:\n' +
      '  shapes.set.set.int:cm:score: failed to validate field int:cm:score: expected an integer (decimals and currency are ×1000)\n' +
      '  shapes.set.set.bol:cm:member: failed to validate field bol:cm:member: expected true or false\n' +
      '  shapes.set.set.dtz:cm:renewal: failed to validate field dtz:cm:renewal: no such day',
  });
});

test('of twenty who come at once, a levelled split sends ten each way, and each the same way again', async () => {
  const half = (name: string) => ({ name, share: 50, next: name });
  const split = await journey({
    split: { kind: 'split', branches: [half('left'), half('right')], level: true },
    left: { kind: 'exit', reason: 'left' },
    right: { kind: 'exit', reason: 'right' },
  });
  const emails = Array.from({ length: 20 }, (_, i) => `split${i}@example.com`);
  await Promise.all(emails.map((email) => person(email)));
  await Promise.all(emails.map((email) => enters(email, split)));
  const first = await Promise.all(emails.map((email) => way(email, split)));
  const sent = (name: string) => first.filter((dids) => dids.some((did) => did.includes(`“${name}”`))).length;
  assert.deepEqual([sent('left'), sent('right')], [10, 10]);
  await Promise.all(emails.map((email) => enters(email, split)));
  for (const [i, email] of emails.entries()) {
    const both = await way(email, split);
    assert.deepEqual(both.slice(first[i]!.length), first[i], 'the same way again');
  }
});

test('a shape for once in a life is passed over in the next run, also where both runs come at the same moment', async () => {
  const once = await journey(
    { tag: { kind: 'tag', add: ['Once'], remove: [], perPerson: 'once', next: 'end' }, end },
    {
      entry: {
        activity: BEGAN,
        filter: { '$str::is': { field_id: 'str:cm:which', value: 'twice' } },
        again: 'any-time',
      },
    },
  );
  const email = 'once@example.com';
  await person(email);
  const activity = { activity_id: BEGAN, fields: { 'str::email': email }, attributes: { 'str:cm:which': 'twice' } };
  await world.api('/v1/activities/create', { activities: [activity, activity], merge_by: ['str::email'] });
  await world.quiet();
  const dids = await way(email, once);
  assert.equal(dids.filter((did) => did === 'gave the tag “Once”').length, 1);
  assert.equal(dids.filter((did) => did.startsWith('passed over: had it on')).length, 1);
});

test('nobody who was in it enters a journey again that is for once', async () => {
  const only = { '$str::is': { field_id: 'str:cm:which', value: 'never again' } };
  const never = await journey({ end }, { entry: { activity: BEGAN, filter: only, again: 'never' } });
  const email = 'never@example.com';
  await person(email);
  for (let time = 0; time < 3; time++) await does(email, BEGAN, { 'str:cm:which': 'never again' });
  assert.equal((await way(email, never)).length, 1);
});
