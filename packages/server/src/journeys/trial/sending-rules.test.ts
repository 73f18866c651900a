import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SendingDefaults } from '@tributary/model';
import type { Standing } from '../../audiences/index.ts';
import type { SceneSending } from './scene.ts';
import { at, delay, end, happened, mail, opened, receipt, told, two, wait, webhook } from './test/mails.ts';
import { play, START, sendingOf, type Told } from './test/scene.ts';

const one: Partial<SendingDefaults> = { cap: { messages: 1, hours: 16 } };
const nine = { from: '09:00', to: '18:00' };
const REACHED = 'the cap is reached: 1 e-mail per person in 16 hours';
const ITS_TURN = 'it had waited for its turn';
const ITS_HOURS = 'it had waited for its hours';

interface Story extends Told {
  shapes: Record<string, unknown>;
  sending?: Parameters<typeof sendingOf>[0];
  fields?: Record<string, string>;
  told: string[];
}

const before = (hours: number, channel: 'email' | 'webhook' = 'email'): SceneSending['counted'][number] => {
  return { personId: '7', channel, countedAt: at(-hours) };
};
const topics = (standing: Standing, source = 'as is assumed') => ({
  topics: new Map([['News', { standing, source }]]),
});
const member = { is: 'member', name: 'News', saidNoToMail: false, saidNoToSms: false } as const;

