import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../../../test/support/until.ts';
import { publicAudienceId } from '../../audiences/index.ts';
import { type Own, type OwnAnswer, openOwn } from './test/support.ts';

const START = '2026-03-02T08:00:00Z';
const hello = { subject: 'Hello {{ people.first-name }}', html: '<p>Hi</p>' };
const SUPPOSED = 'somebody made up is taken to belong to “News” and to want its mail, unless "assume" says otherwise';

/** Two mails at once; the first is about a topic, where one is given. */
const journeyOf = (topic?: string) => ({
  name: 'News',
  entry: { activity: 'act:cm:x' },
  start: 'first',
  shapes: {
    first: { kind: 'email', template: 'Hello', next: 'second', ...(topic === undefined ? {} : { sending: { topic } }) },
    second: { kind: 'email', template: 'Hello', next: 'end' },
    end: { kind: 'exit' },
  },
});

describe('the rules of sending, in a simulation of somebody who is there or made up', () => {
  let own: Own;
  let topic: string;
  before(async () => {
    own = await openOwn();
    const filter = { '$str::is': { field_id: 'str::first', value: 'Anna' } };
    topic = publicAudienceId(await own.audiences.create(own.ws, { name: 'News', filter }));
    const fields = ['Anna', 'Anna', 'Ben'].map((first, i) => ({
      'str::first': first,
      'str::email': `r${i}@example.com`,
    }));
    const outcomes = await own.people.record(
      own.ws,
      fields.map((one) => ({ who: { by: ['str::email'] }, fields: one, source: 'Test' })),
    );
    const building = own.audiences.start();
    await until('it is built', async () => (await own.audiences.find(own.ws, topic)).ready);
    await building.close();
    const second = outcomes[1]!;
    assert.ok(!('error' in second));
    await own.audiences.subscribe(own.ws, topic, [{ personId: second.personId, subscribed: false }]);
  });
  after(() => own.close());

  const played = async (body: object): Promise<OwnAnswer['json']> => {
    const answer = await own.call('POST', '/api/journeys/simulate', {
      ...{ journey: journeyOf(), templates: { Hello: hello }, start: START },
      ...body,
    });
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  };

  const stories: [string, () => object, { not_sent?: string; topic: object; notes?: string[] }][] = [
    [
      'who belongs to the topic gets its mail',
      () => ({ person: 'r0@example.com' }),
      { topic: { audience: 'News', holds: true, source: 'as the database had it at the beginning' } },
    ],
    [
      'who has said no to it gets none',
      () => ({ person: 'r1@example.com' }),
      {
        not_sent: 'the person has unsubscribed from "News"',
        topic: { audience: 'News', holds: false, source: 'as the database had it at the beginning' },
      },
    ],
    [
      'nor does who does not belong to it',
      () => ({ person: 'r2@example.com' }),
      {
        not_sent: 'the person does not belong to "News"',
        topic: { audience: 'News', holds: false, source: 'as the database had it at the beginning' },
      },
    ],
    [
      'unless it is assumed',
      () => ({ person: 'r2@example.com', assume: { news: true } }),
      { topic: { audience: 'News', holds: true, source: 'as is assumed' } },
    ],
    [
      'somebody made up is taken to belong, and that is said',
      () => ({}),
      { topic: { audience: 'News', holds: true, source: 'as nothing is known of it' }, notes: [SUPPOSED] },
    ],
    [
      'unless it is assumed that they do not, by the name or the id',
      () => ({ assume: { [topic]: false } }),
      {
        not_sent: 'the person does not belong to "News"',
        topic: { audience: 'News', holds: false, source: 'as is assumed' },
      },
    ],
  ];
  for (const [what, body, expected] of stories) {
    test(what, async () => {
      const { paths, notes } = await played({ journey: journeyOf(topic), ...body() });
      const { message } = paths[0].path[0];
      assert.deepEqual([message.not_sent, message.topic], [expected.not_sent, expected.topic]);
      assert.deepEqual(
        notes.filter((note: string) => note.includes('made up')),
        expected.notes ?? [],
      );
    });
  }

  test('a topic that is no audience is told as it would be, whatever is assumed of others', async () => {
    const { paths } = await played({ journey: journeyOf('Nothing of the kind') });
    assert.equal(paths[0].path[0].message.not_sent, 'there is no audience "Nothing of the kind"');
  });

  test('an assumption about something that nothing asks about is refused', async () => {
    const answer = await own.call('POST', '/api/journeys/simulate', {
      ...{ journey: journeyOf(topic), templates: { Hello: hello }, assume: { Customers: true } },
    });
    assert.equal(answer.status, 400);
    assert.match(
      answer.json.error,
      /assume: no condition and no topic of the journey needs an answer about "Customers"/,
    );
  });

  test('the workspace’s rules hold, and are told', async () => {
    const reached = 'the cap is reached: 1 e-mail per person in 16 hours';
    const answer = await played({ person: { fields: { 'str::first': 'Anna', 'str::email': 'anna@example.com' } } });
    const [first, second, left, last] = answer.paths[0].path;
    assert.equal(first.message.subject, 'Hello Anna');
    assert.deepEqual(second.message, {
      ...{ channel: 'email', template: 'Hello' },
      waits: {
        ...{ for: 'cap', until: '2026-03-03T00:00:00.000Z', why: reached },
        told: `waits to be sent until 2026-03-03 00:00 UTC: ${reached}`,
      },
    });
    assert.equal(left.did, 'left: completed');
    assert.equal(last.outbox, 'is sent, 16 hours after it was asked for: it had waited for its turn');
    assert.deepEqual([last.at, last.message.subject], ['2026-03-03T00:00:00.000Z', 'Hello Anna']);
  });

  test('hours of the workspace are those of somebody made up, by the time zone in their fields', async () => {
    await own.messages.changeDefaults(own.ws, { cap: 'none', hours: { from: '09:00', to: '18:00' } });
    const tokyo = await played({ person: { fields: { 'str::lt': 'Asia/Tokyo' } } });
    assert.equal(tokyo.paths[0].path[0].message.waits, undefined);
    const lima = await played({ person: { fields: { 'str::lt': 'America/Lima' } } });
    assert.equal(
      lima.paths[0].path[0].message.waits.told,
      'waits to be sent until 2026-03-02 14:00 UTC: it goes between 09:00 and 18:00 (America/Lima)',
    );
  });
});
