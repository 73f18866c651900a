import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Fields,
  initialSendingDefaults,
  type MessageChannel,
  type SendingDefaults,
  type SendingRules,
} from '@tributary/model';
import type { Standing } from '../../audiences/index.ts';
import { HARD_BOUNCED, type Person } from '../../people/index.ts';
import type { Objection } from '../types.ts';
import { counts, type Ruled, ruling } from './rules.ts';

/** A Monday, nine in the morning in Lisbon. */
const NOW = new Date('2026-03-02T09:00:00Z');
const none: SendingDefaults = { ...initialSendingDefaults, cap: 'none' };
const nine = { from: '09:00', to: '18:00' };

function ruled(o: {
  channel?: MessageChannel;
  rules?: SendingRules;
  defaults?: Partial<SendingDefaults>;
  fields?: Fields;
  archived?: boolean;
  gone?: boolean;
  suppressed?: string;
  standing?: Standing;
  objection?: Objection;
  queuedAt?: Date;
  countedAt?: Date;
}): Ruled {
  const fields = { 'str::email': 'anna@example.com', 'bol::p': true, ...o.fields };
  const person = { id: '1', fields, tags: [], archivedAt: o.archived ? NOW : null } as unknown as Person;
  const defaults = { ...none, ...o.defaults };
  return {
    message: {
      ...{ channel: o.channel ?? 'email', rules: o.rules ?? {}, defaults },
      ...{ queuedAt: o.queuedAt ?? NOW, countedAt: o.countedAt ?? null },
    },
    person: o.gone ? undefined : person,
    suppressed: o.suppressed,
    standing: o.standing,
    objection: o.objection,
  };
}

const said = (of: Parameters<typeof ruled>[0], now = NOW) => {
  const rules = ruling(ruled(of), now);
  return rules.do === 'wait'
    ? `wait until ${rules.until.toISOString()}`
    : 'reason' in rules
      ? `${rules.do}: ${rules.reason}`
      : rules.do;
};
const member: Standing = { is: 'member', name: 'News', saidNoToMail: false, saidNoToSms: true };

describe('who gets a message', () => {
  const cases: [string, Parameters<typeof ruled>[0], string][] = [
    ['somebody with an address, who has not said no', {}, 'go'],
    ['whoever was deleted: nothing', { gone: true }, 'skip: the person is no longer there'],
    ['whoever is archived: nothing', { archived: true }, 'skip: the person is archived'],
    ['whoever has no address', { fields: { 'str::email': '' } }, 'skip: the person has no e-mail address'],
    ['whoever has unsubscribed', { fields: { 'bol::p': false } }, 'skip: the person has unsubscribed from e-mail'],
    ['whose address has bounced', { suppressed: HARD_BOUNCED }, 'skip: mail to this address has bounced before'],
    ['whoever has left the journey', { objection: { lasts: true, reason: 'left' } }, 'skip: left'],
    [
      'a receipt, too, waits while its journey stands still',
      { objection: { lasts: false, reason: 'paused' }, rules: { transactional: true } },
      'wait until 2026-03-02T10:00:00.000Z',
    ],
    ['subscribers of the topic', { rules: { topic: 'News' }, standing: member }, 'go'],
    [
      'who has said no to the topic',
      { rules: { topic: 'News' }, standing: { ...member, saidNoToMail: true } },
      'skip: the person has unsubscribed from "News"',
    ],
    [
      'who does not belong to it',
      { rules: { topic: 'id' }, standing: { is: 'stranger', name: 'News' } },
      'skip: the person does not belong to "News"',
    ],
    [
      'a topic that is not there',
      { rules: { topic: 'X' }, standing: { is: 'unknown' } },
      'skip: there is no audience "X"',
    ],
    ['an archived one', { rules: { topic: 'X' }, standing: { is: 'archived' } }, 'skip: the audience "X" is archived'],
    [
      'a member of the topic without the general permission',
      { rules: { topic: 'News' }, standing: member, fields: { 'bol::p': false } },
      'skip: the person has unsubscribed from e-mail',
    ],
    ['SMS', { channel: 'sms' }, 'skip: SMS is not set up'],
    ['push', { channel: 'push' }, 'skip: push is not set up'],
    ['in-app messages', { channel: 'inapp' }, 'skip: in-app messages are not set up'],
    ['Slack', { channel: 'slack' }, 'skip: Slack is not set up'],
    [
      'a webhook about who has no address, unsubscribed, and whose day has not begun',
      {
        channel: 'webhook',
        fields: { 'str::email': null, 'bol::p': false },
        defaults: { ...initialSendingDefaults, hours: { from: '20:00', to: '21:00' } },
      },
      'go',
    ],
    ['a webhook about who is archived', { channel: 'webhook', archived: true }, 'skip: the person is archived'],
    ['a note about who has unsubscribed', { channel: 'notice', fields: { 'bol::p': false } }, 'go'],
  ];
  for (const [who, of, expected] of cases) test(`${who}: ${expected}`, () => assert.equal(said(of), expected));
});

