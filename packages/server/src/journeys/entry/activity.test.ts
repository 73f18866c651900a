import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Beat, brief, openPlace, type Place, play } from '../../../test/support/entry-place.ts';

describe('a journey that people enter by what is done with them', () => {
  let place: Place;
  let vip: string;
  before(async () => {
    place = await openPlace();
    const filter = { '$str::is': { field_id: 'str::first', value: 'Vip' } };
    const { body } = await place.api('/api/audiences', { name: 'VIPs', filter });
    vip = body.id;
    await place.quiet();
  });
  after(() => place.close());

  const merge =
    (name: string, more: object = {}) =>
    (): Promise<string> =>
      place.merge({ 'str::email': `${name}@example.com`, 'str::first': 'Nobody' }, more);
  const called = (name: string, first: string) => (): Promise<string> =>
    place.merge({ 'str::email': `${name}@example.com`, 'str::first': first });

  const stories: Record<string, { entry: () => object; beats: readonly Beat[] }> = {
    'a tag, whatever its case; and again when it is taken and given back': {
      entry: () => ({ kind: 'tag', tag: 'Trial Over' }),
      beats: [
        ['another tag is given', merge('tom', { tags: ['trial'] }), []],
        ['the tag is given', merge('tom', { tags: ['TRIAL over'] }), ['tom left: completed']],
        ['it is given once more', merge('tom', { tags: ['trial over'] }), ['tom left: completed']],
        ['it is taken', merge('tom', { unsetTags: ['trial over'] }), ['tom left: completed']],
        ['and given', merge('tom', { tags: ['trial over'] }), ['tom left: completed', 'tom left: completed']],
        [
          'somebody new has it',
          merge('una', { tags: ['Trial over'] }),
          ['tom left: completed', 'tom left: completed', 'una left: completed'],
        ],
      ],
    },
    'an audience that they enter': {
      entry: () => ({ kind: 'audience', audience: vip }),
      beats: [
        ['she comes', called('eve', 'Eve'), []],
        ['she becomes one of them', called('eve', 'Vip'), ['eve left: completed']],
        ['she leaves them', called('eve', 'Eve'), ['eve left: completed']],
      ],
    },
    'an audience that they leave': {
      entry: () => ({ kind: 'audience', audience: vip, when: 'leaves' }),
      beats: [
        ['she becomes one of them', called('lea', 'Vip'), []],
        ['she leaves them', called('lea', 'Lea'), ['lea left: completed']],
      ],
    },
    'an audience that they enter, if they are who is wanted': {
      entry: () => ({
        kind: 'audience',
        audience: vip,
        person: { '$str::is': { field_id: 'str::last', value: 'Ito' } },
      }),
      beats: [
        ['somebody else becomes one of them', called('kim', 'Vip'), []],
        [
          'who is wanted does',
          () => place.merge({ 'str::email': 'ito@example.com', 'str::first': 'vip', 'str::last': 'Ito' }),
          ['ito left: completed'],
        ],
      ],
    },
  };
  test('an audience that they leave, but not because two become one', async () => {
    const name = 'Lost';
    await place.push({ name, entry: { kind: 'audience', audience: vip, when: 'leaves' }, ...brief });
    const { identity } = place.tributary.people;
    const [una, uta] = [await called('una', 'Vip')(), await called('uta', 'Vip')()];
    await play(place, name, [
      ['both are of them', () => undefined, []],
      ['they become one', () => identity.unite(place.ws, { people: [una, uta], survivor: una, by: 'a test' }), []],
      ['she leaves them', called('uta', 'Uta'), ['una left: completed']],
    ]);
    const told = (await place.tributary.people.timeline(place.db, place.ws, una, 100)).filter(
      ({ activityId, attributes }) => activityId.endsWith('-audience') && attributes['idt::a'] === vip,
    );
    assert.deepEqual(
      told.map(({ activityId }) => activityId),
      ['act::leave-audience', 'act::enter-audience', 'act::enter-audience'],
    );
    await place.tributary.journeys.turn(place.ws, name, 'off');
  });

  for (const [title, { entry, beats }] of Object.entries(stories)) {
    test(title, async () => {
      await place.push({ name: title, entry: entry(), ...brief });
      await play(place, title, beats);
      await place.tributary.journeys.turn(place.ws, title, 'off');
    });
  }

  test('says which activity started it, and knows what that says', async () => {
    const shapes = {
      note: { kind: 'update', set: { 'str::last': 'by {{ activity.n }}' }, next: 'end' },
      end: { kind: 'exit' },
    };
    await place.push({ name: 'Says', entry: { kind: 'tag', tag: 'said' }, start: 'note', shapes });
    const id = await merge('sam', { tags: ['Said'] })();
    await place.quiet();
    const person = (await place.tributary.people.find(place.db, place.ws, [id])).get(id)!;
    assert.equal(person.fields['str::last'], 'by Said');
    const started = (await place.tributary.people.timeline(place.db, place.ws, id, 20)).find(
      ({ activityId }) => activityId === 'act::ej',
    )!;
    assert.equal(started.attributes['str::jefi'], 'act::ta');
  });

  test('is refused where it names an audience that is not there, or is archived', async () => {
    const wrong = (audience: string) =>
      place
        .push({ name: 'Wrong', entry: { kind: 'audience', audience }, ...brief })
        .catch((error: Error) => error.message);
    const none = '6b04c2250000000000009999';
    assert.match(
      String(await wrong(none)),
      new RegExp(`entry\\.audience: there is no audience "${none}", or it is archived`),
    );
    const { body } = await place.api('/api/audiences', { name: 'Old', filter: {} });
    await place.api(`/api/audiences/${body.id}`, { archived: true }, 'PATCH');
    assert.match(String(await wrong(body.id)), /or it is archived/);
  });
});
