import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Desk, openDesk } from './test/support.ts';
import type { Mapping } from './types.ts';

describe('a file of activities that is tried', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
    const order = { name: 'Order', touch: false, attributes: [] };
    await desk.people.addDefinitions(desk.ws, [{ ...order, activityId: 'act:cm:order' }]);
    await desk.people.accounts.addDefinitions(desk.ws, [{ ...order, activityId: 'act:oc:order' }]);
  });
  after(() => desk.close());

  /** What trying it foretells, and what taking it makes of it. */
  const triedAndTaken = async (kind: 'activities' | 'account-activities', file: string, mapping: Partial<Mapping>) => {
    const it = await desk.send(kind, file);
    const mapped = await desk.imports.map(desk.ws, it.id, { ...it.mapping, ...mapping });
    const { counts } = await desk.imports.check(desk.ws, it.id);
    assert.deepEqual((await desk.take(mapped)).counts, counts);
    return counts;
  };

  for (const [kind, owner, activity] of [
    ['activities', 'email', 'act:cm:order'],
    ['account-activities', 'Name', 'act:oc:order'],
  ] as const) {
    test(`foretells what is there already, and what comes twice in it (${kind})`, async () => {
      const file = (rows: readonly string[]) => `${owner},Time,Key\n${rows.join('\n')}\n`;
      const rows = Array.from({ length: 700 }, (_, i) => `p${i % 300}@example.com,2026-01-02,${i % 600}`);
      // The same key at another moment, of somebody else, or none at all, is another activity.
      const others = [
        'p1@example.com,2026-01-03,1',
        'p2@example.com,2026-01-02,1',
        'p3@example.com,2026-01-02,',
        'p3@example.com,2026-01-02,',
      ];
      const first = await triedAndTaken(kind, file([...rows, ...others]), { activity });
      assert.deepEqual(first, { created: 300, merged: 304, untouched: 0, duplicate: 100, rejected: 0 });
      const again = await triedAndTaken(kind, file(rows), { activity, mergeStrategy: 3 });
      assert.deepEqual(again, { created: 0, merged: 0, untouched: 0, duplicate: 700, rejected: 0 });
    });
  }

  test('knows one who would be made by either of two keys, in whichever rows they stand', async () => {
    const rows = [
      'x@example.org,x-1,2026-01-02,a',
      'X@example.org,,2026-01-02,a',
      ...Array.from({ length: 500 }, (_, i) => `filler${i}@example.org,,2026-01-02,a`),
      ',x-1,2026-01-02,a',
      ',x-1,,b',
      ',x-1,,b',
    ];
    const counts = await triedAndTaken('activities', `email,External ID,Time,Key\n${rows.join('\n')}\n`, {
      activity: 'act:cm:order',
    });
    assert.deepEqual(counts, { created: 501, merged: 1, untouched: 0, duplicate: 3, rejected: 0 });
  });
});
