import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { internalId, objectId, publicId } from '@tributary/model';
import { brief, HOUR, openPlace, type Place, waiting } from '../../../test/support/entry-place.ts';

describe('a journey into which a request puts people', () => {
  let place: Place;
  before(async () => {
    place = await openPlace({ processes: 2 });
  });
  after(() => place.close());

  const trigger = (journey: string, body: object) =>
    place.api(`/v1/journeys/${encodeURIComponent(journey)}/trigger`, body);
  const by = (name: string, more: object = {}) => ({ fields: { 'str::email': `${name}@example.com`, ...more } });

  test('is named by its id or its name; people by id or by what finds them, known or new; each is answered', async () => {
    const known = await place.merge({ 'str::email': 'known@example.com' });
    const { id, createdAt } = await place.push({ name: 'Put / in', entry: { kind: 'direct' }, ...waiting });
    const { status, body } = await trigger(objectId(createdAt, id), {
      people: [
        { person_id: publicId(known) },
        by('new'),
        { person_id: publicId('77') },
        { fields: { 'str::first': 'Nobody' } },
      ],
      data: { 'str:cm:order': 'A-17' },
    });
    assert.equal(status, 200);
    const [first, second, third, fourth] = body.people;
    assert.deepEqual(first, { person_id: publicId(known), status: 'entered', run_id: first.run_id });
    assert.equal(second.status, 'entered');
    assert.deepEqual(third, {
      person_id: publicId('77'),
      status: 'not_entered',
      reason: 'the person is not there, or archived',
    });
    assert.deepEqual(fourth, { status: 'invalid', error: 'none of the merge keys is given: str::email, str::ei' });
    await place.quiet();
    const again = await trigger('Put / in', { people: [by('known'), by('new')] });
    assert.deepEqual(
      again.body.people.map(({ status, reason }: Record<string, string>) => `${status}: ${reason}`),
      ['not_entered: is inside already', 'not_entered: is inside already'],
    );
    assert.deepEqual(await place.runs('Put / in'), ['known wait', 'new wait']);
    const { rows } = await place.db.query<{ entry: object }>('select entry from run where id = $1', [
      internalId(first.run_id, 'run'),
    ]);
    assert.deepEqual(rows[0]!.entry, { 'str:cm:order': 'A-17' });
  });

  test('whatever its own entry is, and whoever that asks for', async () => {
    const entry = { kind: 'tag', tag: 'never', person: { '$str::is': { field_id: 'str::first', value: 'Somebody' } } };
    await place.push({ name: 'Tagged', entry, ...brief });
    await trigger('Tagged', { people: [by('tagged')] });
    await place.quiet();
    assert.deepEqual(await place.runs('Tagged'), ['tagged left: completed']);
  });

  test('knows in its conditions, in what ends it and in its texts what the request said', async () => {
    const big = { '$int::greater_than': { field_id: 'int:cm:total', value: 100_000, of: 'entry' } };
    const paid = { '$act::has_occurred': { field_id: 'act:cm:paid', same: ['str:cm:order'] } };
    await place.tributary.people.addDefinitions(place.ws, [{ activityId: 'act:cm:paid', name: 'Paid', touch: false }]);
    await place.push({
      name: 'Orders',
      entry: { kind: 'direct', key: 'str:cm:order', again: 'never' },
      exits: [paid],
      start: 'big',
      shapes: {
        big: { kind: 'condition', if: big, yes: 'note', no: 'end' },
        note: { kind: 'update', set: { 'str::last': 'Order {{ activity.order }}' }, next: 'wait' },
        wait: { kind: 'delay', for: { days: 9 }, next: 'end' },
        end: { kind: 'exit', reason: 'small' },
      },
    });
    const order = (name: string, total: number) =>
      trigger('Orders', { people: [by('buyer')], data: { 'str:cm:order': name, 'int:cm:total': total } });
    await order('S', 5000);
    await order('L', 500_000);
    await order('XL', 900_000);
    await place.quiet();
    assert.deepEqual(await place.runs('Orders'), ['buyer left: small', 'buyer wait', 'buyer wait'], 'a run per order');
    const { body } = await order('L', 500_000);
    assert.match(body.people[0].reason, /may not enter again|is inside already/);
    const id = await place.merge(by('buyer').fields, {
      activity: { id: 'act:cm:paid', attributes: { 'str:cm:order': 'L' } },
    });
    await place.quiet();
    assert.deepEqual(await place.runs('Orders'), ['buyer left: small', 'buyer left: exit rule', 'buyer wait']);
    const person = (await place.tributary.people.find(place.db, place.ws, [id])).get(id)!;
    assert.equal(person.fields['str::last'], 'Order XL');
  });

  test('with a key is one request, however often and however many at once it comes', async () => {
    await place.push({ name: 'Keyed', entry: { kind: 'direct', again: 'any-time' }, ...waiting });
    const ask = () => trigger('Keyed', { people: [by('kay'), by('kim')], idempotency_key: 'once' });
    const answers = await Promise.all(Array.from({ length: 20 }, ask));
    for (const { status, body } of answers) assert.deepEqual([status, body], [200, answers[0]!.body]);
    await place.quiet();
    assert.deepEqual(await place.runs('Keyed'), ['kay wait', 'kim wait']);
    const other = await trigger('Keyed', { people: [by('kay')], idempotency_key: 'once' });
    assert.deepEqual(
      [other.status, other.body.error],
      [409, 'the idempotency key "once" came with another request before'],
    );
    await place.merge({ 'str::email': 'kay@example.com', 'str::last': 'Newer' });
    assert.deepEqual((await ask()).body, answers[0]!.body);
    await place.pass(31 * 24 * 3_600_000);
    await place.tributary.journeys.entries.purge();
    await ask();
    await place.quiet();
    assert.equal((await place.runs('Keyed')).length, 4, 'a month later nobody knows the key any more');
  });

  test('waits, and lets go, by a time that the request said, at its moment', async () => {
    const passed = { '$tme::relative_more_than': { of: 'entry', field_id: 'tme:cm:at', days_ago: 0 } };
    const end = { kind: 'exit' };
    const wait = { kind: 'wait', until: passed, next: 'end' };
    await place.push({ name: 'Until', entry: { kind: 'direct' }, start: 'wait', shapes: { wait, end } });
    await place.push({ name: 'Let go', entry: { kind: 'direct' }, exits: [passed], ...waiting });
    const data = { 'tme:cm:at': new Date(place.clock.now().getTime() + HOUR).toISOString() };
    for (const name of ['Until', 'Let go']) await trigger(name, { people: [by('timed')], data });
    await place.pass(HOUR - 60_000);
    assert.deepEqual(await place.runs('Until'), ['timed wait']);
    assert.deepEqual(await place.runs('Let go'), ['timed wait']);
    await place.pass(61_000);
    assert.deepEqual(await place.runs('Until'), ['timed left: completed']);
    assert.match((await place.runs('Let go'))[0]!, /^timed left: /);
  });

  test('is refused in words, and then nothing is written', async () => {
    await place.push({ name: 'Closed', entry: { kind: 'direct' }, ...waiting });
    await place.tributary.journeys.turn(place.ws, 'Closed', 'off');
    const cases: readonly [string, object, string][] = [
      ['None', { people: [by('ghost')] }, '404 there is no journey "None": see "journeys list"'],
      [
        '6b04c2250000000000009999',
        { people: [by('ghost')] },
        '404 there is no journey "6b04c2250000000000009999": see "journeys list"',
      ],
      ['Closed', { people: [by('ghost')] }, '409 the journey "Closed" is draining: nobody can enter it'],
      ['Keyed', { people: [] }, '400 Failed to parse request: people: no people'],
      ['Keyed', { people: [{}] }, '400 Failed to parse request: people.0: name a person by "person_id" or by "fields"'],
      [
        'Keyed',
        { people: [{ person_id: 'x' }] },
        '400 people.0.person_id: "x" is not a person id (24 hex digits that begin with 00)',
      ],
      [
        'Keyed',
        { people: [by('ghost')], data: { total: 3 } },
        '400 data: "total" is not an attribute id such as str:cm:order',
      ],
      [
        'Keyed',
        { people: [by('ghost')], data: { 'int:cm:total': 'x' } },
        '400 data: int:cm:total: expected an integer (decimals and currency are ×1000)',
      ],
      [
        'Keyed',
        { people: [by('ghost')], data: { 'str:cm:x': '\0' } },
        '400 data: can not hold U+0000 or half a surrogate pair',
      ],
      [
        'Keyed',
        { people: [{ fields: { 'str::email': 'no address' } }] },
        '400 No valid people provided (failed to validate field str::email: "no address" is not an e-mail address)',
      ],
    ];
    for (const [journey, body, told] of cases) {
      const answer = await trigger(journey, body);
      assert.equal(`${answer.status} ${answer.body.error}`, told);
    }
    assert.equal(await place.tributary.people.findByEmail(place.db, place.ws, 'ghost@example.com'), undefined);
  });
});
