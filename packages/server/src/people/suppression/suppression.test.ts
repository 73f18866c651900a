import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { idOf, itemOf, openRoom, type Room } from '../test/support.ts';

const EMAIL = 'str::email';
const EI = 'str::ei';

describe('when somebody’s address was suppressed', () => {
  let room: Room;
  before(async () => {
    room = await openRoom();
  });
  after(() => room.close());

  const make = async (email: string, ei?: string): Promise<string> =>
    idOf(await room.merge({ [EMAIL]: email, ...(ei ? { [EI]: ei } : {}) }));
  const move = (ei: string, email: string | null) =>
    room.merge({ [EI]: ei, [EMAIL]: email }, { who: { by: [EI] } }).then(idOf);
  const add = (...emails: string[]) =>
    room.people.suppression.add(room.ws, emails, { reason: 'Added via API', source: 'API' });
  const remove = (...emails: string[]) => room.people.suppression.remove(room.ws, emails, 'API');
  const mark = async (id: string) => (await room.fieldsOf(id))['tme::sa'];
  const kinds = async (id: string) =>
    (await room.people.timeline(room.t.db, room.ws, id, 10)).map(({ activityId }) => activityId);
  const listedAt = async (email: string): Promise<string> => {
    const { rows } = await room.t.db.query('select created_at as at from suppression where email = $1', [email]);
    return rows[0].at.toISOString().replace('.000Z', 'Z');
  };

  test('is no longer said of them once they have another', async () => {
    const quinn = await make('quinn@example.com', 'Q');
    await add('quinn@example.com');
    assert.equal(await mark(quinn), await listedAt('quinn@example.com'));
    await move('Q', 'Quinn@Example.com');
    assert.equal(await mark(quinn), await listedAt('quinn@example.com'), 'spelled otherwise it is the same');
    await move('Q', 'quinn@new.example');
    assert.equal(await mark(quinn), undefined);
    await remove('quinn@example.com');
    assert.deepEqual(await kinds(quinn), ['act::es'], 'what becomes of an address they had is not theirs');
    await add('quinn@new.example');
    assert.ok(await mark(quinn));
    await move('Q', null);
    assert.equal(await mark(quinn), undefined);
  });

  test('is said of whoever comes with it, or moves to it, until it is taken off', async () => {
    await add('Here@Example.com', 'there@example.com');
    room.clock.advance(60_000);
    const ruth = await make('HERE@example.com', 'R');
    assert.equal(await mark(ruth), await listedAt('here@example.com'));
    await move('R', 'there@example.com');
    assert.equal(await mark(ruth), await listedAt('there@example.com'));
    await remove('there@example.com');
    assert.equal(await mark(ruth), undefined);
    assert.equal((await kinds(ruth))[0], 'act::eu');
  });

  test('is said of whoever comes back as it is by then: restored, or somebody of their own again', async () => {
    const change = (kind: 'archive' | 'restore', ...ids: string[]) =>
      room.people.lifecycle.change(room.ws, kind, { ids }, 'API');
    const [off, on] = [await make('off@back.example'), await make('on@back.example')];
    const [survivor, into] = [await make('stays@back.example'), await make('into@back.example')];
    await add('off@back.example', 'into@back.example');
    const merge = await room.people.identity.unite(room.ws, { people: [survivor, into], survivor, by: 'API' });
    await change('archive', off, on);
    await remove('off@back.example', 'into@back.example');
    await add('on@back.example');
    await change('restore', off, on);
    await room.people.identity.separate(room.ws, { survivor, mergeId: merge.mergeId, by: 'API' });
    const marks = [await mark(off), await mark(on), await mark(into)];
    assert.deepEqual(marks, [undefined, await listedAt('on@back.example'), undefined]);
    const again = await room.people.identity.unite(room.ws, { people: [survivor, into], survivor, by: 'API' });
    await add('into@back.example');
    await room.people.identity.separate(room.ws, { survivor, mergeId: again.mergeId, by: 'API' });
    assert.deepEqual([await mark(into), await mark(survivor)], [await listedAt('into@back.example'), undefined]);
  });

  test('is said of one of two who come with it in one batch: of whom it finds', async () => {
    await add('shared@example.com');
    const first = itemOf({ [EI]: 'S1', [EMAIL]: 'shared@example.com' }, { who: { by: [EI] } });
    const second = itemOf({ [EI]: 'S2', [EMAIL]: 'shared@example.com' }, { who: { by: [EI] } });
    const [one, two] = (await room.people.record(room.ws, [first, second])).map(idOf);
    assert.deepEqual([typeof (await mark(one!)), await mark(two!)], ['string', undefined]);
    await remove('shared@example.com');
    assert.equal(await mark(one!), undefined);
  });

  test('is not said of somebody whose own address is fine, for one that was another’s before they became one', async () => {
    const vera = await make('vera@example.com');
    const former = await make('vera@old.example');
    await add('vera@old.example');
    const asked = { people: [vera, former] as const, survivor: vera, by: 'API' };
    await room.people.identity.unite(room.ws, asked);
    assert.equal(await mark(vera), undefined);
    await remove('vera@old.example');
    await add('vera@old.example');
    assert.equal(await mark(vera), undefined);
    assert.deepEqual(
      (await kinds(vera)).filter((kind) => kind === 'act::eu'),
      [],
    );
    const nobody = idOf(await room.merge({ [EI]: 'V' }, { who: { by: [EI] } }));
    const gone = await make('gone@example.com');
    await add('gone@example.com');
    await room.people.identity.unite(room.ws, { people: [nobody, gone], survivor: nobody, by: 'API' });
    assert.ok(await mark(nobody), 'the address came along');
  });
});
