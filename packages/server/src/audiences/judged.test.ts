import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Filter, IntakeItem } from '@tributary/model';
import { type Groups, openGroups } from './test/support.ts';

const BOUGHT = 'act:cm:bought';
const LOOKED = 'act:cm:looked';
const DAY = 24 * 3_600_000;

describe('somebody who did more than is carried', () => {
  let g: Groups;
  before(async () => {
    g = await openGroups();
    await g.people.addDefinitions(
      g.ws,
      [BOUGHT, LOOKED].map((activityId) => ({ activityId, name: activityId.slice(7), touch: true })),
    );
  });
  after(() => g.close());

  const did = (who: string, id: string, at: Date): IntakeItem => ({
    who: { by: ['str::email'] },
    fields: { 'str::email': `${who}@example.com` },
    source: 'API',
    activity: { id, attributes: { 'int:cm:value': 1000 }, at },
  });
  const bought = (more: object): Filter => ({ '$act::has_occurred': { field_id: BOUGHT, ...more } });

  test('is judged as everybody is, by audiences of audiences as well, and leaves at the same moment', async () => {
    const often = await g.make('Often', bought({ count: { at_least: 2 }, timeframe: { days: 10 } }));
    const first = await g.make('First', {
      '$act::first': { field_id: BOUGHT, filter: { '$int::is': { field_id: 'int:cm:value', value: 1000 } } },
    });
    const both = await g.make('Both', { $and: [{ $is_member_of: { audience_id: often } }, bought({})] });
    const stays = await g.make('Stays', bought({}), bought({ count: { at_least: 5 } }));
    const ago = (ms: number): Date => new Date(g.clock.now().getTime() - ms);
    const busy = Array.from({ length: 1200 }, (_, i) => did('busy', LOOKED, ago(5 * DAY + i * 1000)));
    await g.people.record(g.ws, busy);
    const names = ['busy', 'calm'];
    await g.people.record(
      g.ws,
      names.flatMap((who) => [did(who, BOUGHT, ago(6 * DAY)), did(who, BOUGHT, ago(2 * DAY))]),
    );
    await g.quiet();
    for (const id of [often, first, both, stays]) assert.deepEqual(await g.members(id), names);
    g.clock.advance(4 * DAY + 1);
    await g.quiet();
    for (const id of [often, both]) assert.deepEqual(await g.members(id), []);
    await g.people.record(
      g.ws,
      names.flatMap((who) => [1, 2, 3].map((n) => did(who, BOUGHT, ago(n)))),
    );
    await g.quiet();
    for (const id of [often, both]) assert.deepEqual(await g.members(id), names);
    assert.deepEqual(await g.members(stays), []);
    const stories = await Promise.all(
      names.map(async (who) => g.story((await g.people.findByEmail(g.db, g.ws, `${who}@example.com`))!)),
    );
    assert.deepEqual(stories[0], stories[1]);
  });
});
