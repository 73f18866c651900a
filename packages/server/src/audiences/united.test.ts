import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type Groups, openGroups } from './test/support.ts';

type Said = boolean | null;

describe('what people say of an audience, when two become one', () => {
  let g: Groups;
  let topic: string;
  let round = 0;
  before(async () => {
    g = await openGroups();
    topic = await g.make('Topic', { $has_any_value: { field_id: 'str::email' } });
  });
  beforeEach(() => {
    round++;
  });
  after(() => g.close());

  /** Somebody with SMS permission, who says this of its mail and its SMS; null says nothing. */
  const person = async (name: string, mail: Said = null, sms: Said = null): Promise<string> => {
    const id = await g.merge({ 'str::email': `${name}${round}@example.com`, 'bol::sp': true });
    if (mail !== null || sms !== null) await say(id, mail, sms);
    return id;
  };
  const say = (personId: string, mail: Said, sms: Said = null) =>
    g.audiences.subscribe(g.ws, topic, [{ personId, subscribed: mail ?? undefined, smsOptedIn: sms ?? undefined }]);
  const unite = async (survivor: string, absorbed: string) => {
    const merge = await g.people.identity.unite(g.ws, { people: [survivor, absorbed], survivor, by: 'a test' });
    await g.quiet();
    return merge;
  };
  const separate = async (survivor: string, { mergeId }: { mergeId: string }) => {
    await g.people.identity.separate(g.ws, { survivor, mergeId, by: 'a test' });
    await g.quiet();
  };
  /** Whether they get its mail and its SMS. */
  const gets = async (id: string): Promise<[boolean, boolean]> => {
    await g.quiet();
    const [audience] = (await g.audiences.subscriptionsOf(g.db, g.ws, [id])).get(id)!.audiences;
    return [audience!.subscribed, audience!.smsOptedIn];
  };

  test('the one has the stricter of the two, whoever said it, and each has their own again', async () => {
    const all: Said[] = [null, true, false];
    const pairs = all.flatMap((one) => all.map((other) => [one, other] as const));
    for (const [i, [one, other]] of pairs.entries()) {
      const anna = await person(`anna${i}-`, one, other);
      const ann = await person(`ann${i}-`, other, one);
      const merge = await unite(anna, ann);
      const both = one !== false && other !== false;
      assert.deepEqual(await gets(anna), [both, both], `${one} and ${other}`);
      await separate(anna, merge);
      assert.deepEqual(await gets(anna), [one !== false, other !== false], `her own: ${one}, ${other}`);
      assert.deepEqual(await gets(ann), [other !== false, one !== false], `his own: ${other}, ${one}`);
    }
  });

  test('what is said since stays with the survivor, by whatever id, and though it changes nothing', async () => {
    const anna = await person('anna', true);
    const ann = await person('ann', false, false);
    const merge = await unite(anna, ann);
    assert.deepEqual(await say(ann, false), new Map([[ann, false]]));
    await separate(anna, merge);
    assert.deepEqual(await gets(anna), [false, true]);
    const again = await unite(anna, ann);
    await say(anna, null, true);
    assert.deepEqual(await gets(anna), [false, true]);
    await say(anna, true);
    await separate(anna, again);
    assert.deepEqual(
      [await gets(anna), await gets(ann)],
      [
        [true, true],
        [false, false],
      ],
    );
  });

  test('several are separated in any order, and in between the strictest of those who remain counts', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const name = order.join('');
      const anna = await person(`anna${name}-`, true);
      const others = [await person(`1${name}-`, false), await person(`2${name}-`, false, false)];
      const merges = [];
      for (const other of others) merges.push(await unite(anna, other));
      assert.deepEqual(await gets(anna), [false, false]);
      await separate(anna, merges[order[0]]!);
      assert.deepEqual(await gets(anna), [false, order[0] === 1], name);
      await separate(anna, merges[order[1]]!);
      assert.deepEqual(await gets(anna), [true, true], name);
      assert.deepEqual(await Promise.all(others.map(gets)), [
        [false, true],
        [false, false],
      ]);
    }
  });

  test('a no said while several were in them stays whoever is separated first', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const name = order.join('');
      const anna = await person(`anna${name}-`);
      const merges = [];
      for (const i of [1, 2]) merges.push(await unite(anna, await person(`${i}${name}-`, false, false)));
      await say(anna, false);
      for (const i of order) await separate(anna, merges[i]!);
      assert.deepEqual(await gets(anna), [false, true], name);
    }
  });

  test('who became somebody who became somebody is found again, one after the other', async () => {
    const [a, b, c] = [await person('a', false), await person('b', true), await person('c', null, false)];
    const first = await unite(b, a);
    const second = await unite(c, b);
    assert.deepEqual(await gets(c), [false, false]);
    await separate(c, second);
    assert.deepEqual(
      [await gets(c), await gets(b)],
      [
        [true, false],
        [false, true],
      ],
    );
    await separate(b, first);
    assert.deepEqual(
      [await gets(b), await gets(a)],
      [
        [true, true],
        [false, true],
      ],
    );
    assert.equal((await g.db.query('select from audience_united')).rowCount, 0);
  });
});
