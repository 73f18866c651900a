import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type JourneyWorld, openJourneyWorld, welcome } from '../../support/journey-world.ts';
import { DAY, HOUR } from '../../support/world.ts';

const by = 'somebody';
let world: JourneyWorld;
before(async () => {
  world = await openJourneyWorld();
});
after(() => world?.close());

const manage = () => world.tributary.journeys.manage;
let people = 0;
const somebody = (): string => `p${++people}@example.com`;
let journeys = 0;
/** A journey of its own for one story, and its name. */
async function opened(change: Record<string, unknown> = {}): Promise<{ name: string }> {
  const name = `Welcome ${++journeys}`;
  // One at a time lets people in, or everybody would enter all of them.
  for (const { name: other, state } of await manage().list(world.ws, { limit: 100, offset: 0 }))
    if (state === 'on') await world.tributary.journeys.turn(world.ws, other, 'off');
  await world.push(welcome({ name, ...change }));
  return { name };
}
const to = (verb: 'pause' | 'resume' | 'drain' | 'archive' | 'restore', which: { name: string }, more = {}) =>
  manage().changeState(world.ws, which, verb, { by, ...more });
const stateOf = async (which: { name: string }) => (await manage().find(world.ws, which)).state;

describe('a pause', () => {
  test('in the middle of a wait keeps her there, and does not lengthen the wait', async () => {
    const which = await opened();
    const anna = somebody();
    await world.does(anna, 'signed-up');
    await world.pass(DAY);
    await to('pause', which);
    assert.deepEqual(await world.runsOf(anna), ['pause']);
    await world.pass(3 * DAY);
    assert.deepEqual(await world.runsOf(anna), ['pause (held)']);
    assert.deepEqual(await world.subjectsTo(anna), ['Hello']);
    await to('resume', which);
    await world.quiet();
    assert.deepEqual(await world.subjectsTo(anna), ['Hello', 'Later']);
    assert.deepEqual(await world.runsOf(anna), ['left: completed']);
  });

  test('that ends before her wait does changes nothing for her', async () => {
    const which = await opened();
    const anna = somebody();
    await world.does(anna, 'signed-up');
    await world.pass(DAY);
    await to('pause', which);
    await world.pass(HOUR);
    await to('resume', which);
    await world.pass(22 * HOUR);
    assert.deepEqual(await world.runsOf(anna), ['pause']);
    await world.pass(HOUR);
    assert.deepEqual(await world.runsOf(anna), ['left: completed']);
  });

  test('lets nobody in, and whoever is to leave leaves', async () => {
    const which = await opened();
    const [anna, ben, cleo] = [somebody(), somebody(), somebody()];
    await world.does(anna, 'signed-up');
    await world.does(ben, 'signed-up');
    await to('pause', which);
    await world.does(cleo, 'signed-up');
    await world.does(anna, 'bought');
    await world.pass(5 * DAY);
    await world.does(ben, 'bought');
    assert.deepEqual(await world.runsOf(anna), ['left: exit rule']);
    assert.deepEqual(await world.runsOf(ben), ['left: exit rule'], 'she was held already');
    assert.deepEqual(await world.runsOf(cleo), []);
    await to('resume', which);
    await world.quiet();
    assert.deepEqual(await world.subjectsTo(ben), ['Hello']);
  });

  test('of one that drains goes on draining when it ends', async () => {
    const which = await opened();
    await to('drain', which);
    await to('pause', which);
    assert.equal(await stateOf(which), 'paused');
    await to('resume', which);
    assert.equal(await stateOf(which), 'draining');
    await to('resume', which);
    assert.equal(await stateOf(which), 'on');
  });

  test('of what does not run is refused, with what it is', async () => {
    const which = await opened();
    await to('archive', which);
    await assert.rejects(to('pause', which), {
      code: 'journey_state',
      status: 409,
      message: /is archived: only what runs/,
    });
    await assert.rejects(to('resume', which), { code: 'journey_state' });
    await assert.rejects(to('pause', { name: 'Nowhere' }), { code: 'journey_not_found', status: 404 });
  });
});

describe('a journey comes to its end', () => {
  test('draining, who is inside goes on and nobody enters', async () => {
    const which = await opened();
    const [anna, ben] = [somebody(), somebody()];
    await world.does(anna, 'signed-up');
    await to('drain', which);
    await world.does(ben, 'signed-up');
    await world.pass(2 * DAY);
    assert.deepEqual(await world.runsOf(anna), ['left: completed']);
    assert.deepEqual(await world.runsOf(ben), []);
  });

  test('archived, only when nobody is inside, or when they are let go', async () => {
    const which = await opened();
    const anna = somebody();
    await world.does(anna, 'signed-up');
    await assert.rejects(to('archive', which), { code: 'journey_not_empty', message: /somebody is inside/ });
    assert.equal(await stateOf(which), 'on');
    await to('archive', which, { letGo: true });
    await world.quiet();
    assert.deepEqual(await world.runsOf(anna), ['left: the journey was archived']);
    const timeline = await world.tributary.people.timeline(
      world.db,
      world.ws,
      (await world.tributary.people.findByEmail(world.db, world.ws, anna))!,
      10,
    );
    assert.ok(timeline.some(({ activityId }) => activityId === 'act::lj'));
  });

  test('brought back, it is a draft of what was live; published, it is on again', async () => {
    const which = await opened();
    await to('archive', which);
    await to('restore', which);
    assert.equal(await stateOf(which), 'draft');
    const { journey, definition } = await manage().draft(world.ws, which);
    assert.equal((definition as { name: string }).name, which.name);
    await manage().publish(world.ws, which, { edit: journey.draftEdit, inside: 'stay', mapping: {}, by });
    const found = await manage().find(world.ws, which);
    assert.deepEqual([found.state, found.version, found.hasDraft], ['on', 2, false]);
    const told = (await manage().history(world.ws, which, { limit: 10 })).map(({ what, who }) => `${who}: ${what}`);
    assert.deepEqual(told, [
      'somebody: published',
      'somebody: restored',
      'somebody: archived',
      'command line: published',
    ]);
  });
});

