import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Fields } from '@tributary/model';
import { idOf, openRoom, type Room } from '../test/support.ts';

const EMAIL = 'str::email';
const ACI = 'idt::aci';

describe('somebody whom others are separated from', () => {
  let room: Room;
  before(async () => {
    room = await openRoom();
    await room.people.addField(room.ws, { name: 'City', type: 'text' });
  });
  after(() => room.close());
  beforeEach(() =>
    room.t.db.query(
      'delete from identity; delete from activity; delete from news; delete from person_merge; delete from person_alias; delete from person_duplicate; delete from person',
    ),
  );

  const person = (name: string, fields: Fields = {}, tags: string[] = []) =>
    room.merge({ [EMAIL]: `${name}@example.com`, ...fields }, { tags }).then(idOf);
  const unite = (survivor: string, absorbed: string) =>
    room.people.identity.unite(room.ws, { people: [survivor, absorbed], survivor, by: 'a test' });
  const separate = (survivor: string, { mergeId }: { mergeId: string }) =>
    room.people.identity.separate(room.ws, { survivor, mergeId, by: 'a test' });
  const says = (id: string, fields: Fields) => room.merge(fields, { who: { personId: id } });
  const row = async (id: string) =>
    (await room.t.db.query('select *, null as edited_at from person where id = $1', [id])).rows[0];

  test('keeps the no she has said herself since, though it changed nothing when she said it', async () => {
    for (const field of ['bol::p', 'bol::sp']) {
      const anna = await person(`anna-${field}`, { [field]: true });
      const ann = await person(`ann-${field}`, { [field]: true });
      await says(ann, { [field]: false });
      const merge = await unite(anna, ann);
      assert.equal((await room.fieldsOf(anna))[field], false);
      await says(anna, { [field]: false });
      await separate(anna, merge);
      assert.equal((await room.fieldsOf(anna))[field], false, field);
    }
  });

  test('keeps it with what was said about it, and gets back neither his context nor his moment', async () => {
    const anna = await person('anna');
    const ann = await person('ann', { 'bol::p': false });
    const merge = await unite(anna, ann);
    room.clock.advance(1000);
    await says(anna, { 'bol::p': false, 'str::u-ctx': 'asked by phone' });
    await separate(anna, merge);
    const fields = await room.fieldsOf(anna);
    assert.deepEqual([fields['bol::p'], fields['str::u-ctx']], [false, 'asked by phone']);
  });

  test('does not keep a no of his, nor one that was only to fill a gap; her yes since is hers', async () => {
    const anna = await person('anna');
    const ann = await person('ann', { 'bol::p': false, 'bol::sp': false });
    const was = await row(anna);
    const first = await unite(anna, ann);
    await room.merge({ 'bol::p': false }, { who: { personId: anna }, strategy: 1 });
    await separate(anna, first);
    assert.deepEqual(await row(anna), was);
    const second = await unite(anna, ann);
    await says(anna, { 'bol::sp': true });
    await separate(anna, second);
    const fields = await room.fieldsOf(anna);
    assert.deepEqual([fields['bol::p'], fields['bol::sp']], [true, true]);
  });

  test('keeps it whoever of those who said no as well is separated first', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const name = order.join('');
      const anna = await person(`anna${name}`);
      const merges = [];
      for (const i of [1, 2]) merges.push(await unite(anna, await person(`ann${i}${name}`, { 'bol::p': false })));
      await says(anna, { 'bol::p': false });
      for (const i of order) await separate(anna, merges[i]!);
      assert.equal((await room.fieldsOf(anna))['bol::p'], false, name);
    }
  });

  test('is as she was, whatever the order, and in between as the others make her', async () => {
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ] as const;
    const others: [Fields, string[]][] = [
      [{ 'str::first': 'One', 'str::ei': '1' }, ['T', 'One']],
      [{ 'str::first': 'Two', 'str::ei': '2', 'bol::p': false, 'str::u-ctx': 'two' }, ['T']],
      [{ 'str::last': 'Three', 'bol::p': false, 'bol::gdpr': true, 'str::u-ctx': 'three' }, ['Three']],
    ];
    for (const order of orders) {
      const name = order.join('');
      const anna = await person(`anna${name}`, { 'bol::sp': true });
      const ids = [];
      for (const [i, [fields, tags]] of others.entries()) {
        room.clock.advance(1000);
        const ei = fields['str::ei'] === undefined ? {} : { 'str::ei': `${fields['str::ei']}.${name}` };
        ids.push(await person(`${i}.${name}`, { ...fields, ...ei }, tags));
      }
      const was = await Promise.all([anna, ...ids].map(row));
      const merges = [];
      for (const id of ids) merges.push(await unite(anna, id));
      for (const [step, i] of order.entries()) {
        await separate(anna, merges[i]!);
        const inThem = order.slice(step + 1).sort();
        const [fields, { tags }] = [await room.fieldsOf(anna), await row(anna)];
        const first = inThem.map((j) => others[j]![0]['str::first']).find((known) => known !== undefined);
        const no = inThem.find((j) => others[j]![0]['bol::p'] === false);
        assert.deepEqual(
          [fields['str::first'], fields['bol::p'], fields['str::u-ctx'], fields['bol::gdpr'], fields['bol::sp']],
          [
            first,
            no === undefined,
            no === undefined ? undefined : others[no]![0]['str::u-ctx'],
            inThem.includes(2) ? true : undefined,
            inThem.length === 0,
          ],
          `${name}, step ${step}`,
        );
        assert.equal(tags.length, new Set(inThem.flatMap((j) => others[j]![1])).size, `${name}, tags ${step}`);
      }
      assert.deepEqual(await Promise.all([anna, ...ids].map(row)), was, name);
      const keys = Object.entries(await room.keys()).filter(([, id]) => id === anna);
      assert.deepEqual(keys, [[`${EMAIL} anna${name}@example.com`, anna]]);
    }
  });

  test('keeps what she said between one and the next, also where a later one says the same', async () => {
    const anna = await person('anna', { 'str:cm:city': 'Riga' });
    const one = await person('1', { 'str::first': 'One', 'str::last': 'L' });
    const two = await person('2', { 'str::first': 'Two', 'str::postal': '2' });
    const first = await unite(anna, one);
    await says(anna, { 'str::last': null, 'str::postal': '2' });
    const second = await unite(anna, two);
    await says(anna, { 'str::first': 'Two', 'str:cm:city': null });
    await separate(anna, first);
    await separate(anna, second);
    const { [EMAIL]: _, 'bol::p': _p, 'bol::sp': _sp, ...rest } = await room.fieldsOf(anna);
    assert.deepEqual(rest, { 'str::first': 'Two', 'str::postal': '2' });
  });

  test('who was nothing but an anonymous id has the permission of whoever is left in her', async () => {
    const visitor = idOf(await room.merge({ [ACI]: 'v' }, { who: { by: [ACI] } }));
    const one = await person('1', { 'bol::p': false });
    const two = await person('2', { 'bol::sp': true });
    const was = await row(visitor);
    const [first, second] = [await unite(visitor, one), await unite(visitor, two)];
    assert.deepEqual((await room.fieldsOf(visitor))['bol::p'], false);
    await separate(visitor, first);
    const fields = await room.fieldsOf(visitor);
    assert.deepEqual([fields['bol::p'], fields['bol::sp'], fields[EMAIL]], [true, true, '2@example.com']);
    await separate(visitor, second);
    assert.deepEqual(await row(visitor), was);
  });

  test('keeps that her new address has bounced, and not that his had', async () => {
    const bounced = { who: { by: [EMAIL] }, ours: true } as const;
    const anna = idOf(await room.merge({ 'str::ei': '9' }, { who: { by: ['str::ei'] } }));
    const dead = idOf(await room.merge({ [EMAIL]: 'dead@example.com', 'bol::hb': true }, bounced));
    const first = await unite(anna, dead);
    await separate(anna, first);
    assert.equal((await room.fieldsOf(anna))['bol::hb'], undefined);
    const second = await unite(anna, dead);
    await says(anna, { [EMAIL]: 'new@example.com' });
    await room.merge({ [EMAIL]: 'new@example.com', 'bol::hb': true }, bounced);
    await separate(anna, second);
    const fields = await room.fieldsOf(anna);
    assert.deepEqual([fields[EMAIL], fields['bol::hb']], ['new@example.com', true]);
  });
});
