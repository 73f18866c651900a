import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type JourneyWorld, openJourneyWorld, welcome } from '../../support/journey-world.ts';
import { DAY, HOUR } from '../../support/world.ts';

const by = 'somebody';
/** Asked for at once after the first, and due when the cap has room again. */
const shapes = {
  hello: { kind: 'email', template: 'Hello', next: 'second' },
  second: { kind: 'email', template: 'Later', next: 'rest' },
  rest: { kind: 'delay', for: { days: 3 }, next: 'end' },
  end: { kind: 'exit' },
};

let world: JourneyWorld;
before(async () => {
  world = await openJourneyWorld();
  await world.tributary.messages.changeDefaults(world.ws, { cap: { messages: 1, hours: 16 } });
});
after(() => world?.close());

const manage = () => world.tributary.journeys.manage;
const to = (verb: 'pause' | 'resume' | 'archive', which: { name: string }, more = {}) =>
  manage().changeState(world.ws, which, verb, { by, ...more });
const switched = (which: { name: string }, how: 'on' | 'off') =>
  manage().switchShape(world.ws, which, { shape: 'second', to: how, by });

let journeys = 0;
/** Somebody who has the first mail, and whose second waits for the cap. */
async function waiting(change: Record<string, unknown> = {}): Promise<{ name: string; anna: string }> {
  const name = `Two at once ${++journeys}`;
  for (const { name: other, state } of await manage().list(world.ws, { limit: 100, offset: 0 }))
    if (state === 'on') await world.tributary.journeys.turn(world.ws, other, 'off');
  await world.push(welcome({ name, start: 'hello', shapes, ...change }));
  const anna = `p${journeys}@example.com`;
  await world.does(anna, 'signed-up');
  assert.deepEqual(await world.subjectsTo(anna), ['Hello']);
  await world.pass(HOUR);
  return { name, anna };
}

/** Why she did not get something, as her timeline has it. */
async function whyNot(email: string): Promise<unknown[]> {
  const { people } = world.tributary;
  const id = (await people.findByEmail(world.db, world.ws, email))!;
  const told = await people.timeline(world.db, world.ws, id, 50);
  return told.filter(({ activityId }) => activityId === 'act::sk').map(({ attributes }) => attributes['str::rn']);
}

/** As her page has it. */
async function messagesOf(email: string): Promise<unknown[]> {
  const { people, messages } = world.tributary;
  const id = (await people.findByEmail(world.db, world.ws, email))!;
  const all = await messages.listOfPerson(world.db, world.ws, id, 10);
  return all.filter(({ state }) => state === 'queued').map(({ waitsFor, reason }) => `${waitsFor}: ${reason}`);
}

describe('a mail that waits for the cap', () => {
  const made: [string, (of: { name: string; anna: string }) => Promise<unknown>, string][] = [
    ['an exit rule let her go', ({ anna }) => world.does(anna, 'bought'), 'exit rule'],
    [
      'her run was ended by hand',
      async ({ name, anna }) => {
        const { rows } = await world.db.query<{ id: string }>(
          `select r.id from run r join person p on p.id = r.person_id where p.fields->>'str::email' = $1`,
          [anna],
        );
        const { id } = rows[0]!;
        await manage().settleRun(world.ws, { name }, { id, shown: id, how: 'end', by });
      },
      'ended by hand',
    ],
    ['the journey was archived', ({ name }) => to('archive', { name }, { letGo: true }), 'the journey was archived'],
  ];
  for (const [what, happens, reason] of made)
    test(`is not sent where ${what} meanwhile, and the timeline says why`, async () => {
      const of = await waiting();
      await happens(of);
      await world.quiet();
      await world.pass(DAY);
      assert.deepEqual(await world.subjectsTo(of.anna), ['Hello']);
      assert.deepEqual(await whyNot(of.anna), [`the person has left the journey: ${reason}`]);
      assert.deepEqual(await messagesOf(of.anna), []);
    });

  test('is sent where she came to the journey’s end meanwhile', async () => {
    const { anna } = await waiting({
      shapes: { hello: shapes.hello, second: { ...shapes.second, next: 'end' }, end: shapes.end },
    });
    assert.deepEqual(await world.runsOf(anna), ['left: completed']);
    await world.pass(DAY);
    assert.deepEqual(await world.subjectsTo(anna), ['Hello', 'Later']);
  });

  test('waits while the journey is paused, and goes when that ends', async () => {
    const { name, anna } = await waiting();
    await to('pause', { name });
    await world.pass(DAY);
    assert.deepEqual(await world.subjectsTo(anna), ['Hello']);
    assert.deepEqual(await messagesOf(anna), ['journey: the journey is paused']);
    await to('resume', { name });
    await world.quiet();
    assert.deepEqual(await world.subjectsTo(anna), ['Hello', 'Later']);
    assert.deepEqual(await whyNot(anna), []);
  });

  test('waits while its shape is switched off, and goes when it is on again', async () => {
    const { name, anna } = await waiting();
    await switched({ name }, 'off');
    await world.pass(DAY);
    assert.deepEqual(await world.subjectsTo(anna), ['Hello']);
    assert.deepEqual(await messagesOf(anna), ['journey: the shape is switched off']);
    await switched({ name }, 'on');
    await world.quiet();
    assert.deepEqual(await world.subjectsTo(anna), ['Hello', 'Later']);
  });
});
