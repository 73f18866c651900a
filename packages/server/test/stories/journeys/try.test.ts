import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { reportOn } from '../../../src/reports/index.ts';
import { type JourneyWorld, openJourneyWorld, welcome } from '../../support/journey-world.ts';
import { DAY, SECOND } from '../../support/world.ts';

const by = 'somebody';
const me = 'me@example.com';
const which = { name: 'Draft' };
let world: JourneyWorld;
before(async () => {
  world = await openJourneyWorld();
});
after(() => world?.close());

const manage = () => world.tributary.journeys.manage;
const trying = (more: object = {}) =>
  manage().try(world.ws, which, { who: { email: me }, entry: {}, skipWaits: true, by, ...more });

test('a draft is run for one’s own address for real, in seconds, whatever was before; no figure tells of it', async () => {
  await world.call('POST', '/v1/person/merge', {
    people: [{ fields: { 'str::email': me, 'bol::p': true } }],
    merge_by: ['str::email'],
  });
  const shapes = welcome().shapes as Record<string, object>;
  await manage().create(
    world.ws,
    welcome({
      ...which,
      holdOut: 0.9,
      start: 'held',
      shapes: {
        held: { kind: 'hold-out', share: 100, next: 'if-pro' },
        'if-pro': {
          kind: 'condition',
          if: { '$act::has_occurred': { field_id: 'act:cm:bought' } },
          yes: 'end',
          no: 'hello',
        },
        ...shapes,
        // Which a try neither asks nor counts.
        hello: { ...shapes.hello, perPerson: 'once' },
      },
    }),
    { by },
  );
  for (let i = 1; i <= 2; i++) {
    const id = await trying();
    await world.quiet();
    assert.equal((await world.subjectsTo(me)).length, 2 * i - 1);
    await world.pass(6 * SECOND);
    assert.deepEqual((await world.subjectsTo(me)).slice(-2), ['Hello', 'Later']);
    const { run, moves } = await manage().run(world.ws, which, { id, shown: id });
    assert.deepEqual([run.test, run.leftReason], [true, 'completed']);
    assert.ok(moves.some(({ did }) => did === 'is not held out'));
  }
  const [journey] = await world.tributary.journeys.list(world.db, world.ws);
  const report = await reportOn(world.db, world.tributary, journey!.id);
  assert.deepEqual([report.treated.entered, report.messages.sent, report.inside], [0, 0, 0]);
  const { runs, shapes: figures } = await manage().figures(world.ws, which);
  assert.deepEqual([runs, figures], [[], []]);
  const id = (await world.tributary.people.findByEmail(world.db, world.ws, me))!;
  const told = (await world.tributary.people.timeline(world.db, world.ws, id, 50)).map(({ activityId }) => activityId);
  assert.ok(told.includes('act::s'));
  assert.ok(!told.includes('act::ej') && !told.includes('act::lj'));
  assert.deepEqual(await manage().versions(world.ws, which), []);
});

test('its waits are real unless they are skipped; published later, the journey begins with version 1', async () => {
  await trying({ skipWaits: false });
  await world.pass(6 * SECOND);
  const before = (await world.subjectsTo(me)).length;
  const counts = await world.tributary.journeys.engineCounts(world.db);
  assert.deepEqual(counts, { due: 0, parked: 0 });
  await manage().publish(world.ws, which, { edit: undefined, inside: 'move', mapping: {}, by });
  assert.equal((await manage().find(world.ws, which)).version, 1);
  assert.equal((await manage().find(world.ws, which)).inside, 0);
  await manage().changeState(world.ws, which, 'pause', { by });
  await world.pass(2 * DAY);
  assert.equal((await world.subjectsTo(me)).length, before + 1, 'a pause of the journey is none of the try');
});

test('nobody tries what is wrong, for whom is not there, or what is put away', async () => {
  await assert.rejects(trying({ who: { email: 'nobody@example.com' } }), { code: 'person_not_found', status: 404 });
  await assert.rejects(trying({ who: { person: '1' } }), { code: 'person_not_found' });
  const { journey } = await manage().draft(world.ws, which);
  await manage().saveDraft(world.ws, which, { draft: { start: 'nowhere' }, edit: journey.draftEdit, by });
  await assert.rejects(trying(), { code: 'journey_is_wrong' });
  await manage().changeState(world.ws, which, 'archive', { by });
  await assert.rejects(trying(), { code: 'journey_state' });
});
