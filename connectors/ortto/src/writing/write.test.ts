import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { RetryLater } from '@tributary/connector-kit';
import { activityOf, closeOther, due, mergeOf, moment, openSide, other, type Side } from '../../test/support.ts';

describe('what is written into Ortto', () => {
  let side: Side;
  let anna: string;
  let ben: string;

  beforeEach(async () => {
    side = await openSide();
    [anna, ben] = [side.email('anna'), side.email('ben')];
  });
  afterEach(() => side.close());
  after(closeOther);
  const paths = () => side.line.passed.map(({ path }) => path.replace('/v1', ''));
  const sizes = () =>
    side.line.passed.map(({ body }) => {
      const { people, activities } = JSON.parse(body) as { people?: unknown[]; activities?: unknown[] };
      return (people ?? activities ?? []).length;
    });
  const done = (outcomes: readonly { done: boolean }[]) => outcomes.filter((one) => one.done).length;

  test('a person and what they did are there, with the id of the person as reference', async () => {
    const outcomes = await side.write([
      due(mergeOf(1, anna, { fields: { 'str::first': 'Anna', 'sst:cm:brands': ['Acme'] }, tags: ['Trial'] }), 1),
      due(activityOf(1, anna), 2),
    ]);
    assert.deepEqual(paths(), ['/person/merge', '/activities/create']);
    assert.deepEqual(await side.people(), [
      {
        name: 'anna',
        fields: { 'str::first': 'Anna', 'sst:cm:brands': ['Acme'], tags: ['Trial'] },
        activities: [`${moment} {"str:cm:place":"Lisbon"}`],
      },
    ]);
    assert.match(outcomes[0]?.done ? (outcomes[0].reference ?? '') : '', /^00[0-9a-f]{22}$/);
    assert.deepEqual(outcomes[1], { id: '2', done: true });
  });

  test('250 people are three requests, and 250 activities as many', async () => {
    const emails = Array.from({ length: 250 }, (_, i) => side.email(`p${i}`));
    await side.write(emails.map((email, i) => due(mergeOf(100 + i, email), i)));
    await side.write(emails.map((email, i) => due(activityOf(100 + i, email), `a${i}`)));
    assert.deepEqual(sizes(), [100, 100, 50, 100, 100, 50]);
    const people = await side.people();
    assert.deepEqual([people.length, people.filter(({ activities }) => activities.length === 1).length], [250, 250]);
  });

  test('a request holds one record of a person, and theirs go in the order they were asked for', async () => {
    const outcomes = await side.write([
      due(mergeOf(1, anna, { fields: { 'str:cm:plan': 'Trial' } }), 1),
      due(mergeOf(1, anna, { fields: { 'str:cm:plan': 'Paid' } }), 2),
      due(activityOf(2, ben), 3),
      due(mergeOf(2, ben, { fields: { 'str:cm:plan': 'Free' } }), 4),
    ]);
    assert.equal(done(outcomes), 4);
    assert.deepEqual(paths(), ['/person/merge', '/person/merge', '/activities/create', '/person/merge']);
    const people = await side.people();
    assert.deepEqual(
      people.map(({ fields }) => fields['str:cm:plan']),
      ['Paid', 'Free'],
    );
  });

  test('no request is larger than two megabytes', async () => {
    const long = 'x'.repeat(14_000);
    const emails = Array.from({ length: 100 }, (_, i) => side.email(`p${i}`));
    const fields = { 'obj:cm:first-half': { long }, 'obj:cm:second-half': { long } };
    await side.write(emails.map((email, i) => due(mergeOf(100 + i, email, { fields }), i)));
    assert.equal(sizes().length, 2);
    for (const { body, status } of side.line.passed) assert.deepEqual([body.length < 2_000_000, status], [true, 200]);
  });

  test('of several merges with different keys or strategies each has a request of its own', async () => {
    await side.write([
      due(mergeOf(1, anna), 1),
      due(mergeOf(2, ben, { strategy: 1 }), 2),
      due(mergeOf(3, side.email('eve'), { fields: { 'str::ei': 'e-3' }, by: ['str::ei', 'str::email'] }), 3),
    ]);
    assert.deepEqual(sizes(), [1, 1, 1]);
    assert.equal((await side.people()).length, 3);
  });

  test('a record that is not taken fails alone, with what Ortto says of it', async () => {
    const outcomes = await side.write([
      due(mergeOf(1, anna), 1),
      due(mergeOf(2, ben, { fields: { 'str:cm:no-such-field': 'x' } }), 2),
      due(mergeOf(3, side.email('eve')), 3),
    ]);
    assert.equal(done(outcomes), 2);
    const [bad] = outcomes.flatMap((one) => (one.done ? [] : [one]));
    assert.match(bad!.why, /^Ortto refused it: .*str:cm:no-such-field/);
    assert.deepEqual([bad!.id, paths().length], ['2', 1]);
  });

  test('where all are refused, each fails with its own reason, after one request', async () => {
    const outcomes = await side.write([
      due(activityOf(1, anna, { activity: 'act:cm:not-there' }), 1),
      due(activityOf(2, ben, { attributes: { 'int:cm:n': 'x' } }), 2),
    ]);
    const why = outcomes.flatMap((one) => (one.done ? [] : [one.why]));
    assert.match(why[0]!, /^Ortto refused it: .*act:cm:not-there.* \(400\)/);
    assert.match(why[1]!, /^Ortto refused it: .*int:cm:n.* \(400\)/);
    assert.equal(paths().length, 1);
  });

  test('a refusal that does not say whom it is about is narrowed down to one', async () => {
    side.line.intercept(({ body }) =>
      body.includes(ben) ? { status: 400, body: '{"error":"Something is wrong"}' } : undefined,
    );
    const emails = [anna, side.email('c'), ben, side.email('d')];
    const outcomes = await side.write(emails.map((email, i) => due(mergeOf(i + 1, email), i + 1)));
    assert.deepEqual(
      outcomes.flatMap((one) => (one.done ? [] : [one])),
      [{ id: '3', done: false, why: 'Ortto refused it: Something is wrong (400)' }],
    );
    assert.deepEqual([done(outcomes), sizes()], [3, [4, 2, 2, 1, 1]]);
  });

  test('a merge that comes late, after a newer one, does not undo it', async () => {
    const at = (second: number) => new Date(Date.parse(moment) + second * 1000).toISOString();
    const plan = (name: string, second: number, more = {}) =>
      mergeOf(1, anna, { fields: { 'str:cm:plan': name, ...more }, at: at(second) });
    await side.write([due(plan('Paid', 9), 1)]);
    assert.deepEqual(await side.write([due(plan('Trial', 3), 2, true)]), [
      { id: '2', done: true, reference: 'overtaken by a later one' },
    ]);
    assert.equal(paths().length, 1);
    await side.write([due(plan('Trial', 4, { 'str::first': 'Anna' }), 3)]);
    const [person] = await side.people();
    assert.deepEqual(person?.fields, { 'str:cm:plan': 'Paid', 'str::first': 'Anna' });
  });

  for (const path of ['/v1/person/merge', '/v1/activities/create']) {
    test(`what is sent again after a lost answer of ${path} is there once`, async () => {
      const writes = [due(mergeOf(1, anna, { tags: ['Trial'] }), 1), due(activityOf(1, anna), 2)];
      side.line.loseNext(1, path);
      await assert.rejects(
        side.write(writes),
        (error: unknown) => error instanceof RetryLater && error.applied === 'unknown',
      );
      assert.equal(done(await side.write(writes.map((one) => ({ ...one, uncertain: true })))), 2);
      const [person, nobody] = await side.people();
      assert.deepEqual([person?.activities.length, nobody], [1, undefined]);
    });
  }

  test('what somebody did twice at one moment is two, by their keys', async () => {
    await side.write([due(activityOf(1, anna), 1), due(activityOf(1, anna), 2)]);
    assert.equal((await side.people())[0]?.activities.length, 2);
  });

  test('setting up tries the key and says which account it is; a wrong one needs a person', async () => {
    const report = await side.session.setUp('http://ours.example/hooks');
    assert.deepEqual([report.account, report.warnings], [{ id: 'my-workspace', name: 'my-workspace' }, []]);
    assert.match(report.found.join(), /people$/);
    side.line.intercept(() => ({ status: 401, body: '{"error":"The X-Api-Key is not valid"}' }));
    await assert.rejects(side.session.setUp(''), /does not accept the key \(401\): The X-Api-Key is not valid/);
    side.line.intercept(() => ({ status: 200, body: '{"hello":"world"}' }));
    await assert.rejects(side.session.setUp(''), /did not answer as Ortto does/);
    assert.ok((await other()).url);
  });
});
