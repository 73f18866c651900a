import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { objectId } from '@tributary/model';
import { DAY, openPlace, type Place, waiting } from '../../test/support/entry-place.ts';
import { until } from '../../test/support/until.ts';

describe('filters that ask who is in a journey', () => {
  let place: Place;
  let campaign: string;
  before(async () => {
    place = await openPlace();
    const { id, createdAt } = await place.push({ name: 'Asked', entry: { kind: 'direct' }, ...waiting });
    campaign = objectId(createdAt, id);
  });
  after(() => place.close());

  const asked = (operator: string) => ({ [operator]: { campaign_id: campaign } });
  const trigger = async (journey: string, name: string) => {
    const item = { who: { by: ['str::email'] }, fields: { 'str::email': `${name}@example.com` }, source: 'API' };
    await place.tributary.journeys.entries.trigger(place.ws, journey, { people: [item] });
    await place.quiet();
  };
  const found = async (filter: object): Promise<string[]> => {
    const { body } = await place.api('/v1/person/get', {
      filter,
      fields: ['str::email'],
      limit: 100,
      sort_by_field_id: 'str::email',
    });
    return (body.contacts ?? [])
      .map(({ fields }: { fields: Record<string, string> }) => fields['str::email']!.split('@')[0])
      .toSorted();
  };
  test('find those who have begun it, who are inside, and who have left', async () => {
    await place.merge({ 'str::email': 'never@example.com' });
    await trigger('Asked', 'first');
    await place.pass(DAY);
    await trigger('Asked', 'second');
    assert.deepEqual(await found(asked('$has_started_campaign')), ['first', 'second']);
    assert.deepEqual(await found(asked('$is_member_of_campaign')), ['second']);
    assert.deepEqual(await found(asked('$has_left_campaign')), ['first']);
    const none = { $has_started_campaign: { campaign_id: '6b04c2250000000000009999' } };
    assert.deepEqual(await found(none), []);
  });

  test('move runs that wait for it', async () => {
    await place.push({
      name: 'Waits',
      entry: { kind: 'direct' },
      start: 'until',
      shapes: { until: { kind: 'wait', until: asked('$is_member_of_campaign'), next: 'end' }, end: { kind: 'exit' } },
    });
    await trigger('Waits', 'fifth');
    assert.deepEqual(await place.runs('Waits'), ['fifth until']);
    await trigger('Asked', 'fifth');
    await until('it has gone on', async () => (await place.runs('Waits'))[0] === 'fifth left: completed');
  });

  test('count nobody who is held out', async () => {
    await place.push({ name: 'Held', entry: { kind: 'direct' }, holdOut: 0.9, ...waiting });
    for (let i = 0; i < 20; i++) await trigger('Held', `h${i}`);
    const runs = await place.runs('Held');
    const row = (await place.tributary.journeys.list(place.db, place.ws)).find(({ name }) => name === 'Held')!;
    const filter = { $has_started_campaign: { campaign_id: objectId(row.createdAt, row.id) } };
    const inside = runs.filter((run) => run.endsWith('wait')).map((run) => run.split(' ')[0]);
    assert.ok(inside.length < 20);
    assert.deepEqual(await found(filter), inside.toSorted());
  });

  test('count whom a step holds out: they have begun it, and left', async () => {
    const shapes = {
      hello: { kind: 'tag', add: ['Greeted'], next: 'apart' },
      apart: { kind: 'hold-out', share: 100, next: 'end' },
      end: { kind: 'exit' },
    };
    const { id, createdAt } = await place.push({ name: 'Apart', entry: { kind: 'direct' }, start: 'hello', shapes });
    await trigger('Apart', 'sixth');
    const of = { campaign_id: objectId(createdAt, id) };
    assert.deepEqual(await found({ $has_started_campaign: of }), ['sixth']);
    assert.deepEqual(await found({ $has_left_campaign: of }), ['sixth']);
    assert.deepEqual(await found({ $is_member_of_campaign: of }), []);
  });
});
