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
    [
      'the journey was paused, and archived',
      async ({ name }) => {
        await to('pause', { name });
        await world.quiet();
        await to('archive', { name }, { letGo: true });
      },
      'the journey was archived',
    ],
    [
      'another journey took her out',
      async ({ name, anna }) => {
        const start = { kind: 'journey', do: 'remove', journey: name, next: 'end' };
        await world.push({ ...welcome(), name: 'Out', start: 'out', shapes: { out: start, end: shapes.end } });
        await world.does(anna, 'signed-up');
      },
      'taken out by the journey “Out”',
    ],
    [
      'her run was parked, and ended',
      async ({ anna }) => {
        const { rows } = await world.db.query<{ id: string }>(
          `update run r set parked_error = 'broken', due_at = null from person p
           where p.id = r.person_id and p.fields->>'str::email' = $1 returning r.id`,
          [anna],
        );
        await world.tributary.journeys.settleParked(world.ws, rows[0]!.id, 'end');
      },
      'ended by the operator',
    ],
  ];
  for (const [what, happens, reason] of made)
    test(`is not sent where ${what} meanwhile, and the timeline says why at once`, async () => {
      const of = await waiting();
      await happens(of);
      await world.quiet();
      assert.deepEqual(await whyNot(of.anna), [`the person has left the journey: ${reason}`]);
      assert.deepEqual(await messagesOf(of.anna), []);
      await world.pass(DAY);
      assert.deepEqual(await world.subjectsTo(of.anna), ['Hello']);
    });

  test('is not sent where she turns out to be somebody who went further in the journey', async () => {
    const { name, anna } = await waiting();
    const { people } = world.tributary;
    const further = `further-${anna}`;
    await world.does(further, 'signed-up');
    const [one, other] = await Promise.all([anna, further].map((who) => people.findByEmail(world.db, world.ws, who)));
    // One more step behind her: of the two runs, this stays.
    await world.db.query(
      `insert into move (run_id, at, number, shape_id, did) select id, $2, 0, shape_id, 'tried again' from run where person_id = $1`,
      [other, world.clock.now()],
    );
    await world.pass(2 * HOUR);
    await people.identity.unite(world.ws, { people: [one!, other!], survivor: other!, by });
    await world.quiet();
    const { rows } = await world.db.query<{ reason: string }>(
      `select m.reason from message m join run r on r.id = m.run_id join journey j on j.id = r.journey_id
       where j.name = $1 and m.state = 'skipped'`,
      [name],
    );
    assert.deepEqual(rows, [
      { reason: 'the person has left the journey: one person with another, whose run went further' },
    ]);
  });

  test('is not sent where she has left, and is asked for anew when she comes again', async () => {
    const { anna } = await waiting({
      shapes: { ...shapes, second: { ...shapes.second, perPerson: 'once' } },
    });
    await world.does(anna, 'bought');
    await world.pass(HOUR);
    await world.does(anna, 'signed-up');
    const second = (await world.movesOf(anna)).filter((move) => move.startsWith('second: '));
    assert.equal(second.length, 2);
    assert.match(second[1]!, /asked for the e-mail/);
    for (let day = 0; day < 3; day++) await world.pass(DAY);
    assert.equal((await world.subjectsTo(anna)).filter((subject) => subject === 'Later').length, 1);
  });

  test('is not waited for and told as not sent, though somebody holds it at the moment when she leaves', async () => {
    const { anna } = await waiting({
      shapes: { ...shapes, second: { ...shapes.second, perPerson: 'once' } },
    });
    const holder = await world.db.connect();
    await holder.query('begin');
    const { rowCount } = await holder.query(`select from message where state = 'queued' for update`);
    await world.does(anna, 'bought');
    await holder.query('commit');
    holder.release();
    assert.equal(rowCount, 1);
    assert.equal((await messagesOf(anna)).length, 1, 'it is to be looked at in its time');
    const { json } = await world.call('GET', `/api/people/${anna}/explain?journey=Two%20at%20once%20${journeys}`);
    const [message] = json.journeys[0].runs[0].messages.slice(-1);
    assert.deepEqual([message.state, message.reason], ['skipped', 'the person has left the journey: exit rule']);
    await world.does(anna, 'signed-up');
    const second = (await world.movesOf(anna)).filter((move) => move.startsWith('second: '));
    assert.match(second[1]!, /asked for the e-mail/);
  });

  test('is told as not sent, as soon as she has left', async () => {
    const { anna } = await waiting();
    await world.does(anna, 'bought');
    const { json } = await world.call('GET', `/api/people/${anna}/explain?journey=Two%20at%20once%20${journeys}`);
    assert.match(json.journeys[0].lines.join('\n'), /message of second: .*, not sent: the person has left the journey/);
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

test('who waits to hear of a mail that is uncertain goes on once the operator lets go of it, and does not get it again', async () => {
  const { anna } = await waiting({
    shapes: { ...shapes, second: { ...shapes.second, onFailure: 'retry' } },
  });
  // As a process leaves it that ends with the mail on its way, where the operator is asked.
  const { rows } = await world.db.query<{ id: string }>(
    `update message set state = 'uncertain', uncertain_count = 1, waits_for = null, due_at = null
     where state = 'queued' returning id`,
  );
  assert.equal(rows.length, 1);
  assert.equal(await world.tributary.messages.settleUncertain(rows[0]!.id, 'drop'), true);
  await world.quiet();
  assert.deepEqual(await whyNot(anna), ['dropped by the operator, who could not tell whether it had arrived']);
  assert.deepEqual(await world.runsOf(anna), ['rest']);
  await world.pass(DAY);
  assert.deepEqual(await world.subjectsTo(anna), ['Hello']);
});
