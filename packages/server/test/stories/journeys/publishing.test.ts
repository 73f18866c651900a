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
type Which = { name: string };
const shapes = welcome().shapes as Record<string, Record<string, unknown>>;

async function opened(change: Record<string, unknown> = {}): Promise<Which> {
  const name = `Welcome ${++journeys}`;
  for (const { name: other, state } of await manage().list(world.ws, { limit: 100, offset: 0 }))
    if (state === 'on') await world.tributary.journeys.turn(world.ws, other, 'off');
  await world.push(welcome({ name, ...change }));
  return { name };
}

/** Saves a draft with other shapes, and publishes it. */
async function publish(
  which: Which,
  change: Record<string, unknown>,
  inside: 'stay' | 'move' = 'move',
  mapping: Record<string, string | null> = {},
) {
  const { journey } = await manage().draft(world.ws, which);
  const edit = await manage().saveDraft(world.ws, which, {
    draft: welcome({ name: which.name, ...change }),
    edit: journey.draftEdit,
    by,
  });
  return manage().publish(world.ws, which, { edit, inside, mapping, by });
}

const pauseOf = (days: number) => ({ kind: 'delay', for: { days }, next: 'later' });

describe('a version that is published while people are inside', () => {
  test('leaves them in theirs, if that is what the publisher wants', async () => {
    const which = await opened();
    const [anna, ben] = [somebody(), somebody()];
    await world.does(anna, 'signed-up');
    const { moved } = await publish(which, { shapes: { ...shapes, pause: pauseOf(5) } }, 'stay');
    assert.equal(moved, 0);
    await world.does(ben, 'signed-up');
    await world.pass(2 * DAY);
    assert.deepEqual(await world.runsOf(anna), ['left: completed']);
    assert.deepEqual(await world.runsOf(ben), ['pause']);
  });

  test('moves them, and their waits count from when they arrived', async () => {
    const which = await opened();
    const anna = somebody();
    await world.does(anna, 'signed-up');
    await world.pass(DAY);
    assert.equal((await publish(which, { shapes: { ...shapes, pause: pauseOf(4) } })).moved, 1);
    await world.pass(2 * DAY + HOUR);
    assert.deepEqual(await world.runsOf(anna), ['pause'], 'three of four days have passed');
    await world.pass(DAY - HOUR);
    assert.deepEqual(await world.runsOf(anna), ['left: completed']);
    assert.deepEqual(await world.subjectsTo(anna), ['Hello', 'Later']);
    const moves = await world.movesOf(anna);
    assert.equal(moves.filter((move) => move === 'pause: moved to version 2').length, 1);
  });

  test('moves them on at once where they have waited long enough by now, and out where its exits hold', async () => {
    const which = await opened();
    const [anna, ben] = [somebody(), somebody()];
    await world.does(anna, 'signed-up');
    await world.does(ben, 'signed-up');
    await world.does(ben, 'called');
    await world.pass(DAY);
    await publish(which, {
      shapes: { ...shapes, pause: pauseOf(0.5) },
      exits: [{ '$act::has_occurred': { field_id: 'act:cm:called' } }],
    });
    await world.quiet();
    assert.deepEqual(await world.runsOf(anna), ['left: completed']);
    assert.deepEqual(await world.runsOf(ben), ['left: exit rule']);
  });

  test('moves them by a mapping, through an exit that listens to what it did not before', async () => {
    const which = await opened();
    const anna = somebody();
    await world.does(anna, 'signed-up');
    await publish(
      which,
      {
        exits: [{ '$act::has_occurred': { field_id: 'act:cm:called' } }],
        start: 'hi',
        shapes: {
          hi: { ...shapes.hello, next: 'rest' },
          rest: { ...pauseOf(3), next: 'later' },
          later: shapes.later,
          end: shapes.end,
        },
      },
      'move',
      { pause: 'rest' },
    );
    await world.quiet();
    assert.deepEqual(await world.runsOf(anna), ['rest']);
    assert.ok((await world.movesOf(anna)).includes('rest: moved to version 2, from “pause”'));
    await world.does(anna, 'called');
    assert.deepEqual(await world.runsOf(anna), ['left: exit rule']);
  });

  test('ends the way of those whose shape it does not have, if the mapping says so, with a reason', async () => {
    const which = await opened();
    const anna = somebody();
    await world.does(anna, 'signed-up');
    const without = { hello: { ...shapes.hello, next: 'end' }, end: shapes.end };
    const { ended, moved } = await publish(which, { shapes: without }, 'move', { pause: null });
    assert.deepEqual([moved, ended], [0, 1]);
    await world.quiet();
    assert.deepEqual(await world.runsOf(anna), ['left: taken out when version 2 was published']);
  });

  test('is not published where nothing says what becomes of somebody, and nobody is moved', async () => {
    const which = await opened();
    const anna = somebody();
    await world.does(anna, 'signed-up');
    const without = { hello: { ...shapes.hello, next: 'end' }, end: shapes.end };
    await assert.rejects(publish(which, { shapes: without }, 'move'), {
      code: 'mapping_wrong',
      message: /mapping\.pause: somebody stands here, and the new version has no such shape/,
    });
    const { journey } = await manage().draft(world.ws, which);
    const asked = { edit: journey.draftEdit, inside: 'move', mapping: { pause: 'nowhere' }, by } as const;
    await assert.rejects(manage().publish(world.ws, which, asked), { message: /has no shape "nowhere"/ });
    const { version, hasDraft } = await manage().find(world.ws, which);
    assert.deepEqual([version, hasDraft], [1, true]);
    assert.deepEqual(await world.runsOf(anna), ['pause']);
  });

  test('is seen beforehand: who stands where, and what would become of them', async () => {
    const which = await opened();
    for (const email of [somebody(), somebody()]) await world.does(email, 'signed-up');
    await publish(which, { shapes: { ...shapes, pause: { ...pauseOf(5), title: 'A pause' } } }, 'stay');
    await world.does(somebody(), 'signed-up');
    const { journey } = await manage().draft(world.ws, which);
    await manage().saveDraft(world.ws, which, {
      draft: welcome({
        name: which.name,
        shapes: { ...shapes, hello: { ...shapes.hello, next: 'later' }, pause: undefined },
      }),
      edit: journey.draftEdit,
      by,
    });
    const seen = await manage().preview(world.ws, which, {});
    assert.deepEqual(
      seen.moving.map(({ version, shape, title, people: n, to }) => [version, shape, title, n, to]),
      [
        [1, 'pause', undefined, 2, undefined],
        [2, 'pause', 'A pause', 1, undefined],
      ],
    );
    assert.deepEqual(
      seen.problems.map(({ at }) => at),
      ['mapping.pause'],
    );
    const slip = await manage().preview(world.ws, which, { pause: 'later', pasue: 'later' });
    assert.deepEqual(slip.problems, [{ at: 'mapping.pasue', problem: 'no version has a shape "pasue"' }]);
    const mapped = await manage().preview(world.ws, which, { pause: 'later' });
    assert.deepEqual(mapped.problems, []);
    assert.deepEqual(
      mapped.moving.map(({ to, toKind, keeps }) => [to, toKind, keeps]),
      [
        ['later', 'email', false],
        ['later', 'email', false],
      ],
    );
  });

  test('lets somebody who waits to hear of her mail hear of it, under whatever id; nothing is sent twice', async () => {
    const hello = { ...shapes.hello, onFailure: 'exit' };
    const which = await opened({ shapes: { ...shapes, hello } });
    const anna = somebody();
    await manage().changeState(world.ws, which, 'pause', { by });
    await manage().changeState(world.ws, which, 'resume', { by });
    await world.does(anna, 'signed-up');
    // As if the mail's outcome were not known yet.
    await world.db.query(
      `update run set shape_id = 'hello', memory = jsonb_build_object('asked', jsonb_build_object('at', entered_at, 'times', 1)),
              due_at = null where left_at is null and journey_id = (select id from journey where name = $1)`,
      [which.name],
    );
    const renamed = { letter: hello, pause: shapes.pause, later: shapes.later, end: shapes.end };
    await publish(which, { start: 'letter', shapes: renamed }, 'move', { hello: 'letter' });
    await world.quiet();
    assert.deepEqual(await world.runsOf(anna), ['pause']);
    assert.deepEqual(await world.subjectsTo(anna), ['Hello']);
  });

  test('stays paused where the journey is, and holds nobody longer who is moved', async () => {
    const which = await opened();
    const anna = somebody();
    await world.does(anna, 'signed-up');
    await manage().changeState(world.ws, which, 'pause', { by });
    await world.pass(3 * DAY);
    await publish(which, { shapes: { ...shapes, pause: pauseOf(4) } });
    await world.quiet();
    const { state, held, inside } = await manage().find(world.ws, which);
    assert.deepEqual([state, held, inside], ['paused', 1, 1]);
    await manage().changeState(world.ws, which, 'resume', { by });
    await world.quiet();
    assert.deepEqual(await world.runsOf(anna), ['pause']);
    await world.pass(DAY);
    assert.deepEqual(await world.runsOf(anna), ['left: completed']);
  });
});

