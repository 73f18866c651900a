import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Filter } from '@tributary/model';
import { until } from '../../test/support/until.ts';
import type { PeopleRecorded } from '../people/index.ts';
import { transaction } from '../platform/database/pool.ts';
import { concerned } from './concerned.ts';
import { insertAudience, updateVersion } from './store/audience.sql.ts';
import { type Groups, openGroups } from './test/support.ts';

const JOURNEY = '6b04c2250000000000000007';
const inJourney: Filter = { $is_member_of_campaign: { campaign_id: JOURNEY } };
const named: Filter = { $has_any_value: { field_id: 'str::first' } };

test('whoever begins or leaves a journey concerns the audiences that ask about it, and no others', () => {
  const asks = { fields: new Set<string>(), activities: new Set<string>(), subscribers: false, lastSeen: [] };
  const live = [
    { ...asks, id: 1, journeys: new Set([JOURNEY]) },
    { ...asks, id: 2, journeys: new Set(['6b04c2250000000000000008']) },
    { ...asks, id: 3, journeys: new Set<string>() },
  ];
  const of = (activityId: string, campaignId?: string): number[] => {
    const activity = { id: '1', personId: '9', activityId, at: '', ...(campaignId && { campaignId }) };
    const piece: PeopleRecorded = { workspaceId: 1, activities: [activity], changed: [], fields: [] };
    return [...(concerned(live, [piece], new Date()).asked.get('9') ?? [])];
  };
  assert.deepEqual(of('act::ej', JOURNEY), [1]);
  assert.deepEqual(of('act::lj', JOURNEY), [1]);
  assert.deepEqual(of('act::lj', '6b04c2250000000000000009'), []);
  assert.deepEqual(of('act::ej'), [1, 2], 'where it is not said which it was');
  assert.deepEqual(of('act::o', JOURNEY), []);
});

describe('where nobody knows about journeys', () => {
  let g: Groups;
  before(async () => {
    g = await openGroups();
  });
  after(() => g.close());

  test('audiences that ask about them are refused, and one that is there keeps its members until somebody knows', async () => {
    await assert.rejects(g.audiences.create(g.ws, { name: 'In', filter: inJourney }), {
      code: 'audience_filter_wrong',
      message: 'filter.$is_member_of_campaign: $is_member_of_campaign can not be asked here yet',
    });
    const other = await g.make('Named', named);
    const ann = await g.merge({ 'str::email': 'ann@example.com' });
    await g.quiet();
    await transaction(g.db, async (tx) => {
      const shown = { publicName: '', publicDescription: '', isPublic: false, smsIsPublic: false };
      const of = {
        name: 'Named in',
        filter: { $or: [named, inJourney] },
        exitFilter: null,
        quiet: false,
        hidden: false,
      };
      const id = await insertAudience(tx, g.ws, { ...shown, ...of }, g.clock.now());
      await tx.query('update audience set building = false, members = 1 where id = $1', [id]);
      await tx.query(
        'insert into audience_member (workspace_id, audience_id, person_id, since) values ($1, $2, $3, now())',
        [g.ws, id, ann],
      );
      await updateVersion(tx, g.ws);
    });
    const { rows } = await g.db.query<{ id: string }>(
      `select lpad(to_hex(id), 24, '0') as id from audience where name = 'Named in'`,
    );
    const asking = rows[0]!.id;
    await g.merge({ 'str::email': 'ann@example.com', 'str::first': 'Ann' });
    await until('the news waits, with the reason', async () => {
      const { rows: news } = await g.db.query<{ error: string | null }>('select error from news');
      return news.some(({ error }) => /nobody here answers \$is_member_of_campaign/.test(error ?? ''));
    });
    assert.deepEqual([await g.members(asking), await g.members(other)], [['ann'], []]);
    g.people.filters.register(['$is_member_of_campaign'], {
      what: 'journey',
      sql: () => 'false',
      missing: async () => [],
    });
    g.clock.advance(60_000);
    await g.quiet();
    assert.deepEqual([await g.members(asking), await g.members(other)], [['ann'], ['ann']]);
    await g.merge({ 'str::email': 'ann@example.com' }, { clear: ['str::first'] });
    await g.quiet();
    assert.deepEqual([await g.members(asking), await g.members(other)], [[], []]);
  });
});
