import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Groups, openGroups } from './test/support.ts';

describe('what people are to an audience', () => {
  let g: Groups;
  let paid: string;
  let anna: string;
  let ben: string;
  before(async () => {
    g = await openGroups();
    await g.people.addField(g.ws, { name: 'Plan', type: 'text' });
    paid = await g.make('Paid', { '$str::is': { field_id: 'str:cm:plan', value: 'paid' } });
    anna = await g.merge({ 'str::email': 'anna@example.com', 'str:cm:plan': 'Paid' });
    ben = await g.merge({ 'str::email': 'ben@example.com' });
    await g.quiet();
  });
  after(() => g.close());
  const ask = (...asked: [string, string][]) =>
    g.audiences.standings(
      g.db,
      g.ws,
      asked.map(([personId, audience]) => ({ personId, audience })),
    );

  test('is told by the audience’s id or its name, in the order asked', async () => {
    const member = { is: 'member', name: 'Paid', saidNoToMail: false, saidNoToSms: false };
    const stranger = { is: 'stranger', name: 'Paid' };
    assert.deepEqual(await ask([ben, 'Paid'], [anna, 'Paid'], [anna, paid], [ben, paid]), [
      stranger,
      member,
      member,
      stranger,
    ]);
    assert.deepEqual(await ask(), []);
  });

  test('knows who has said no, to mail and to SMS', async () => {
    await g.audiences.subscribe(g.ws, paid, [{ personId: anna, subscribed: false, smsOptedIn: true }]);
    const said = { is: 'member', name: 'Paid', saidNoToMail: true, saidNoToSms: false };
    assert.deepEqual(await ask([anna, paid]), [said]);
    await g.audiences.subscribe(g.ws, paid, [{ personId: anna, subscribed: true, smsOptedIn: false }]);
    assert.deepEqual(await ask([anna, 'Paid']), [{ ...said, saidNoToMail: false, saidNoToSms: true }]);
  });

  test('of an audience that is not there, or archived, it says so', async () => {
    const other = `${'0'.repeat(8)}${paid.slice(8)}`;
    const old = await g.make('Old', { '$str::is': { field_id: 'str:cm:plan', value: 'paid' } });
    await g.audiences.edit(g.ws, old, { archived: true });
    const answers = await ask([anna, 'Nowhere'], [anna, other], [anna, 'paid'], [anna, 'Old'], [anna, old]);
    assert.deepEqual(
      answers.map(({ is }) => is),
      ['unknown', 'unknown', 'unknown', 'archived', 'archived'],
    );
    assert.deepEqual(await g.audiences.missing(g.db, g.ws, ['Paid', 'Nowhere', 'Old', paid]), ['Nowhere', 'Old']);
    const again = await g.make('Old', { '$str::is': { field_id: 'str:cm:plan', value: 'paid' } });
    await g.audiences.edit(g.ws, again, { archived: false });
    const [standing] = await ask([anna, 'Old']);
    assert.equal(standing?.is, 'member', 'of two with one name, the one in use');
  });
});