describe('a draft', () => {
  test('may be wrong; it is checked with every problem, and published only when it is right', async () => {
    const which = { name: 'In the making' };
    await manage().create(world.ws, { name: which.name, entry: 'nobody knows' }, { by });
    const { problems, edit } = await manage().check(world.ws, which);
    assert.ok(problems.some(({ at }) => at === 'entry') && problems.some(({ at }) => at === 'start'));
    await assert.rejects(manage().publish(world.ws, which, { edit, inside: 'stay', mapping: {}, by }), {
      code: 'journey_is_wrong',
    });
    await manage().saveDraft(world.ws, which, { draft: welcome({ name: which.name }), edit, by });
    const checked = await manage().check(world.ws, which);
    assert.deepEqual(checked.problems, []);
    assert.deepEqual(
      checked.warnings.map(({ at }) => at),
      ['goal'],
    );
    await manage().publish(world.ws, which, { edit: edit + 1, inside: 'stay', mapping: {}, by });
    await assert.rejects(manage().publish(world.ws, which, { edit: undefined, inside: 'stay', mapping: {}, by }), {
      code: 'nothing_to_publish',
    });
  });

  test('that is outrun by a version is warned of; discarded, what is live is worked on', async () => {
    const which = await opened();
    const { journey } = await manage().draft(world.ws, which);
    const edit = await manage().saveDraft(world.ws, which, { draft: { start: 'x' }, edit: journey.draftEdit, by });
    await world.push(welcome({ name: which.name }));
    const right = welcome({ name: which.name });
    await manage().saveDraft(world.ws, which, { draft: right, edit, by });
    const { warnings } = await manage().check(world.ws, which);
    assert.match(warnings[0]!.problem, /^version 2 was published beside it, and it was begun from version 1/);
    await manage().discardDraft(world.ws, which, { edit: undefined, by });
    const now = await manage().draft(world.ws, which);
    assert.deepEqual([now.journey.hasDraft, now.journey.draftEdit], [false, edit + 2]);
    const told = (await manage().history(world.ws, which, { limit: 10 })).map(({ what, details }) => [
      what,
      details.times,
    ]);
    assert.deepEqual(told.slice(0, 2), [
      ['draft discarded', undefined],
      ['draft edited', 1],
    ]);
  });
});

