import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { brief, DAY, HOUR, openPlace, type Place, play, waiting } from '../../../test/support/entry-place.ts';

const named = (last: string) => ({ '$str::is': { field_id: 'str::last', value: last } });

describe('a journey into which a schedule calls people', () => {
  let place: Place;
  before(async () => {
    // Two processes: whatever the clock says, each moment is there once.
    place = await openPlace({ processes: 2, begins: '2026-03-02T08:00:00Z' });
  });
  after(() => place.close());

  const merge = (name: string, last: string) => (): Promise<string> =>
    place.merge({ 'str::email': `${name}@example.com`, 'str::last': last });
  const calls = async (journey: string): Promise<string[]> => {
    const { body } = await place.api(`/api/journeys/${journey}/enrolments`, undefined, 'GET');
    return body.enrolments
      .map((each: { occurs_at: string; missed: number; state: string; progress: { entered: number } }) =>
        [
          each.occurs_at.slice(0, 16),
          each.state,
          each.progress.entered,
          ...(each.missed ? [`missed ${each.missed}`] : []),
        ].join(' '),
      )
      .toReversed();
  };

  test('takes the members of an audience at its moment, again and again; those inside are not taken twice', async () => {
    const name = 'Weekly';
    const { body: audience } = await place.api('/api/audiences', { name: 'Weekly readers', filter: named('Weekly') });
    await merge('wa', 'Weekly')();
    const entry = { kind: 'schedule', cron: '0 9 * * 1', timezone: 'Europe/Berlin', audience: audience.id };
    await play(place, name, [
      ['it is put on at nine in Berlin', () => place.push({ name, entry, ...waiting }), []],
      ['almost a week passes', () => place.at('2026-03-09T07:59:59Z'), []],
      ['it is Monday again, nine o’clock', () => place.at('2026-03-09T08:00:00Z'), ['wa wait']],
      ['somebody becomes a member', merge('wb', 'Weekly'), ['wa wait']],
      ['her day is over', () => place.pass(DAY), ['wa left: completed']],
      ['the week is', () => place.at('2026-03-16T08:00:00Z'), ['wa left: completed', 'wa wait', 'wb wait']],
    ]);
    assert.deepEqual(await calls(name), ['2026-03-09T08:00 done 1', '2026-03-16T08:00 done 2']);
    await place.tributary.journeys.turn(place.ws, name, 'off');
    await place.at('2026-03-23T12:00:00Z');
    assert.equal((await calls(name)).length, 2, 'off, it calls nobody');
  });

  test('takes those for whom a filter holds at the moment, and of an audience those alone', async () => {
    await place.at('2026-03-24T08:00:00Z');
    const { body: audience } = await place.api('/api/audiences', { name: 'F', filter: named('F') });
    for (const who of ['fa', 'fb']) await merge(who, 'F')();
    await place.merge({ 'str::email': 'fb@example.com', 'str::first': 'Ben' });
    await place.quiet();
    const ben = { '$str::is': { field_id: 'str::first', value: 'Ben' } };
    const entry = { kind: 'schedule', cron: '0 9 * * *' };
    await place.push({ name: 'Filter', entry: { ...entry, filter: named('F') }, ...brief });
    await place.push({ name: 'Both', entry: { ...entry, filter: ben, audience: audience.id }, ...brief });
    await place.at('2026-03-24T09:00:00Z');
    assert.deepEqual(await place.runs('Filter'), ['fa left: completed', 'fb left: completed']);
    assert.deepEqual(await place.runs('Both'), ['fb left: completed']);
    for (const name of ['Filter', 'Both']) await place.tributary.journeys.turn(place.ws, name, 'off');
  });

  test('after days in which nobody was there makes up for the last moment, and says how many it missed', async () => {
    await place.at('2026-03-25T08:00:00Z');
    await merge('da', 'Daily')();
    await place.push({
      name: 'Daily',
      entry: { kind: 'schedule', cron: '0 9 * * *', filter: named('Daily') },
      ...brief,
    });
    await place.at('2026-03-25T09:30:00Z');
    await place.away(() => place.clock.advance(4 * DAY + HOUR));
    assert.deepEqual(await calls('Daily'), ['2026-03-25T09:00 done 1', '2026-03-29T09:00 done 1 missed 3']);
    assert.deepEqual(await place.runs('Daily'), ['da left: completed', 'da left: completed']);
    await place.push({ name: 'Daily', entry: { kind: 'direct' }, ...brief });
    const { body } = await place.api('/api/journeys/Daily/enrolments', undefined, 'GET');
    assert.equal(body.entry.next_at, null);
  });

  test('with another plan goes by that one, from then on', async () => {
    await place.at('2026-04-06T08:00:00Z');
    await merge('pa', 'Plan')();
    const entry = { kind: 'schedule', cron: '0 9 * * *', filter: named('Plan') };
    await place.push({ name: 'Plan', entry, ...brief });
    await place.push({ name: 'Plan', entry: { ...entry, cron: '0 10 * * *' }, ...brief });
    const { body } = await place.api('/api/journeys/Plan/enrolments', undefined, 'GET');
    assert.equal(body.entry.next_at, '2026-04-06T10:00:00.000Z');
    await place.at('2026-04-06T11:00:00Z');
    assert.deepEqual(await calls('Plan'), ['2026-04-06T10:00 done 1']);
  });

  test('is refused with its place where its plan can not be read, or its audience is not there', async () => {
    const refused = (entry: object) =>
      place
        .push({ name: 'Wrong', entry: { kind: 'schedule', ...entry }, ...brief })
        .catch((error: Error) => error.message);
    assert.match(String(await refused({ cron: '0 9 31 2 *', filter: {} })), /entry\.cron: "0 9 31 2 \*" never comes/);
    assert.match(String(await refused({ cron: '0 9 * *', filter: {} })), /entry\.cron: write five fields/);
    assert.match(String(await refused({ cron: '0 9 * * *' })), /entry: a schedule says who enters/);
    assert.match(
      String(await refused({ cron: '0 9 * * *', audience: '6b04c2250000000000009999' })),
      /entry\.audience: there is no audience/,
    );
  });
});
