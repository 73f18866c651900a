import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { publicId } from '@tributary/model';
import { brief, openPlace, type Place, waiting } from '../../../test/support/entry-place.ts';
import { until } from '../../../test/support/until.ts';

const named = (last: string) => ({ '$str::is': { field_id: 'str::last', value: last } });

describe('many people who are put into a journey', () => {
  let place: Place;
  before(async () => {
    place = await openPlace({ processes: 2 });
  });
  after(() => place.close());

  /** So many people of one name; their ids. */
  const crowd = async (last: string, size: number): Promise<string[]> => {
    const items = Array.from({ length: size }, (_, i) => ({
      who: { by: ['str::email'] },
      fields: { 'str::email': `${last.toLowerCase()}${i}@example.com`, 'str::last': last },
      source: 'API',
    }));
    const outcomes = await place.tributary.people.record(place.ws, items);
    return outcomes.map((outcome) => ('personId' in outcome ? outcome.personId : ''));
  };
  const enrol = (journey: string, body: object) =>
    place.api(`/api/journeys/${encodeURIComponent(journey)}/enrol`, body);
  const enrolment = async (journey: string, id: string) =>
    (await place.api(`/api/journeys/${encodeURIComponent(journey)}/enrolments/${id}`, undefined, 'GET')).body;
  const runsOf = async (journey: string) => {
    const { rows } = await place.db.query<{ runs: number; people: number }>(
      `select count(*)::int as runs, count(distinct person_id)::int as people
       from run r join journey j on j.id = r.journey_id where j.name = $1`,
      [journey],
    );
    return rows[0]!;
  };
  const direct = { kind: 'direct' };

  test('are all of an audience, each once, though two processes work on it; how far it is can be read', async () => {
    await crowd('Aud', 2300);
    const { body: audience } = await place.api('/api/audiences', { name: 'Aud', filter: named('Aud') });
    await place.quiet();
    await place.push({ name: 'Aud', entry: direct, ...waiting });
    const asked = await enrol('Aud', { audience: audience.id, data: { 'str:cm:why': 'spring' } });
    assert.equal(asked.status, 202);
    const { created_at, ...it } = asked.body;
    assert.deepEqual(it, {
      id: it.id,
      state: 'running',
      asked_by: 'API key “Entries”',
      who: { audience: audience.id },
      progress: { done: 0, total: 2300, entered: 0 },
      error: null,
      finished_at: null,
    });
    await place.quiet();
    const { state, progress } = await enrolment('Aud', it.id);
    assert.deepEqual([state, progress], ['done', { done: 2300, total: 2300, entered: 2300 }]);
    assert.deepEqual(await runsOf('Aud'), { runs: 2300, people: 2300 });
    const { rows } = await place.db.query(
      `select distinct entry, shape_id, (select count(*)::int from activity a join activity_definition d on d.id = a.definition_id
         where d.activity_id = 'act::ej' and a.person_id = run.person_id) as told
       from run join journey j on j.id = run.journey_id where j.name = 'Aud'`,
    );
    assert.deepEqual(rows, [{ entry: { 'str:cm:why': 'spring' }, shape_id: 'wait', told: 1 }]);
    const again = (await enrol('Aud', { audience: audience.id })).body;
    await place.quiet();
    assert.deepEqual(
      (await enrolment('Aud', again.id)).progress,
      { done: 2300, total: 2300, entered: 0 },
      'all are inside',
    );
  });

  test('are each in once where how far it is could not be written, and a page is gone through again', async () => {
    const ids = await crowd('Page', 2500);
    await place.push({ name: 'Page', entry: { ...direct, again: 'any-time' }, ...waiting });
    // The first time that a page is in, the database fails over saying so.
    await place.db.query(`create sequence failures`);
    await place.db.query(`create function fail_once() returns trigger language plpgsql as $$
      begin
        if new.seen > old.seen and nextval('failures') = 1 then raise exception 'the disk is full'; end if;
        return new;
      end $$`);
    await place.db.query(`create trigger fail_once before update on journey_enrolment
      for each row execute function fail_once()`);
    const { body: made } = await enrol('Page', { people: ids.map((id) => publicId(id)) });
    await until('it waits', async () => (await enrolment('Page', made.id)).error !== null);
    assert.deepEqual(await runsOf('Page'), { runs: 2000, people: 2000 });
    await place.pass(2000);
    const { state, progress } = await enrolment('Page', made.id);
    assert.deepEqual([state, progress], ['done', { done: 2500, total: 2500, entered: 2500 }]);
    assert.deepEqual(await runsOf('Page'), { runs: 2500, people: 2500 });
    await place.db.query('drop trigger fail_once on journey_enrolment');
  });

  test('are those for whom a filter holds, or of an audience those alone, or people by their ids', async () => {
    const ids = await crowd('Fil', 700);
    await crowd('Else', 700);
    await place.push({ name: 'Fil', entry: { ...direct, again: 'any-time' }, ...brief });
    const { body: audience } = await place.api('/api/audiences', { name: 'Everybody', filter: {} });
    await place.quiet();
    const cases: readonly [body: object, entered: number][] = [
      [{ filter: named('Fil') }, 700],
      [{ audience: audience.id, filter: named('Fil') }, 700],
      [{ people: ids.slice(0, 600).map((id) => publicId(id)) }, 600],
      [{ people: [ids[0]!, ids[0]!, '999'].map((id) => publicId(id)) }, 1],
    ];
    for (const [body, entered] of cases) {
      const { body: made } = await enrol('Fil', body);
      await place.quiet();
      const { state, progress } = await enrolment('Fil', made.id);
      assert.deepEqual([state, progress.entered], ['done', entered], JSON.stringify(body).slice(0, 80));
    }
    assert.deepEqual(await runsOf('Fil'), { runs: 700 + 700 + 600 + 1, people: 700 });
  });

  test('end with the page in hand when it is cancelled, wait while the journey is not on, and go on after a restart', async () => {
    const ids = await crowd('Can', 1200);
    const { journeys } = place.tributary;
    await place.push({ name: 'Can', entry: direct, ...waiting });
    await journeys.turn(place.ws, 'Can', 'off');
    // As it stands when its process is killed: begun, and nobody at it.
    const { rows } = await place.db.query<{ id: string }>(
      `insert into journey_enrolment (workspace_id, journey_id, asked_by, people, after, seen, total, created_at, worked_at, not_before)
       select $1, id, 'test', $2, $3, 500, 1200, $4, $4, $4 from journey where name = 'Can' returning id`,
      [
        place.ws,
        ids.toSorted((a, b) => Number(BigInt(a) - BigInt(b))),
        ids.toSorted((a, b) => Number(BigInt(a) - BigInt(b)))[499],
        place.clock.now(),
      ],
    );
    const { id } = rows[0]!;
    await place.away(() => undefined);
    assert.deepEqual((await enrolment('Can', id)).progress, { done: 500, total: 1200, entered: 0 });
    await place.tributary.journeys.turn(place.ws, 'Can', 'on');
    await place.quiet();
    const { state, progress } = await enrolment('Can', id);
    assert.deepEqual([state, progress], ['done', { done: 1200, total: 1200, entered: 700 }]);
    assert.deepEqual(await place.api(`/api/journeys/Can/enrolments/${id}/cancel`).then(({ status }) => status), 409);

    await place.tributary.journeys.turn(place.ws, 'Can', 'off');
    const { rows: more } = await place.db.query<{ id: string }>(
      `insert into journey_enrolment (workspace_id, journey_id, asked_by, filter, total, created_at, worked_at, not_before)
       select $1, id, 'test', '{}', 1, $2, $2, $2 from journey where name = 'Can' returning id`,
      [place.ws, place.clock.now()],
    );
    const cancelled = await place.api(`/api/journeys/Can/enrolments/${more[0]!.id}/cancel`);
    assert.deepEqual([cancelled.body.state, cancelled.body.who], ['cancelled', { filter: null }]);
    await place.tributary.journeys.turn(place.ws, 'Can', 'on');
    await place.quiet();
    assert.equal((await runsOf('Can')).runs, 700);
  });

  test('are one enrolment a key; and it ends with its reason where the audience is gone', async () => {
    await place.push({ name: 'Key', entry: direct, ...waiting });
    const [one, two] = await Promise.all(
      [1, 2].map(() => enrol('Key', { filter: named('Key'), idempotency_key: 'k' })),
    );
    assert.equal(one!.body.id, two!.body.id);
    const { body: audience } = await place.api('/api/audiences', { name: 'Gone', filter: named('Key') });
    await place.quiet();
    await place.tributary.journeys.turn(place.ws, 'Key', 'off');
    const { rows } = await place.db.query<{ id: string }>(
      `insert into journey_enrolment (workspace_id, journey_id, asked_by, audience, total, created_at, worked_at, not_before)
       select $1, id, 'test', $2, 1, $3, $3, $3 from journey where name = 'Key' returning id`,
      [place.ws, audience.id, place.clock.now()],
    );
    await place.api(`/api/audiences/${audience.id}`, undefined, 'DELETE');
    await place.tributary.journeys.turn(place.ws, 'Key', 'on');
    await place.quiet();
    const { state, error } = await enrolment('Key', rows[0]!.id);
    assert.deepEqual([state, error], ['failed', `${audience.id}: there is no such audience`]);
  });

  test('are not somebody else’s enrolment: a key that came with another request is refused', async () => {
    const people = (await crowd('Tak', 3)).map((id) => publicId(id, 'person'));
    await place.push({ name: 'Taken', entry: direct, ...waiting });
    const ask = (body: object) => enrol('Taken', { ...body, idempotency_key: 'k' });
    const first = await ask({ people: people.slice(0, 2), data: { 'str:cm:why': 'spring', 'int:cm:n': 1 } });
    assert.equal(first.status, 202);
    const again = await ask({
      people: [people[1], people[0], people[0]],
      data: { 'int:cm:n': 1, 'str:cm:why': 'spring' },
    });
    assert.deepEqual([again.status, again.body.id], [202, first.body.id]);
    const others = [
      { people: people.slice(0, 2) },
      { people: people.slice(0, 2), data: { 'str:cm:why': 'autumn', 'int:cm:n': 1 } },
      { people, data: { 'str:cm:why': 'spring', 'int:cm:n': 1 } },
      { filter: named('Tak'), data: { 'str:cm:why': 'spring', 'int:cm:n': 1 } },
    ];
    for (const other of others) {
      const { status, body } = await ask(other);
      assert.deepEqual([status, body.error], [409, 'the idempotency key "k" came with another request before']);
    }
    assert.equal((await enrol('Taken', { filter: named('Tak'), idempotency_key: 'f' })).status, 202);
    assert.equal((await enrol('Taken', { filter: named('Tak'), idempotency_key: 'f' })).status, 202);
    assert.equal((await enrol('Taken', { filter: named('Tok'), idempotency_key: 'f' })).status, 409);
    await place.quiet();
    assert.equal((await runsOf('Taken')).people, 3);
  });

  test('are no longer named by an enrolment that is over, and its key is still one request', async () => {
    await place.push({ name: 'Over', entry: direct, ...waiting });
    const filter = { '$str::is': { field_id: 'str::email', value: 'over@example.com' } };
    const asked = { filter, data: { 'str:cm:why': 'over@example.com' }, idempotency_key: 'o' };
    const first = await enrol('Over', asked);
    assert.deepEqual(first.body.who, { filter });
    const keyed = async (state: string) => {
      const { body } = await enrol('Over', asked);
      assert.deepEqual([body.id, body.state, body.who], [first.body.id, state, { filter: null }]);
    };
    await place.quiet();
    await keyed('done');
    const other = await enrol('Over', { ...asked, data: {} });
    assert.deepEqual([other.status, other.body.code], [409, 409]);
    const { rows } = await place.db.query(
      `select e.entry, e.filter from journey_enrolment e where e::text like '%over@example%' or e.id = $1`,
      [first.body.id],
    );
    assert.deepEqual(rows, [{ entry: {}, filter: null }]);
  });

  test('wait for an audience that is still being built', async () => {
    await crowd('Bui', 900);
    await place.push({ name: 'Bui', entry: direct, ...waiting });
    const { body: audience } = await place.api('/api/audiences', { name: 'Bui', filter: named('Bui') });
    const { body } = await enrol('Bui', { audience: audience.id });
    await until('all are inside', async () => (await enrolment('Bui', body.id)).state === 'done');
    assert.equal((await runsOf('Bui')).runs, 900);
  });

  test('are refused in words', async () => {
    await place.push({ name: 'Off', entry: direct, ...waiting });
    await place.tributary.journeys.turn(place.ws, 'Off', 'off');
    const refused = async (journey: string, body: object) => {
      const { status, body: told } = await enrol(journey, body);
      return `${status} ${told.error}`;
    };
    const who = 'say who enters: "people", or "audience", "filter" or both';
    assert.equal(await refused('Nowhere', { filter: {} }), '404 there is no journey "Nowhere": see "journeys list"');
    assert.equal(await refused('Off', { filter: {} }), '409 the journey "Off" is draining: nobody can enter it');
    assert.equal(await refused('Key', {}), `400 ${who}`);
    assert.equal(await refused('Key', { people: [publicId('5')], filter: {} }), `400 ${who}`);
    assert.match(await refused('Key', { filter: { $nonsense: { field_id: 'x' } } }), /^400 filter.*unknown operator/);
    assert.match(await refused('Key', { audience: '6b04c2250000000000009999' }), /^404 .*there is no such audience/);
    assert.match(await refused('Key', { people: ['x'] }), /^400 people: "x" is not a person id/);
    assert.match(await refused('Key', { filter: {}, data: { order: 1 } }), /^400 data: "order" is not an attribute id/);
    assert.equal((await place.api('/api/journeys/Key/enrolments/7777', undefined, 'GET')).status, 404);
  });
});