describe('a journey’s name', () => {
  test('changes for everything but the texts of others, which are told; versions bear the new one', async () => {
    const which = await opened();
    const other = `Other of ${which.name}`;
    await manage().create(
      world.ws,
      { name: other, shapes: { pass: { kind: 'journey', do: 'add', journey: which.name, next: 'end' }, odd: null } },
      { by },
    );
    const anna = somebody();
    await world.does(anna, 'signed-up');
    const name = `${which.name}, renamed`;
    const { namedIn } = await manage().rename(world.ws, which, { name, by });
    assert.deepEqual(
      namedIn.map(({ journey, at }) => [journey, at]),
      [[other, 'shapes.pass.journey']],
    );
    await assert.rejects(manage().find(world.ws, which), { code: 'journey_not_found' });
    await assert.rejects(manage().rename(world.ws, { name }, { name: other, by }), { code: 'journey_name_taken' });
    await assert.rejects(manage().rename(world.ws, { name }, { name: '  ', by }), { code: 'journey_name' });
    const { given } = await manage().version(world.ws, { name }, 1);
    assert.equal((given as { name: string }).name, name);
    await world.pass(2 * DAY);
    const id = (await world.tributary.people.findByEmail(world.db, world.ws, anna))!;
    const told = await world.tributary.people.timeline(world.db, world.ws, id, 20);
    assert.equal(told.find(({ activityId }) => activityId === 'act::lj')?.attributes['str::cn'], name);
  });

  test('taken by two at the same moment is one’s alone', async () => {
    const [a, b] = [await opened(), await opened()];
    const outcomes = await Promise.allSettled(
      [a, b].map((which) => manage().rename(world.ws, which, { name: 'The one name', by })),
    );
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const lost = outcomes.find((outcome) => outcome.status === 'rejected')!;
    assert.equal((lost.reason as { code: string }).code, 'journey_name_taken');
  });

  test('of a duplicate says that it is one; the duplicate is a draft with nobody inside', async () => {
    const which = await opened();
    await world.does(somebody(), 'signed-up');
    const copy = await manage().duplicate(world.ws, which, { name: undefined, by });
    const again = await manage().duplicate(world.ws, which, { name: undefined, by });
    assert.deepEqual([copy.name, again.name], [`${which.name} (copy)`, `${which.name} (copy 2)`]);
    const { state, inside } = await manage().find(world.ws, copy);
    assert.deepEqual([state, inside], ['draft', 0]);
    const { lines } = await manage().diff(world.ws, copy, { from: 'draft', to: 'draft' });
    assert.deepEqual(lines, []);
    await assert.rejects(manage().duplicate(world.ws, which, { name: copy.name, by }), { code: 'journey_name_taken' });
    await assert.rejects(manage().diff(world.ws, copy, { from: 'live', to: 'draft' }), { code: 'version_not_found' });
  });
});