const stories: Record<string, Story> = {
  'one mail too many waits until it is not, though the run has left meanwhile': {
    shapes: two,
    sending: { defaults: one },
    told: [
      '0 h first is sent',
      `0 h second waits to be sent until 2026-03-03 00:00 UTC: ${REACHED}`,
      '0 h end: left: completed',
      `16 h second is sent, 16 hours after it was asked for: ${ITS_TURN}`,
    ],
  },
  'what counts from a mail counts from when it was sent': {
    shapes: { ...two, second: mail('wait'), wait: { ...wait, until: opened('second'), atMost: { days: 3 } } },
    sending: { defaults: one },
    events: ['opens second after 1 day'],
    told: [
      '0 h first is sent',
      `0 h second waits to be sent until 2026-03-03 00:00 UTC: ${REACHED}`,
      '0 h wait: waits until it happens, at most until 2026-03-05 08:00 UTC',
      `16 h second is sent, 16 hours after it was asked for: ${ITS_TURN}`,
      '40 h * opens second',
      '40 h wait: what it waited for has happened',
      '40 h end: left: completed',
    ],
  },
  'who is to have a mail once does not get it again while it waits, nor once it is sent': {
    shapes: {
      first: mail('pause', undefined, { perPerson: 'once' }),
      pause: delay(4, 'again'),
      again: { kind: 'jump', to: 'first', atMost: 2, next: 'end' },
      end,
    },
    sending: { defaults: one, counted: [before(10)] },
    told: [
      `0 h first waits to be sent until 2026-03-02 14:00 UTC: ${REACHED}`,
      '0 h pause: waits until 2026-03-02 12:00 UTC',
      '4 h pause: waited long enough',
      '4 h again: went back, for time 1 of at most 2',
      '4 h first: passed over: it waits to be sent until 2026-03-02 14:00 UTC',
      '4 h pause: waits until 2026-03-02 16:00 UTC',
      `6 h first is sent, 6 hours after it was asked for: ${ITS_TURN}`,
      '8 h pause: waited long enough',
      '8 h again: went back, for time 2 of at most 2',
      '8 h first: passed over: had it on 2026-03-02',
      '8 h pause: waits until 2026-03-02 20:00 UTC',
      '12 h pause: waited long enough',
      '12 h again: went back 2 times, which is often enough',
      '12 h end: left: completed',
    ],
  },
  'a run that waits to hear how its mail went hears it when it is sent': {
    shapes: { ...two, second: mail('end', undefined, { onFailure: 'exit' }) },
    sending: { defaults: one },
    told: [
      '0 h first is sent',
      `0 h second waits to be sent until 2026-03-03 00:00 UTC: ${REACHED}`,
      `16 h second is sent, 16 hours after it was asked for: ${ITS_TURN}`,
      '16 h second: heard that it went well',
      '16 h end: left: completed',
    ],
  },
  'who unsubscribes while a mail waits gets none, and the run hears it': {
    shapes: { ...two, second: mail('end', undefined, { onFailure: 'exit' }) },
    sending: { defaults: one },
    events: ['unsubscribes after 2 hours'],
    told: [
      '0 h first is sent',
      `0 h second waits to be sent until 2026-03-03 00:00 UTC: ${REACHED}`,
      '2 h * unsubscribes',
      '16 h second is not sent, 16 hours after it was asked for: the person has unsubscribed from e-mail',
      '16 h second: left: a step failed: the person has unsubscribed from e-mail',
    ],
  },
  'several that wait go one by one, the oldest first': {
    shapes: { ...two, second: mail('third'), third: mail('end') },
    sending: { defaults: one },
    told: [
      '0 h first is sent',
      `0 h second waits to be sent until 2026-03-03 00:00 UTC: ${REACHED}`,
      `0 h third waits to be sent until 2026-03-03 00:00 UTC: ${REACHED}`,
      '0 h end: left: completed',
      `16 h second is sent, 16 hours after it was asked for: ${ITS_TURN}`,
      `16 h third waits on until 2026-03-03 16:00 UTC: ${REACHED}`,
      `32 h third is sent, 1 day 8 hours after it was asked for: ${ITS_TURN}`,
    ],
  },
  'where the workspace says so, one too many is not sent, and the run goes on': {
    shapes: two,
    sending: { defaults: { ...one, whenCapped: 'skip' } },
    told: ['0 h first is sent', `0 h second is not sent: ${REACHED}`, '0 h end: left: completed'],
  },
  'or ends, where the shape says so': {
    shapes: { ...two, second: mail('end', { whenCapped: 'skip' }, { onFailure: 'exit' }) },
    sending: { defaults: one },
    told: ['0 h first is sent', `0 h second is not sent: ${REACHED}`, `0 h second: left: a step failed: ${REACHED}`],
  },
  'the journey’s rules go before the workspace’s, and the message’s before both': {
    shapes: {
      first: mail('second'),
      second: mail('third'),
      third: mail('fourth', { cap: { messages: 3, hours: 1 } }),
      fourth: mail('end', { cap: 'none' }),
      end,
    },
    more: { sending: { cap: { messages: 1, hours: 2 }, whenCapped: 'skip' } },
    sending: { defaults: one },
    told: [
      '0 h first is sent',
      '0 h second is not sent: the cap is reached: 1 e-mail per person in 2 hours',
      '0 h third is sent',
      '0 h fourth is sent',
      '0 h end: left: completed',
    ],
  },
  'a receipt neither waits nor counts; a mail without a cap does not wait, and counts': {
    shapes: {
      receipt: mail('free', { transactional: true, hours: nine, topic: 'Nowhere' }),
      free: mail('capped', { cap: 'none' }),
      capped: mail('again'),
      again: mail('end', { transactional: true }),
      end,
    },
    sending: { defaults: { ...one, whenCapped: 'skip' } },
    told: [
      '0 h receipt is sent',
      '0 h free is sent',
      `0 h capped is not sent: ${REACHED}`,
      '0 h again is sent',
      '0 h end: left: completed',
    ],
  },
  'what was really sent before counts, as long as it is within the cap’s hours': {
    shapes: { first: mail('pause'), pause: delay(40, 'second'), second: mail('end'), end },
    sending: { defaults: { cap: { messages: 2, hours: 24 } }, counted: [before(30), before(20), before(10)] },
    told: [
      '0 h first waits to be sent until 2026-03-02 12:00 UTC: the cap is reached: 2 e-mails per person in 24 hours',
      '0 h pause: waits until 2026-03-04 00:00 UTC',
      `4 h first is sent, 4 hours after it was asked for: ${ITS_TURN}`,
      '40 h pause: waited long enough',
      '40 h second is sent',
      '40 h end: left: completed',
    ],
  },
  'webhooks count among themselves, by a cap that they bring': {
    shapes: { mail: mail('first'), first: webhook('second'), second: webhook('end'), end },
    more: { sending: { cap: { messages: 1, hours: 3 } } },
    sending: { counted: [before(1, 'webhook')] },
    told: [
      '0 h mail is sent',
      '0 h first waits to be sent until 2026-03-02 10:00 UTC: the cap is reached: 1 webhook per person in 3 hours',
      '0 h second waits to be sent until 2026-03-02 10:00 UTC: the cap is reached: 1 webhook per person in 3 hours',
      '0 h end: left: completed',
      `2 h first is sent, 2 hours after it was asked for: ${ITS_TURN}`,
      '2 h second waits on until 2026-03-02 13:00 UTC: the cap is reached: 1 webhook per person in 3 hours',
      `5 h second is sent, 5 hours after it was asked for: ${ITS_TURN}`,
    ],
  },
  'the workspace’s cap and hours do not concern webhooks and notes': {
    shapes: {
      first: webhook('second'),
      second: webhook('note'),
      note: { kind: 'notice', to: ['team@acme.example'], subject: 'A lead', text: 'Call', next: 'end' },
      end,
    },
    sending: { defaults: { ...one, hours: nine }, counted: [before(1), before(1, 'webhook')] },
    told: ['0 h first is sent', '0 h second is sent', '0 h note is sent', '0 h end: left: completed'],
  },
  'hours that the journey brings concern webhooks and notes, too': {
    shapes: {
      hook: webhook('note'),
      note: { kind: 'notice', to: ['team@acme.example'], subject: 'A lead', text: 'Call', next: 'end' },
      end,
    },
    more: { sending: { hours: nine } },
    told: [
      '0 h hook waits to be sent until 2026-03-02 09:00 UTC: it goes between 09:00 and 18:00 (UTC)',
      '0 h note waits to be sent until 2026-03-02 09:00 UTC: it goes between 09:00 and 18:00 (UTC)',
      '0 h end: left: completed',
      `1 h hook is sent, 1 hour after it was asked for: ${ITS_HOURS}`,
      `1 h note is sent, 1 hour after it was asked for: ${ITS_HOURS}`,
    ],
  },
  'hours are the person’s by their own clock': {
    shapes: { first: mail('end', { hours: { ...nine, days: [1, 3] } }), end },
    fields: { 'str::lt': 'Asia/Tokyo' },
    sending: { defaults: { timezone: 'America/Lima' } },
    // It is five in the afternoon there.
    told: ['0 h first is sent', '0 h end: left: completed'],
  },
  'the workspace’s hours hold where a mail brings none, by its clock where the person’s is not known': {
    shapes: { first: mail('end'), end },
    sending: { defaults: { hours: nine, timezone: 'America/Lima' } },
    told: [
      '0 h first waits to be sent until 2026-03-02 14:00 UTC: it goes between 09:00 and 18:00 (America/Lima)',
      '0 h end: left: completed',
      `6 h first is sent, 6 hours after it was asked for: ${ITS_HOURS}`,
    ],
  },
  'who moves to another time zone while a mail waits has it at that clock’s hours': {
    shapes: { first: mail('end'), end },
    fields: { 'str::lt': 'Europe/Lisbon' },
    sending: { defaults: { hours: nine } },
    events: ['sets str::lt=America/Lima after 30 minutes'],
    told: [
      '0 h first waits to be sent until 2026-03-02 09:00 UTC: it goes between 09:00 and 18:00 (Europe/Lisbon)',
      '0 h end: left: completed',
      '0.5 h * sets str::lt=America/Lima',
      '1 h first waits on until 2026-03-02 14:00 UTC: it goes between 09:00 and 18:00 (America/Lima)',
      `6 h first is sent, 6 hours after it was asked for: ${ITS_HOURS}`,
    ],
  },
  'a mail that waits for its turn waits for the hours, too': {
    shapes: { first: mail('end'), end },
    sending: { defaults: { hours: { ...nine, from: '07:00' }, ...one }, counted: [before(2)] },
    told: [
      `0 h first waits to be sent until 2026-03-03 07:00 UTC: ${REACHED}`,
      '0 h end: left: completed',
      `23 h first is sent, 23 hours after it was asked for: ${ITS_TURN}`,
    ],
  },
  'a mail that bounces gives its place back: what waits for it is looked at again at once': {
    shapes: two,
    sending: { defaults: one },
    events: ['bounces first after 1 minute'],
    told: [
      '0 h first is sent',
      `0 h second waits to be sent until 2026-03-03 00:00 UTC: ${REACHED}`,
      '0 h end: left: completed',
      `${1 / 60} h * bounces first`,
      `${1 / 60} h second is not sent, 1 minute after it was asked for: mail to this address has bounced before`,
    ],
  },
  'one that comes back, and says nothing of the address, makes room for the next': {
    shapes: two,
    sending: { defaults: one },
    events: [{ activity: 'act::b', shape: 'first', after: { hours: 1 } }],
    told: [
      '0 h first is sent',
      `0 h second waits to be sent until 2026-03-03 00:00 UTC: ${REACHED}`,
      '0 h end: left: completed',
      '1 h * act::b of first',
      `1 h second is sent, 1 hour after it was asked for: ${ITS_TURN}`,
    ],
  },
  'a mail that fails takes no place': {
    shapes: two,
    sending: { defaults: one },
    scene: { fail: new Map([['first', 'the template can not be rendered']]) },
    told: ['0 h first is not sent: the template can not be rendered', '0 h second is sent', '0 h end: left: completed'],
  },
  'one that waits fails when its turn has come': {
    shapes: two,
    sending: { defaults: one },
    scene: { fail: new Map([['second', 'the server refuses it']]) },
    told: [
      '0 h first is sent',
      `0 h second waits to be sent until 2026-03-03 00:00 UTC: ${REACHED}`,
      '0 h end: left: completed',
      '16 h second is not sent, 16 hours after it was asked for: the server refuses it',
    ],
  },
  'what the simulation ends before is told as waiting': {
    shapes: two,
    days: 0.5,
    sending: { defaults: one },
    told: [
      '0 h first is sent',
      `0 h second waits to be sent until 2026-03-03 00:00 UTC: ${REACHED}`,
      '0 h end: left: completed',
      `second still waits to be sent until 2026-03-03 00:00 UTC: ${REACHED}`,
    ],
  },
  'what has waited as long as its cap says is not sent': {
    shapes: {
      first: mail('capped', { cap: 'none' }),
      capped: mail('pause', { cap: { messages: 1, hours: 40, waitDays: 3 } }),
      pause: delay(32, 'second'),
      second: mail('again', { cap: 'none' }),
      again: delay(32, 'third'),
      third: mail('end', { cap: 'none' }),
      end,
    },
    told: [
      '0 h first is sent',
      '0 h capped waits to be sent until 2026-03-04 00:00 UTC: the cap is reached: 1 e-mail per person in 40 hours',
      '0 h pause: waits until 2026-03-03 16:00 UTC',
      '32 h pause: waited long enough',
      '32 h second is sent',
      '32 h again: waits until 2026-03-05 00:00 UTC',
      '40 h capped waits on until 2026-03-05 08:00 UTC: the cap is reached: 1 e-mail per person in 40 hours',
      '64 h again: waited long enough',
      '64 h third is sent',
      '64 h end: left: completed',
      '72 h capped is not sent, 3 days after it was asked for: it had waited 3 days for its turn: the cap is reached: 1 e-mail per person in 40 hours',
    ],
  },
  'who belongs to the topic and has not said no gets its mail': {
    shapes: { first: mail('end', { topic: 'News' }), end },
    sending: topics(member),
    told: ['0 h first is sent', '0 h end: left: completed'],
  },
  'who has said no to it gets none': {
    shapes: { first: mail('end', { topic: 'News' }), end },
    sending: topics({ ...member, saidNoToMail: true }),
    told: ['0 h first is not sent: the person has unsubscribed from "News"', '0 h end: left: completed'],
  },
  'nor does who does not belong, and it takes no place': {
    shapes: { first: mail('second', { topic: 'News' }), second: mail('end'), end },
    sending: { ...topics({ is: 'stranger', name: 'News' }), defaults: one },
    told: [
      '0 h first is not sent: the person does not belong to "News"',
      '0 h second is sent',
      '0 h end: left: completed',
    ],
  },
  'a webhook is a step that went well, a receipt a mail that was asked for: conditions can tell': {
    shapes: {
      hook: webhook('receipt'),
      receipt: mail('pause', { transactional: true }),
      pause: delay(1, 'if'),
      if: { kind: 'condition', if: { $and: [happened('act::sja', 'hook'), receipt] }, yes: 'end', no: 'sms' },
      sms: { kind: 'sms', text: 'No', next: 'end' },
      end,
    },
    told: [
      '0 h hook is sent',
      '0 h receipt is sent',
      '0 h pause: waits until 2026-03-02 09:00 UTC',
      '1 h pause: waited long enough',
      '1 h if: the condition holds',
      '1 h end: left: completed',
    ],
  },
  'SMS is told as not set up': {
    shapes: { first: { kind: 'sms', text: 'Hi', next: 'end' }, end },
    told: ['0 h first is not sent: SMS is not set up', '0 h end: left: completed'],
  },
};