describe('a shape that is switched off', () => {
  test('keeps people there in whatever version they are; switched on again, they go on', async () => {
    const which = await opened();
    const anna = somebody();
    await world.does(anna, 'signed-up');
    assert.equal(await manage().switchShape(world.ws, which, { shape: 'later', to: 'off', by }), 2);
    assert.equal(
      await manage().switchShape(world.ws, which, { shape: 'later', to: 'off', by }),
      2,
      'it is off already',
    );
    await world.pass(3 * DAY);
    assert.deepEqual(await world.runsOf(anna), ['later (held)']);
    assert.deepEqual(await world.subjectsTo(anna), ['Hello']);
    assert.equal(await manage().switchShape(world.ws, which, { shape: 'later', to: 'on', by }), 3);
    await world.quiet();
    assert.deepEqual(await world.subjectsTo(anna), ['Hello', 'Later']);
    await assert.rejects(manage().switchShape(world.ws, which, { shape: 'nowhere', to: 'on', by }), {
      code: 'shape_not_found',
    });
    const { lines } = await manage().diff(world.ws, which, { from: 1, to: 2 });
    assert.deepEqual(lines, ['+ shapes.later.off: true']);
    assert.deepEqual((await manage().diff(world.ws, which, { from: 1, to: 'live' })).changes, []);
  });

  test('in a published version lets people go on once another version switches it on', async () => {
    const shapes = welcome().shapes as Record<string, object>;
    const which = await opened({ shapes: { ...shapes, later: { ...shapes.later, off: true } } });
    const anna = somebody();
    await world.does(anna, 'signed-up');
    await world.pass(3 * DAY);
    assert.deepEqual(await world.runsOf(anna), ['later (held)']);
    // She buys while she is held, or is moved on by hand: both ways lead out.
    const ben = somebody();
    await world.does(ben, 'signed-up');
    await world.pass(3 * DAY);
    await world.does(ben, 'bought');
    assert.deepEqual(await world.runsOf(ben), ['left: exit rule']);
    await world.push(welcome({ name: which.name }));
    await world.quiet();
    assert.deepEqual(await world.runsOf(anna), ['left: completed']);
    assert.deepEqual(await world.subjectsTo(anna), ['Hello', 'Later']);
  });

  test('all who wait there are moved on without doing what it says', async () => {
    const shapes = welcome().shapes as Record<string, object>;
    const which = await opened({ shapes: { ...shapes, later: { ...shapes.later, off: true } } });
    const [anna, ben] = [somebody(), somebody()];
    await world.does(anna, 'signed-up');
    await world.pass(3 * DAY);
    await world.does(ben, 'signed-up');
    assert.equal(await manage().moveAllOn(world.ws, which, { shape: 'later', by }), 1);
    await world.quiet();
    assert.deepEqual(await world.runsOf(anna), ['left: completed']);
    assert.deepEqual(await world.subjectsTo(anna), ['Hello']);
    assert.deepEqual(await world.runsOf(ben), ['pause']);
    assert.ok((await world.movesOf(anna)).includes('later: moved on by hand, without this step'));
  });
});

describe('one run', () => {
  const runOf = async (email: string) => {
    const person = await world.tributary.people.findByEmail(world.db, world.ws, email);
    const { rows } = await world.db.query<{ id: string }>('select max(id) as id from run where person_id = $1', [
      person,
    ]);
    return { id: rows[0]!.id, shown: rows[0]!.id, by };
  };

  test('is moved on by hand, or ended, and then it is too late for either', async () => {
    const which = await opened();
    const [anna, ben] = [somebody(), somebody()];
    await world.does(anna, 'signed-up');
    await world.does(ben, 'signed-up');
    await manage().settleRun(world.ws, which, { ...(await runOf(anna)), how: 'move on' });
    await manage().settleRun(world.ws, which, { ...(await runOf(ben)), how: 'end' });
    await world.quiet();
    assert.deepEqual(await world.runsOf(anna), ['left: completed']);
    assert.deepEqual(await world.subjectsTo(anna), ['Hello', 'Later']);
    assert.deepEqual(await world.runsOf(ben), ['left: ended by hand']);
    await assert.rejects(manage().settleRun(world.ws, which, { ...(await runOf(ben)), how: 'end' }), {
      code: 'run_state',
      status: 409,
    });
  });

  test('that is parked can be ended; moved on, it is refused', async () => {
    const which = await opened();
    const anna = somebody();
    await world.does(anna, 'signed-up');
    const run = await runOf(anna);
    await world.db.query(`update run set parked_error = 'a defect', due_at = null where id = $1`, [run.id]);
    await assert.rejects(manage().settleRun(world.ws, which, { ...run, how: 'move on' }), {
      message: /is parked: a defect/,
    });
    await manage().settleRun(world.ws, which, { ...run, how: 'end' });
    await world.quiet();
    assert.deepEqual(await world.runsOf(anna), ['left: ended by hand']);
  });
});
