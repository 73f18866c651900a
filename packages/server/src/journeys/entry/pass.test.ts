import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { brief, DAY, openPlace, type Place, waiting } from '../../../test/support/entry-place.ts';

const end = { kind: 'exit' };
const put = (journey: string, more: object = {}) => ({ kind: 'journey', do: 'add', journey, next: 'end', ...more });

describe('a step that puts somebody into another journey', () => {
  let place: Place;
  before(async () => {
    place = await openPlace({ processes: 2 });
  });
  after(() => place.close());

  const trigger = async (journey: string, name: string, data: Record<string, unknown> = {}) => {
    const item = { who: { by: ['str::email'] }, fields: { 'str::email': `${name}@example.com` }, source: 'API' };
    const [outcome] = await place.tributary.journeys.entries.trigger(place.ws, journey, { people: [item], data });
    return outcome && 'personId' in outcome ? outcome.personId : '';
  };

  test('takes along what started the run, and says on the timeline what became of it where somebody asks or it failed', async () => {
    await place.push({ name: 'B', entry: { kind: 'direct' }, ...waiting });
    await place.push({ name: 'A', entry: { kind: 'direct' }, start: 'put', shapes: { put: put('B'), end } });
    await place.push({
      name: 'Hears',
      entry: { kind: 'direct' },
      start: 'put',
      shapes: { put: put('B', { onFailure: 'exit' }), end },
    });
    const ada = await trigger('A', 'ada', { 'str:cm:order': '7' });
    await place.quiet();
    assert.deepEqual([await place.runs('A'), await place.runs('B')], [['ada left: completed'], ['ada wait']]);
    const { rows } = await place.db.query<{ entry: object }>(
      `select entry from run where journey_id = (select id from journey where name = 'B')`,
    );
    assert.deepEqual(rows, [{ entry: { 'str:cm:order': '7' } }]);
    assert.deepEqual(await place.story(ada), ['ej A', 'lj A', 'ej B']);

    await trigger('Hears', 'ada');
    const bo = await trigger('Hears', 'bo');
    await place.quiet();
    assert.deepEqual(await place.runs('Hears'), ['ada left: a step failed: is inside already', 'bo left: completed']);
    assert.deepEqual((await place.story(bo)).toSorted(), ['ej B', 'ej Hears', 'lj Hears', 'sja Hears done']);
    assert.ok((await place.story(ada)).includes('fja Hears is inside already'));
  });

  test('goes by the name there is when the step is taken: what is not there, or not on, is a step that failed', async () => {
    await place.push({ name: 'Lost', entry: { kind: 'direct' }, start: 'put', shapes: { put: put('Nowhere'), end } });
    const cy = await trigger('Lost', 'cy');
    await place.quiet();
    assert.deepEqual((await place.story(cy)).toSorted(), [
      'ej Lost',
      'fja Lost there is no journey “Nowhere”',
      'lj Lost',
    ]);
    await place.push({ name: 'Nowhere', entry: { kind: 'direct' }, ...waiting });
    await place.tributary.journeys.turn(place.ws, 'Nowhere', 'off');
    const di = await trigger('Lost', 'di');
    await place.quiet();
    assert.ok((await place.story(di)).includes('fja Lost the journey “Nowhere” is not on'));
  });

  test('takes somebody out of another, and ends nothing where they are not inside', async () => {
    await place.push({ name: 'Inside', entry: { kind: 'direct', again: 'any-time' }, ...waiting });
    await place.push({
      name: 'Out',
      entry: { kind: 'direct' },
      start: 'out',
      shapes: { out: { kind: 'journey', do: 'remove', journey: 'Inside', onFailure: 'exit', next: 'end' }, end },
    });
    await trigger('Inside', 'eva');
    await trigger('Inside', 'eva');
    await trigger('Inside', 'fay');
    const eva = await trigger('Out', 'eva');
    await trigger('Out', 'gil');
    await place.quiet();
    const out = 'left: taken out by the journey “Out”';
    assert.deepEqual(await place.runs('Inside'), [`eva ${out}`, `eva ${out}`, 'fay wait']);
    assert.deepEqual(await place.runs('Out'), ['eva left: completed', 'gil left: completed']);
    assert.deepEqual((await place.story(eva)).filter((line) => line === 'lj Inside').length, 2);
    const moves = await place.tributary.journeys.movesOf(place.db, eva, 100);
    assert.equal(moves.filter(({ journey, did }) => journey === 'Inside' && did === out).length, 2);
    const { rows } = await place.db.query(`select from run where left_reason like 'taken%' and ended_at is null`);
    assert.equal(rows.length, 0, 'the engine has laid them down');
  });

  test('a goal that comes later still counts for who was taken out', async () => {
    const bought = { '$act::has_occurred': { field_id: 'act:cm:bought' } };
    await place.tributary.people.addDefinitions(place.ws, [
      { activityId: 'act:cm:bought', name: 'Bought', touch: true },
    ]);
    await place.push({ name: 'Goal', entry: { kind: 'direct' }, goal: { name: 'Bought', when: bought }, ...waiting });
    await place.push({
      name: 'Ends',
      entry: { kind: 'direct' },
      start: 'out',
      shapes: { out: { kind: 'journey', do: 'remove', journey: 'Goal', next: 'end' }, end },
    });
    await trigger('Goal', 'hal');
    await trigger('Ends', 'hal');
    await place.quiet();
    await place.merge({ 'str::email': 'hal@example.com' }, { activity: { id: 'act:cm:bought', attributes: {} } });
    await place.quiet();
    const { rows } = await place.db.query<{ reached: boolean }>(
      `select goal_at is not null as reached from run where left_reason like 'taken out%“Ends”'`,
    );
    assert.deepEqual(rows, [{ reached: true }]);
  });

  test('journeys that put people into each other end after ten of them, with the reason', async () => {
    await place.push({ name: 'Ping', entry: { kind: 'direct' }, start: 'put', shapes: { put: put('Pong'), end } });
    await place.push({ name: 'Pong', entry: { kind: 'direct' }, start: 'put', shapes: { put: put('Ping'), end } });
    const ida = await trigger('Ping', 'ida');
    await place.quiet();
    const story = await place.story(ida);
    assert.equal(story.filter((line) => line.startsWith('ej')).length, 11);
    assert.deepEqual(
      story.filter((line) => line.startsWith('fja')),
      ['fja Ping 10 journeys one after the other have passed the person on: they put people into each other'],
    );
  });

  test('many at once, in and out, with an engine of two processes at work: everybody ends where they should', async () => {
    await place.push({ name: 'Pool', entry: { kind: 'direct' }, ...waiting });
    await place.push({ name: 'In', entry: { kind: 'direct' }, start: 'put', shapes: { put: put('Pool'), end } });
    await place.push({
      name: 'Drain',
      entry: { kind: 'direct' },
      start: 'out',
      shapes: { out: { kind: 'journey', do: 'remove', journey: 'Pool', next: 'end' }, end },
    });
    const people = await Promise.all(
      Array.from({ length: 300 }, (_, i) => place.merge({ 'str::email': `pool${i}@example.com` })),
    );
    const { entries } = place.tributary.journeys;
    await entries.enrol(place.ws, 'In', { people, by: 'a test' });
    await place.quiet();
    assert.equal((await place.runs('Pool')).filter((run) => run.endsWith(' wait')).length, 300);
    place.clock.advance(DAY);
    // Those whose day is over leave by themselves while they are taken out.
    await entries.enrol(place.ws, 'Drain', { people, by: 'a test' });
    await place.quiet();
    const runs = await place.runs('Pool');
    assert.equal(runs.length, 300);
    assert.equal(runs.filter((run) => / left: (completed|taken out by the journey “Drain”)$/.test(run)).length, 300);
    const { rows } = await place.db.query<{ n: number }>(
      `select count(*)::int as n from activity a join activity_definition d on d.id = a.definition_id
       where d.activity_id = 'act::lj' and a.attributes->>'str::cn' = 'Pool'`,
    );
    assert.equal(rows[0]!.n, 300, 'each has left once');
  });

  test('a row that can not be acted on waits, and holds up nobody', async () => {
    await place.push({ name: 'Poison', entry: { kind: 'direct' }, ...brief });
    const jan = await place.merge({ 'str::email': 'jan@example.com' });
    const { rows } = await place.db.query<{ id: number }>(`select id from journey where name = 'Poison'`);
    const line = (journey: number, asked: object | null) =>
      place.db.query(
        `insert into journey_line (workspace_id, person_id, journey_id, what, at, asked, not_before) values ($1, $2, $3, 'enter', $4, $5, $4)`,
        [place.ws, jan, journey, place.clock.now(), asked],
      );
    const broken = {
      do: 'add',
      journey: 'Poison',
      journeyId: 999_999,
      version: 1,
      runId: '1',
      shapeId: 'x',
      entry: {},
      depth: 1,
      tell: true,
    };
    await line(rows[0]!.id, broken);
    await line(rows[0]!.id, null);
    await place.quiet();
    assert.deepEqual(await place.runs('Poison'), ['jan left: completed']);
    const { rows: waits } = await place.db.query<{ error: string; attempts: number }>(
      'select error, attempts from journey_line',
    );
    assert.deepEqual(waits, [{ error: 'journey 999999 has no version 1', attempts: 1 }]);
    await place.db.query('delete from journey_line');
  });
});