describe('a receipt, transactional', () => {
  const rules: SendingRules = {
    transactional: true,
    topic: 'News',
    cap: { messages: 1, hours: 1 },
    hours: { from: '20:00', to: '21:00' },
  };
  test('passes permission, topic, cap and hours', () => {
    assert.equal(said({ rules, fields: { 'bol::p': false }, standing: { is: 'stranger', name: 'News' } }), 'go');
  });
  test('but goes to nobody archived, deleted, suppressed or bounced', () => {
    for (const of of [
      { archived: true },
      { gone: true },
      { suppressed: 'asked by phone' },
      { suppressed: HARD_BOUNCED },
    ])
      assert.match(said({ rules, ...of }), /^skip: /);
  });
  test('does not count for the caps; nor does a note', () => {
    assert.equal(counts({ channel: 'email', rules }), false);
    assert.equal(counts({ channel: 'notice', rules: {} }), false);
    assert.equal(counts({ channel: 'email', rules: { cap: 'none' } }), true);
  });
});

describe('hours', () => {
  const lisbon = { 'str::lt': 'Europe/Lisbon' };
  const cases: [string, Parameters<typeof ruled>[0], string][] = [
    ['are the person’s', { rules: { hours: nine }, fields: lisbon }, 'go'],
    [
      'of a zone that is named',
      { rules: { hours: { ...nine, timezone: 'America/New_York' } }, fields: lisbon },
      'wait until 2026-03-02T14:00:00.000Z',
    ],
    [
      'of the workspace’s zone where none is known',
      { rules: { hours: nine }, defaults: { timezone: 'America/New_York' } },
      'wait until 2026-03-02T14:00:00.000Z',
    ],
    ['or UTC', { rules: { hours: { ...nine, from: '10:00' } } }, 'wait until 2026-03-02T10:00:00.000Z'],
    [
      'or UTC, where what is known is no zone',
      { rules: { hours: { ...nine, from: '10:00' } }, fields: { 'str::lt': 'Mars' } },
      'wait until 2026-03-02T10:00:00.000Z',
    ],
    [
      'on some days',
      { rules: { hours: { ...nine, days: [6, 7], timezone: 'person' } }, fields: lisbon },
      'wait until 2026-03-07T09:00:00.000Z',
    ],
    [
      'are the workspace’s where the message brings none',
      { defaults: { hours: { ...nine, from: '10:00' } } },
      'wait until 2026-03-02T10:00:00.000Z',
    ],
    [
      'are its own before the workspace’s',
      { rules: { hours: nine }, defaults: { hours: { ...nine, from: '10:00' } } },
      'go',
    ],
    [
      'of a webhook are only its own',
      { channel: 'webhook', rules: { hours: { ...nine, from: '10:00' } } },
      'wait until 2026-03-02T10:00:00.000Z',
    ],
    [
      'make nobody wait who is not to get it',
      { rules: { hours: { ...nine, from: '10:00' } }, archived: true },
      'skip: the person is archived',
    ],
  ];
  for (const [what, of, expected] of cases) test(`${what}: ${expected}`, () => assert.equal(said(of), expected));
  test('are told in words', () => {
    const rules = ruling(ruled({ rules: { hours: { ...nine, from: '10:00', days: [5, 1] } } }), NOW);
    assert.equal('reason' in rules && rules.reason, 'it goes between 10:00 and 18:00, Mon Fri (UTC)');
  });
});

describe('caps', () => {
  const one = { messages: 1, hours: 16 };
  const asks = 'ask: the cap is reached: 1 e-mail per person in 16 hours';
  const cases: [string, Parameters<typeof ruled>[0], string][] = [
    ['are the workspace’s where the message brings none', { defaults: { cap: one } }, asks],
    [
      'are its own before the workspace’s',
      { rules: { cap: { messages: 3, hours: 24 } }, defaults: { cap: one } },
      'ask: the cap is reached: 3 e-mails per person in 24 hours',
    ],
    ['are none where it says so', { rules: { cap: 'none' }, defaults: { cap: one } }, 'go'],
    ['of a webhook are only its own', { channel: 'webhook', defaults: { cap: one } }, 'go'],
    [
      'of a webhook that brings one',
      { channel: 'webhook', rules: { cap: one } },
      'ask: the cap is reached: 1 webhook per person in 16 hours',
    ],
    ['a note has none', { channel: 'notice', rules: { cap: one } }, 'go'],
    ['who has a place need not ask again', { defaults: { cap: one }, countedAt: NOW }, 'go'],
    [
      'come after the hours',
      { defaults: { cap: one, hours: { from: '10:00', to: '11:00' } } },
      'wait until 2026-03-02T10:00:00.000Z',
    ],
  ];
  for (const [what, of, expected] of cases) test(`${what}: ${expected}`, () => assert.equal(said(of), expected));
  test('make a message wait for its hours, too', () => {
    const rules = ruling(ruled({ defaults: { cap: one, hours: { from: '08:00', to: '10:00' } } }), NOW);
    assert.ok(rules.do === 'ask');
    assert.equal(rules.open(new Date('2026-03-03T01:00:00Z')).toISOString(), '2026-03-03T08:00:00.000Z');
    assert.equal(rules.whenCapped, 'delay');
  });
});