describe('the rules of sending in a simulation', () => {
  for (const [what, story] of Object.entries(stories)) {
    const { shapes, sending, fields, told: expected, scene, ...more } = story;
    test(what, () => {
      const known = { 'str::email': 'anna@example.com', ...fields };
      const path = play(shapes, { ...more, scene: { ...scene, fields: known, sending: sendingOf(sending) } });
      assert.deepEqual(told(path), expected);
    });
  }

  test('what a message has to do with its topic is told with it, and that of a receipt is not asked', () => {
    const shapes = {
      first: mail('second', { topic: 'News' }),
      second: mail('end', { topic: 'News', transactional: true }),
      end,
    };
    const { path } = play(shapes, { scene: { sending: sendingOf(topics({ is: 'stranger', name: 'News' })) } });
    assert.deepEqual(
      path.flatMap((entry) => ('message' in entry ? [[entry.message?.topic, entry.message?.not_sent]] : [])),
      [
        [{ audience: 'News', holds: false, source: 'as is assumed' }, 'the person does not belong to "News"'],
        [undefined, undefined],
      ],
    );
  });

  test('the run has left when it left, and not when the last of its mails did', () => {
    const { end: last, path } = play(two, { scene: { sending: sendingOf({ defaults: one }) } });
    assert.deepEqual([last.state, last.at], ['left', START]);
    assert.deepEqual(path.at(-1)?.at, at(16));
  });

  test('an event about a mail that never left says that it still waited', () => {
    const path = play(two, { days: 0.5, events: ['opens second'], scene: { sending: sendingOf({ defaults: one }) } });
    assert.deepEqual(path.end.missed, [
      { event: 'opens second', why: 'the message of second still waited to be sent' },
    ]);
  });
});
