import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type JourneyWorld, openJourneyWorld, welcome } from '../../support/journey-world.ts';
import { until } from '../../support/until.ts';
import { DAY } from '../../support/world.ts';

const by = 'somebody';
const PEOPLE = 1500;
const which = { name: 'Welcome' };
let world: JourneyWorld;
before(async () => {
  world = await openJourneyWorld();
});
after(() => world?.close());

const manage = () => world.tributary.journeys.manage;
const count = async (sql: string): Promise<number> =>
  (await world.db.query<{ n: number }>(`select count(*)::int as n from ${sql}`)).rows[0]!.n;

/** So many who wait at `pause`, without having been mailed: what is looked at is the engine. */
async function crowd(version = 1): Promise<void> {
  await world.db.query(
    `insert into run (id, workspace_id, journey_id, version, person_id, entry_activity_id, entry_at, entry_key, entry,
                      held_out, shape_id, entered_at, arrived_at, due_at)
     select time_ordered_id($1, nextval('run_number')), $2, (select id from journey where name = 'Welcome'), $4, p.id, nextval('run_number'), $1, '',
            '{}', false, 'pause', $1, $1, $1::timestamptz + interval '2 days'
     from person p where p.id in (select id from person order by id limit $3)`,
    [world.clock.now(), world.ws, PEOPLE, version],
  );
}

test('pauses and resumings while the engine moves: nothing moves once a pause is told, and nobody is lost', async () => {
  const people = Array.from({ length: PEOPLE }, (_, i) => ({ fields: { 'str::email': `crowd${i}@example.com` } }));
  for (let i = 0; i < PEOPLE; i += 100) {
    const { status } = await world.call('POST', '/v1/person/merge', {
      people: people.slice(i, i + 100),
      merge_by: ['str::email'],
    });
    assert.equal(status, 200);
  }
  await world.push(welcome());
  await crowd();
  world.clock.advance(2 * DAY);
  const left = () => count("run where left_reason = 'completed'");
  let pauses = 0;
  while ((await left()) < PEOPLE && pauses < 20) {
    await manage().changeState(world.ws, which, 'pause', { by });
    pauses += 1;
    const done = await left();
    const looked = await count('run where held');
    await until(
      'the engine has looked at more',
      async () => (await count('run where held')) > looked || done === PEOPLE,
      {
        withinMs: 300,
      },
    ).catch(() => undefined);
    assert.equal(await left(), done, 'somebody moved during the pause');
    await manage().changeState(world.ws, which, 'resume', { by });
    await until('some have gone on', async () => (await left()) > done || done === PEOPLE);
  }
  await world.quiet();
  assert.equal(await left(), PEOPLE);
  assert.equal(await count('message'), PEOPLE, 'one message each');
  assert.ok(pauses > 1, `only ${pauses} pauses`);
});

test('of two who publish the same draft one does, and the other is told; everybody is moved once', async () => {
  await crowd();
  const { journey } = await manage().draft(world.ws, which);
  const shapes = welcome().shapes as Record<string, object>;
  const draft = { ...welcome(), shapes: { ...shapes, pause: { kind: 'delay', for: { days: 4 }, next: 'later' } } };
  const edit = await manage().saveDraft(world.ws, which, { draft, edit: journey.draftEdit, by });
  await assert.rejects(manage().saveDraft(world.ws, which, { draft, edit: journey.draftEdit, by: 'another' }), {
    code: 'draft_changed',
    message: /changed by somebody since you read it/,
  });
  const asked = { edit, inside: 'move', mapping: {}, by } as const;
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => manage().publish(world.ws, which, asked)));
  const done = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  assert.deepEqual(
    done.map(({ moved, ended }) => [moved, ended]),
    [[PEOPLE, 0]],
  );
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') assert.equal((outcome.reason as { code: string }).code, 'draft_changed');
  await world.quiet();
  assert.equal(await count("move where did = 'moved to version 2'"), PEOPLE);
  assert.equal(await count("run where version = 2 and shape_id = 'pause' and left_at is null"), PEOPLE);
});

test('who enters in the moment of publishing goes by the new version', async () => {
  await world.db.query('update run set left_at = now(), ended_at = now(), due_at = null where left_at is null');
  await crowd(1);
  await world.db.query('update run set shape_id = null, due_at = $1 where left_at is null', [world.clock.now()]);
  await world.quiet();
  assert.equal(await count('run where left_at is null and version = 2'), PEOPLE);
});
