import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { transaction } from '../../src/platform/database/pool.ts';
import type { Tributary } from '../../src/tributary.ts';
import { COLOURS, chanceFrom, DID, FIELD, pick, randomJourney, waysOf } from '../support/random-journey.ts';
import { DAY, HOUR, openWorld, type World } from '../support/world.ts';

/** `RANDOM_JOURNEYS=3000` for a long night; `RANDOM_SEED` tells a story again. */
const JOURNEYS = Number(process.env.RANDOM_JOURNEYS ?? 40);
const SEED = Number(process.env.RANDOM_SEED ?? Math.floor(Math.random() * 2 ** 31));
const AT_ONCE = 40;
const PEOPLE = 8;
const ROUNDS = 12;

let world: World;
const others: Tributary[] = [];
before(async () => {
  world = await openWorld();
  for (const name of ['Began', 'Did a', 'Did b']) await world.api('/v1/definitions/activity/create', { name });
  await world.api('/v1/person/custom-field/create', { name: 'Colour', type: 'text' });
  for (let i = 0; i < 2; i++) others.push(await world.another());
});
after(async () => {
  for (const other of others) await other.close();
  await world?.close();
});

test(`whatever the journeys, the events and the lost connections, each step is taken once (RANDOM_SEED=${SEED})`, async () => {
  const chance = chanceFrom(SEED);
  for (let done = 0; done < JOURNEYS; done += AT_ONCE) {
    const names = Array.from({ length: Math.min(AT_ONCE, JOURNEYS - done) }, (_, i) => `Random ${done + i}`);
    const emails = Array.from({ length: PEOPLE }, (_, i) => `random${done}-${i}@example.com`);
    await publish(names.map((name) => randomJourney(chance, name)));
    await tell(emails.map((email) => ({ email })));
    for (let round = 0; round < ROUNDS; round++) {
      await tell(
        emails.flatMap((email) => [
          { email, activity: 'act:cm:began', attributes: { 'str:cm:which': pick(chance, names) } },
          { email, activity: pick(chance, DID) },
          ...(chance() < 0.4 ? [{ email, fields: { [FIELD]: pick(chance, COLOURS) } }] : []),
        ]),
      );
      if (chance() < 0.5) await loseConnections();
      world.clock.advance(Math.floor(chance() * 36 * HOUR));
      if (chance() < 0.3) await world.quiet();
    }
    await world.pass(120 * DAY);
    await world.quiet();
    await check();
    for (const name of names) await world.tributary.journeys.turn(world.tributary.workspace.id, name, 'off');
  }
});

async function publish(definitions: Record<string, unknown>[]): Promise<void> {
  const { db, workspace, journeys } = world.tributary;
  for (const definition of definitions) await transaction(db, (tx) => journeys.publish(tx, workspace.id, definition));
}

interface Told {
  email: string;
  fields?: object;
  activity?: string;
  attributes?: object;
}

/** All at once, by whichever process. One whose connection is lost may refuse: what is acknowledged is what counts. */
async function tell(told: readonly Told[]): Promise<void> {
  const { workspace } = world.tributary;
  const all = [world.tributary, ...others];
  await Promise.allSettled(
    told.map(({ email, fields, activity, attributes }, i) =>
      all[i % all.length]!.people.record(workspace.id, [
        {
          ...{ who: { by: ['str::email'] }, fields: { 'str::email': email, ...fields }, source: 'API' },
          ...(activity ? { activity: { id: activity, attributes: { ...attributes } } } : {}),
        },
      ]),
    ),
  );
}

/** Some of the connections that are at work, wherever they are in what they do. */
async function loseConnections(): Promise<void> {
  await world.db
    .query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'tributary' and pid <> pg_backend_pid() and random() < 0.3`,
    )
    .catch(() => undefined);
}

interface Run {
  id: string;
  shapes: Record<string, Record<string, unknown>>;
  shapeId: string | null;
  left: boolean;
  ended: boolean;
  stands: boolean;
  moves: { shape: string | null; did: string }[];
  mails: string[];
}

/** What has to be true of every run, read from the database. */
async function check(): Promise<void> {
  const { rows: runs } = await world.db.query<Run>(
    `select r.id, v.definition->'shapes' as shapes, r.shape_id as "shapeId", r.left_at is not null and r.left_reason <> 'held out' as left,
            r.ended_at is not null as ended,
            r.ended_at is not null or r.due_at is not null or r.held or cardinality(r.listens) > 0 as stands,
            coalesce((select json_agg(json_build_object('shape', m.shape_id, 'did', m.did) order by m.at, m.number)
                      from move m where m.run_id = r.id), '[]') as moves,
            array(select m.shape_id from message m where m.run_id = r.id order by m.id) as mails
     from run r join journey_version v on v.journey_id = r.journey_id and v.version = r.version
     where r.parked_error is null`,
  );
  assert.ok(runs.length > 0, 'somebody entered');
  for (const run of runs) {
    const told = JSON.stringify(run.moves, null, 1);
    assert.ok(run.stands, `run ${run.id} is neither over nor waits for anything: ${told}`);
    const asked = run.moves.filter(({ did }) => did.startsWith('asked for the e-mail')).map(({ shape }) => shape);
    assert.deepEqual([...run.mails].sort(), [...asked].sort(), `run ${run.id}: mails and moves differ: ${told}`);
    const way = run.moves.flatMap(({ shape }) => shape ?? []).filter((shape, i, all) => shape !== all[i - 1]);
    for (const [i, shape] of way.slice(1).entries()) {
      const from = way[i]!;
      assert.ok(waysOf(run.shapes[from]!).includes(shape), `run ${run.id} went from ${from} to ${shape}: ${told}`);
    }
    assert.equal(
      run.moves.filter(({ did }) => did.startsWith('left: ') && did !== 'left: held out').length,
      run.left ? 1 : 0,
      told,
    );
  }
  const { rows: parked } = await world.db.query(`select parked_error from run where parked_error is not null`);
  assert.deepEqual(parked, [], 'none is parked');
  const { rows: twice } = await world.db.query(
    `select journey_id, person_id, entry_key from run where left_at is null group by 1, 2, 3 having count(*) > 1`,
  );
  assert.deepEqual(twice, [], 'nobody is inside twice with one key');
  const { rows: activities } = await world.db.query(
    `select a.attributes->>'idt::jri' as run from activity a join activity_definition d on d.id = a.definition_id
     where d.activity_id = 'act::ej' group by 1 having count(*) > 1`,
  );
  assert.deepEqual(activities, [], 'a run begins once');
}
