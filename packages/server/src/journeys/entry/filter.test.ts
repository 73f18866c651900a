import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { brief, openPlace, type Place, play } from '../../../test/support/entry-place.ts';

const inCity = (name: string) => ({ '$str::is': { field_id: 'geo::city', value: name } });
const city = (name: string) => ({ 'geo::city': { name } });

describe('a journey that people enter by matching a filter', () => {
  let place: Place;
  before(async () => {
    place = await openPlace();
  });
  after(() => place.close());

  const merge = (name: string, where: string) => (): Promise<string> =>
    place.merge({ 'str::email': `${name}@example.com`, ...city(where) });

  test('takes those who begin to match, and who match again once they have left; not those who matched before', async () => {
    const name = 'Paris';
    await merge('old', 'Paris')();
    await place.push({ name, entry: { kind: 'filter', filter: inCity('Paris') }, ...brief });
    await play(place, name, [
      ['it is on', () => undefined, []],
      ['somebody comes who matches', merge('anna', 'Paris'), ['anna left: completed']],
      ['she is said to match once more', merge('anna', 'Paris'), ['anna left: completed']],
      ['she moves away', merge('anna', 'Lyon'), ['anna left: completed']],
      ['and back', merge('anna', 'Paris'), ['anna left: completed', 'anna left: completed']],
      ['who matched before moves away', merge('old', 'Lyon'), ['anna left: completed', 'anna left: completed']],
      ['and back', merge('old', 'Paris'), ['anna left: completed', 'anna left: completed', 'old left: completed']],
    ]);
  });

  test('takes those who match already where it says so: once, whatever is published and however often it is put on', async () => {
    const name = 'Rome';
    const entry = { kind: 'filter', filter: inCity('Rome'), existing: true };
    for (const who of ['a', 'b', 'c']) await merge(who, 'Rome')();
    const { journeys } = place.tributary;
    const all = ['a', 'b', 'c'].map((who) => `${who} left: completed`);
    await play(place, name, [
      ['it is on', () => place.push({ name, entry, ...brief }), all],
      ['it is published again', () => place.push({ name, entry, ...brief }), all],
      ['it is turned off', () => journeys.turn(place.ws, name, 'off'), all],
      ['somebody comes meanwhile', merge('d', 'Rome'), all],
      ['it is turned on', () => journeys.turn(place.ws, name, 'on'), all],
      ['somebody comes', merge('e', 'Rome'), [...all, 'e left: completed']],
    ]);
  });

  test('with another filter takes those who match it and did not match the old one, where it says so', async () => {
    const name = 'Two cities';
    const either = { $or: [inCity('Oslo'), inCity('Bergen')] };
    await merge('o', 'Oslo')();
    await merge('p', 'Bergen')();
    await play(place, name, [
      ['it is on', () => place.push({ name, entry: { kind: 'filter', filter: inCity('Oslo') }, ...brief }), []],
      ['it asks for more', () => place.push({ name, entry: { kind: 'filter', filter: either }, ...brief }), []],
      ['somebody comes', merge('q', 'Bergen'), ['q left: completed']],
      [
        'those who match already are to enter as well',
        () => place.push({ name, entry: { kind: 'filter', filter: either, existing: true }, ...brief }),
        ['o left: completed', 'p left: completed', 'q left: completed', 'q left: completed'],
      ],
    ]);
  });

  test('is nothing that anybody sees: no audience is listed, and no timeline tells of it', async () => {
    await place.push({ name: 'Quiet', entry: { kind: 'filter', filter: inCity('Ulm') }, ...brief });
    const id = await merge('ulla', 'Ulm')();
    await place.quiet();
    const own = await place.api('/api/audiences?limit=100', undefined, 'GET');
    const wire = await place.api('/v1/audiences/get', {});
    for (const { body } of [own, wire]) assert.doesNotMatch(JSON.stringify(body), /who enters/);
    const subscriptions = await place.api('/v1/person/subscriptions', { people: [{ email: 'ulla@example.com' }] });
    const named = subscriptions.body.people[0].subscriptions.map(
      (each: { audience_name: string }) => each.audience_name,
    );
    assert.deepEqual(named, ['Subscribers']);
    const timeline = await place.tributary.people.timeline(place.db, place.ws, id, 100);
    assert.deepEqual(
      timeline
        .filter(({ activityId }) => activityId === 'act::enter-audience')
        .map(({ attributes }) => attributes['str::name']),
      ['Subscribers'],
    );
    assert.deepEqual(await place.story(id), ['ej Quiet', 'lj Quiet']);
    const { rows } = await place.db.query<{ id: string }>(
      `select entry_audience as id from journey where name = 'Quiet'`,
    );
    assert.equal((await place.api(`/api/audiences/${rows[0]!.id}`, undefined, 'GET')).status, 404);
    const asking = { name: 'Of it', filter: { $is_member_of: { audience_id: rows[0]!.id } } };
    assert.equal((await place.api('/api/audiences', asking)).status, 400);
  });

  test('keeps its audience as long as it is on, and no longer', async () => {
    const { journeys } = place.tributary;
    const hidden = async (): Promise<number> => {
      const { rows } = await place.db.query<{ n: number }>(
        `select count(*)::int as n from audience a where hidden and name like '%“Kept”'
         and exists (select from journey where name = 'Kept' and entry_audience is not null)`,
      );
      return rows[0]!.n;
    };
    await place.push({ name: 'Kept', entry: { kind: 'filter', filter: inCity('Bonn') }, ...brief });
    assert.equal(await hidden(), 1);
    await journeys.turn(place.ws, 'Kept', 'off');
    assert.equal(await hidden(), 0);
    await journeys.turn(place.ws, 'Kept', 'on');
    assert.equal(await hidden(), 1);
    await place.push({ name: 'Kept', entry: { kind: 'direct' }, ...brief });
    assert.equal(await hidden(), 0);
    const { rows } = await place.db.query(`select from audience where name like '%“Kept”'`);
    assert.equal(rows.length, 0);
  });

  test('is refused where its filter can not be kept, with the place', async () => {
    const wrong = (filter: object) =>
      place.push({ name: 'Wrong', entry: { kind: 'filter', filter }, ...brief }).catch((error: Error) => error.message);
    assert.match(
      String(await wrong({ '$str::is': { field_id: 'str:cm:none', value: 'x' } })),
      /entry\.filter.*Object not found/,
    );
    assert.match(
      String(await wrong({ '$act::has_occurred': { field_id: 'act::enter-audience' } })),
      /entry\.filter: entering and leaving can not be asked about here/,
    );
    assert.match(
      String(await wrong({ $is_member_of: { audience_id: '6b04c2250000000000009999' } })),
      /entry\.filter: there is no audience/,
    );
  });
});
