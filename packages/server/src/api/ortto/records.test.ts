import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { publicId } from '@tributary/model';
import { openWire, type Wire } from './test/support.ts';

const MERGE = '/v1/person/merge';
const ACTIVITIES = '/v1/activities/create';
const DAY = 24 * 3_600_000;

describe('records on Ortto’s wire', () => {
  let wire: Wire;
  before(async () => {
    wire = await openWire();
    await wire.people.addDefinitions(wire.ws, [
      { activityId: 'act:cm:flight-booked', name: 'Flight booked', touch: true },
    ]);
    await wire.people.addField(wire.ws, { name: 'Brands', type: 'multi_select' });
    await wire.people.addField(wire.ws, { name: 'Job title', type: 'text' });
  });
  after(() => wire.close());

  const idOf = async (email: string): Promise<string> => (await wire.people.findByEmail(wire.t.db, wire.ws, email))!;
  const shown = async (email: string): Promise<string> => publicId(await idOf(email));
  const fieldsOf = async (email: string) => {
    const id = await idOf(email);
    return (await wire.people.find(wire.t.db, wire.ws, [id])).get(id)!.fields;
  };
  const timelineOf = async (email: string) =>
    (await wire.people.timeline(wire.t.db, wire.ws, await idOf(email), 20)).map((a) => [
      a.activityId,
      a.attributes,
      a.occurredAt,
    ]);

  describe('person/merge', () => {
    test('makes a person, and merges her the second time, answered in the order asked', async () => {
      const person = { fields: { 'str::email': 'anna@example.com', 'str:cm:job-title': 'Head of sales' } };
      const made = await wire.post(MERGE, { people: [person], async: false, merge_by: ['str::email'] });
      const anna = await shown('anna@example.com');
      assert.deepEqual([made.status, made.text], [200, `{"people":[{"person_id":"${anna}","status":"created"}]}\n`]);
      const body = { people: [{ fields: { 'str::email': 'ben@example.com' } }, person], merge_by: ['str::email'] };
      const both = await wire.post(MERGE, body);
      assert.equal(
        both.text,
        `{"people":[{"person_id":"${await shown('ben@example.com')}","status":"created"},{"person_id":"${anna}","status":"merged"}]}\n`,
      );
      assert.equal((await fieldsOf('anna@example.com'))['str:cm:job-title'], 'Head of sales');
    });

    test('finds by e-mail, then by external id, where a client names no key', async () => {
      await wire.post(MERGE, { people: [{ fields: { 'str::email': 'cleo@example.com', 'str::ei': 'C1' } }] });
      const { text } = await wire.post(MERGE, {
        people: [{ fields: { 'str::ei': 'C1', 'str::first': 'Cleo' } }],
        merge_by: [],
      });
      assert.equal(text, `{"people":[{"person_id":"${await shown('cleo@example.com')}","status":"merged"}]}\n`);
    });

    test('finds by the id it gave, and only by that', async () => {
      const anna = await shown('anna@example.com');
      const by = (id: string) =>
        wire.post(MERGE, {
          people: [{ fields: { 'str::person_id': id, 'str::first': 'Anna' } }],
          merge_by: ['str::person_id'],
        });
      assert.equal((await by(anna)).text, `{"people":[{"person_id":"${anna}","status":"merged"}]}\n`);
      assert.equal((await fieldsOf('anna@example.com'))['str::first'], 'Anna');
      for (const nobody of [`${anna.slice(0, -6)}ffff00`, 'nonsense', '']) {
        const { status, text } = await by(nobody);
        const problem = '"status":"not_found","error":"Person not found"';
        assert.deepEqual(
          [status, text],
          [
            400,
            `{"request_id":"#","code":400,"error":"No valid contacts provided (Person not found)","details":[{${problem}}]}\n`,
          ],
        );
      }
    });

    test('says in its place which of several records is wrong, and takes the others', async () => {
      const { status, text } = await wire.post(MERGE, {
        people: [
          { fields: { 'str::email': 'dora@example.com' } },
          { fields: { 'str::email': 'emil@example.com', 'str::x': 1 } },
        ],
      });
      const wrong =
        '{"status":"invalid","error":"failed to validate field str::x in schema: str::x: Object not found"}';
      assert.deepEqual(
        [status, text],
        [200, `{"people":[{"person_id":"${await shown('dora@example.com')}","status":"created"},${wrong}]}\n`],
      );
      assert.equal(await idOf('emil@example.com'), undefined);
    });

    test('answers 400 with all that is wrong where nothing is right, in Ortto’s words', async () => {
      const { status, text } = await wire.post(MERGE, {
        people: [{ fields: { 'str::email': 'emil@example.com', 'str::x': 1 } }, { fields: { 'str::first': 'Fred' } }],
      });
      assert.equal(status, 400);
      assert.equal(
        text,
        '{"request_id":"#","code":400,"error":"No valid contacts provided (failed to validate field str::x in schema: str::x: Object not found)",' +
          '"details":[{"status":"invalid","error":"failed to validate field str::x in schema: str::x: Object not found"},' +
          '{"status":"invalid","error":"none of the merge keys is given: str::email, str::ei"}]}\n',
      );
    });

    test('says that a key can be none, and does not fall over it', async () => {
      const { status, text } = await wire.post(MERGE, {
        people: [{ fields: { 'str::first': 'Fred' } }],
        merge_by: ['str::first'],
      });
      assert.equal(status, 400);
      assert.match(
        text,
        /"No valid contacts provided \(failed to validate field str::first: people can not be found by it\)"/,
      );
    });

    test('never makes anyone where the request forbids it', async () => {
      const { status, text } = await wire.post(MERGE, {
        people: [{ fields: { 'str::email': 'nobody@example.com' } }, { fields: { 'str::email': 'anna@example.com' } }],
        skip_non_existing: true,
      });
      const missed = '{"status":"not_found","error":"Person not found, and none is to be made"}';
      assert.deepEqual(
        [status, text],
        [200, `{"people":[${missed},{"person_id":"${await shown('anna@example.com')}","status":"merged"}]}\n`],
      );
    });

    test('merges as it is told: strategy, tags, cleared fields', async () => {
      const email = { 'str::email': 'gina@example.com' };
      await wire.post(MERGE, {
        people: [{ fields: { ...email, 'str::first': 'Gina', 'sst:cm:brands': ['a'] }, tags: ['VIP', 'Trial'] }],
      });
      const { text } = await wire.post(MERGE, {
        people: [{ fields: { ...email, 'str::first': 'Regina', 'str::last': 'Gold' }, unset_tags: ['trial'] }],
        merge_strategy: 1,
      });
      assert.match(text, /"status":"merged"/);
      await wire.post(MERGE, {
        people: [
          { fields: { ...email, 'sst:cm:brands': ['b'] }, clear_fields: { 'sst:cm:brands': true, 'str::last': false } },
        ],
      });
      const kept = await wire.post(MERGE, { people: [{ fields: { ...email, 'str::first': 'X' } }], merge_strategy: 3 });
      assert.match(kept.text, /"status":"merged"/, 'there is no word on the wire for one left alone');
      const fields = await fieldsOf('gina@example.com');
      assert.deepEqual([fields['str::first'], fields['str::last'], fields['sst:cm:brands']], ['Gina', 'Gold', ['b']]);
      const gina = (await wire.people.find(wire.t.db, wire.ws, [await idOf('gina@example.com')])).values().next()
        .value!;
      assert.deepEqual(gina.tags, ['VIP']);
    });

    test('does not make a key of a field, nor people, in a request it refuses', async () => {
      const { status } = await wire.post(MERGE, { people: [], merge_by: ['str:cm:job-title'] });
      assert.equal(status, 400);
      const { rows } = await wire.t.db.query('select is_key as key from field where id = $1', ['str:cm:job-title']);
      assert.deepEqual(rows, [{ key: false }]);
    });
  });

  describe('activities/create', () => {
    const of = (email: string, more: object = {}) => ({
      activity_id: 'act:cm:flight-booked',
      fields: { 'str::email': email },
      ...more,
    });

    test('is answered "queued", as every answer recorded from Ortto was, and is on the timeline by then', async () => {
      const created = new Date(Math.floor(wire.now().getTime() / 1000) * 1000 - DAY);
      const { status, text } = await wire.post(ACTIVITIES, {
        activities: [
          of('hugo@example.com', {
            attributes: { 'int::v': 15_300, 'str:cm:destination': 'London' },
            location: { source_ip: '1.2.3.4', custom: null, address: null },
            created: created.toISOString().replace('.000Z', '+00:00'),
            key: 'order-1',
          }),
        ],
        async: false,
        merge_by: ['str::email'],
      });
      assert.deepEqual([status, text], [200, '{"activities":[{"status":"queued","person_status":"queued"}]}\n']);
      const attributes = { 'int::v': 15_300, 'str:cm:destination': 'London' };
      assert.deepEqual(await timelineOf('hugo@example.com'), [['act:cm:flight-booked', attributes, created]]);
    });

    test('of one person by id gives the id back, and leaves her fields alone', async () => {
      const hugo = await shown('hugo@example.com');
      const activity = { activity_id: 'act:cm:flight-booked', person_id: hugo, fields: { 'str::first': 'Ignored' } };
      const { status, text } = await wire.post(ACTIVITIES, { activities: [activity] });
      assert.deepEqual(
        [status, text],
        [200, `{"activities":[{"person_id":"${hugo}","status":"queued","person_status":"queued"}]}\n`],
      );
      assert.equal((await timelineOf('hugo@example.com')).length, 2);
      assert.equal('str::first' in (await fieldsOf('hugo@example.com')), false);
    });

    test('sent again with its key and moment is recorded once', async () => {
      const body = { activities: [of('ina@example.com', { key: 'k', created: wire.now().toISOString() })] };
      const answers = [await wire.post(ACTIVITIES, body), await wire.post(ACTIVITIES, body)];
      assert.equal(answers[0]!.text, answers[1]!.text);
      assert.equal((await timelineOf('ina@example.com')).length, 1);
    });

    test('takes merge_by inside an activity, too', async () => {
      const { status } = await wire.post(ACTIVITIES, {
        activities: [
          {
            ...of('jana@example.com'),
            fields: { 'str::ei': 'J', 'str::email': 'jana@example.com' },
            merge_by: ['str::ei'],
          },
        ],
        merge_by: ['str::email'],
      });
      assert.equal(status, 200);
      const janaId = await idOf('jana@example.com');
      await wire.post(ACTIVITIES, {
        activities: [
          { ...of(''), fields: { 'str::ei': 'J', 'str::email': 'jana@example.org' }, merge_by: ['str::ei'] },
        ],
        merge_by: ['str::email'],
      });
      assert.equal(await idOf('jana@example.org'), janaId, 'by her external id, though the request says by e-mail');
    });

    test('says in its place which is wrong, and takes the others', async () => {
      const { status, text } = await wire.post(ACTIVITIES, {
        activities: [
          of('kim@example.com', { activity_id: 'act:cm:nope' }),
          of('kim@example.com'),
          of('leo@example.com', { created: '2020-01-01T00:00:00Z' }),
        ],
      });
      assert.equal(status, 200);
      assert.equal(
        text,
        '{"activities":[{"status":"invalid","error":"act:cm:nope: Object not found (create the activity definition first)"},' +
          '{"status":"queued","person_status":"queued"},' +
          '{"status":"invalid","error":"act:cm:flight-booked: created lies more than 90 days back"}]}\n',
      );
      assert.equal(await idOf('leo@example.com'), undefined);
    });

    test('answers 400 with all that is wrong where nothing is right', async () => {
      const { status, text } = await wire.post(ACTIVITIES, {
        activities: [of('leo@example.com', { activity_id: 'act:cm:nope' })],
      });
      const error = 'act:cm:nope: Object not found (create the activity definition first)';
      assert.deepEqual(
        [status, text],
        [
          400,
          `{"request_id":"#","code":400,"error":"No valid activities provided (${error})","details":[{"status":"invalid","error":"${error}"}]}\n`,
        ],
      );
    });

    test('of somebody who is not there says so, and an id that is none is told from that', async () => {
      const gone = `${(await shown('hugo@example.com')).slice(0, -6)}ffff00`;
      const unknown = await wire.post(ACTIVITIES, {
        activities: [{ activity_id: 'act:cm:flight-booked', person_id: gone }],
      });
      assert.match(unknown.text, /"details":\[\{"status":"not_found","error":"Person not found"\}\]/);
      const none = await wire.post(ACTIVITIES, {
        activities: [of('x@example.com'), { activity_id: 'act:cm:flight-booked', person_id: '42' }],
      });
      assert.deepEqual(
        [none.status, none.text],
        [
          400,
          '{"request_id":"#","code":400,"error":"my-workspace: Failed to parse request cannot unmarshal into an ID, ' +
            'the length must be 12 or 24 + 2 for hex but it is 4: Object not found"}\n',
        ],
      );
      assert.equal(await idOf('x@example.com'), undefined, 'nothing of that request was taken');
    });

    test('with a moment that is none is refused', async () => {
      for (const created of ['yesterday', '2026-13-01T00:00:00Z', '2026-01-01']) {
        const { status, text } = await wire.post(ACTIVITIES, { activities: [of('x@example.com', { created })] });
        assert.equal(status, 400);
        assert.match(text, /created is not an RFC 3339 time/);
      }
    });
  });
});
