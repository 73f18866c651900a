import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Fields, type Filter, idAt, matches } from '@tributary/model';
import type { RecordedActivity } from '../../people/index.ts';
import { activitiesIn, type Beginning, happenedIn } from './moment.ts';
import { did, entered, newRun, runOf, SECOND } from './test/support.ts';

const run = newRun();
const begin = { ...run, runId: run.id };
interface Condition {
  fieldId: string;
  where?: Filter;
  same?: string[];
}
const occurredIn =
  (from: Beginning, activities: readonly RecordedActivity[]) =>
  ({ fieldId, where, same }: Condition): boolean =>
    matches(
      { '$act::has_occurred': { field_id: fieldId, filter: where, same } },
      { fields: {} as Fields, now: new Date(0), activities: happenedIn(from, activitiesIn(from, activities)) },
    );
const opened = { fieldId: 'act::o' };
const moved = { fieldId: 'act:cm:stage' };
const ofRun = { 'idt::jri': runOf(run) };

describe('whether something happened in this run', () => {
  test('nothing did, where she did nothing', () => {
    assert.equal(occurredIn(begin, [])(opened), false);
  });

  test('an open of its own message did, one of another run’s did not', () => {
    const other = runOf(newRun({ id: idAt(entered, 78n) }));
    assert.equal(occurredIn(begin, [did('act::o', SECOND, ofRun)])(opened), true);
    assert.equal(occurredIn(begin, [did('act::o', SECOND, { 'idt::jri': other })])(opened), false);
    assert.equal(occurredIn(begin, [did('act::o', SECOND, ofRun)])({ ...opened, fieldId: 'act::c' }), false);
  });

  test('an activity about no message at all did, for it can be about anything', () => {
    assert.equal(occurredIn(begin, [did('act::o', SECOND)])(opened), true);
  });

  test('what a machine did does not count', () => {
    assert.equal(occurredIn(begin, [did('act::o', SECOND, { ...ofRun, 'bol::m': true })])(opened), false);
    assert.equal(occurredIn(begin, [did('act::o', SECOND, { ...ofRun, 'bol::m': false })])(opened), true);
    const both = [did('act::o', SECOND, { ...ofRun, 'bol::m': true }), did('act::o', 2 * SECOND, ofRun)];
    assert.equal(occurredIn(begin, both)(opened), true);
  });

  test('what she did before she entered does not count', () => {
    assert.equal(occurredIn(begin, [did('act::o', -1)])(opened), false);
  });

  test('what started the run is not something that happened in it', () => {
    const entry = { ...did('act:cm:stage', 0), id: run.entryActivityId };
    assert.equal(occurredIn(begin, [entry])(moved), false);
  });

  test('within a second the order of recording decides', () => {
    assert.equal(occurredIn(begin, [did('act:cm:stage', 0, {}, 9n)])(moved), false);
    assert.equal(occurredIn(begin, [did('act:cm:stage', 0, {}, 11n)])(moved), true);
    // Numbers, not texts: "9…" is less than "10…".
    const late = { ...begin, entryActivityId: '99' };
    assert.equal(occurredIn(late, [{ ...did('act:cm:stage', 0), id: '100' }])(moved), true);
  });

  test('of an entry that is known to the millisecond, what a CRM tells of its second is told from before by the same order', () => {
    const form = { ...begin, entryAt: new Date(entered.getTime() + 500), enteredAt: new Date(entered.getTime() + 600) };
    assert.equal(occurredIn(form, [did('act:cm:stage', 0, {}, 11n)])(moved), true);
    assert.equal(occurredIn(form, [did('act:cm:stage', 0, {}, 9n)])(moved), false);
    assert.equal(occurredIn(form, [did('act:cm:stage', 499, {}, 11n)])(moved), false, 'that is known to be before');
  });

  test('the same deal is told from another, where the condition asks for it', () => {
    const same = { ...moved, same: ['str:cm:lead-id'] };
    assert.equal(occurredIn(begin, [did('act:cm:stage', SECOND, { 'str:cm:lead-id': '42' })])(same), true);
    assert.equal(occurredIn(begin, [did('act:cm:stage', SECOND, { 'str:cm:lead-id': '43' })])(same), false);
    assert.equal(occurredIn(begin, [did('act:cm:stage', SECOND)])(same), false);
    assert.equal(occurredIn(begin, [did('act:cm:stage', SECOND, { 'str:cm:lead-id': '43' })])(moved), true);
  });

  test('the same day is told from another, and the same moment from another, however they were written', () => {
    const of = (day: number, at: string) => ({ 'dtz:cm:on': { year: 2026, month: 3, day }, 'tme:cm:at': at });
    const from = { ...begin, entry: of(2, '2026-03-02T08:00:00Z') };
    const same = { ...moved, same: ['dtz:cm:on', 'tme:cm:at'] };
    const about = (attributes: Fields) => occurredIn(from, [did('act:cm:stage', SECOND, attributes)])(same);
    assert.equal(about(of(2, '2026-03-02T09:00:00+01:00')), true);
    assert.equal(about(of(3, '2026-03-02T08:00:00Z')), false);
    assert.equal(about(of(2, '2026-03-02T08:00:01Z')), false);
  });

  test('all that is asked has to be true of one activity, not of two', () => {
    const where = { '$str::is': { field_id: 'str:cm:stage', value: 'Won' } };
    const condition = { ...moved, where, same: ['str:cm:lead-id'] };
    const two = [
      did('act:cm:stage', SECOND, { 'str:cm:lead-id': '42', 'str:cm:stage': 'Proposal' }),
      did('act:cm:stage', SECOND, { 'str:cm:lead-id': '43', 'str:cm:stage': 'Won' }),
    ];
    assert.equal(occurredIn(begin, two)(condition), false);
    assert.equal(
      occurredIn(begin, [did('act:cm:stage', SECOND, { 'str:cm:lead-id': '42', 'str:cm:stage': 'won' })])(condition),
      true,
    );
  });
});
