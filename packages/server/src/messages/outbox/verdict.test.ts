import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { initialSendingDefaults, type SendingRules } from '@tributary/model';
import { judge } from './verdict.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Monday, nine in the morning. */
const NOW = new Date('2026-03-02T09:00:00Z');
const ago = (ms: number): Date => new Date(NOW.getTime() - ms);
const REACHED = 'the cap is reached: 1 e-mail per person in 16 hours';

interface Case {
  rules?: SendingRules;
  /** How long ago it was asked for, and how long ago mails were sent. */
  asked?: number;
  sent?: number[];
  said: string;
}

function said({ rules = {}, asked = 0, sent = [] }: Case): string {
  const fields = { 'str::email': 'anna@example.com' };
  const person = { id: '1', fields, tags: [], createdAt: NOW, lastSeenAt: undefined, archivedAt: undefined };
  const counted = sent.map((ms) => ({ personId: '1', channel: 'email' as const, countedAt: ago(ms) }));
  const of = { rules, defaults: initialSendingDefaults, queuedAt: ago(asked), countedAt: null };
  const ruled = {
    message: { channel: 'email' as const, ...of },
    person,
    suppressed: undefined,
    standing: undefined,
    objection: undefined,
  };
  const verdict = judge(ruled, counted, NOW);
  if (verdict.do === 'wait')
    return `${verdict.for}, until ${verdict.until.toISOString().slice(0, 16)}: ${verdict.reason}`;
  return verdict.do === 'skip' ? `not sent: ${verdict.reason}` : verdict.do;
}

const cases: Record<string, Case> = {
  'a first mail goes': { said: 'go' },
  'one too many waits for its turn': { sent: [HOUR], said: `cap, until 2026-03-03T00:00: ${REACHED}` },
  'or is not sent, where that is the rule': {
    rules: { whenCapped: 'skip' },
    sent: [HOUR],
    said: `not sent: ${REACHED}`,
  },
  'its turn is within its hours': {
    rules: { hours: { from: '08:00', to: '18:00' } },
    sent: [HOUR],
    said: `cap, until 2026-03-03T08:00: ${REACHED}`,
  },
  'it waits for two weeks at most': {
    ...{ asked: 13.5 * DAY, sent: [HOUR] },
    said: `cap, until 2026-03-02T21:00: ${REACHED}`,
  },
  'and is not sent when they are over': {
    ...{ asked: 14 * DAY, sent: [HOUR] },
    said: `not sent: it had waited 14 days for its turn: ${REACHED}`,
  },
  'but goes, however late, where its turn has come': { asked: 20 * DAY, sent: [17 * HOUR], said: 'go' },
  'as long as the cap says': {
    ...{ rules: { cap: { messages: 1, hours: 16, waitDays: 1 } }, asked: DAY, sent: [HOUR] },
    said: `not sent: it had waited 1 day for its turn: ${REACHED}`,
  },
  'a cap of many days lets it wait for its second turn': {
    ...{ rules: { cap: { messages: 1, hours: 24 * 30 } }, asked: 50 * DAY, sent: [29 * DAY] },
    said: 'cap, until 2026-03-03T09:00: the cap is reached: 1 e-mail per person in 720 hours',
  },
  'what has to wait for its hours when its time is up is judged then': {
    ...{ rules: { hours: { from: '10:00', to: '18:00' } }, asked: 14 * DAY, sent: [HOUR] },
    said: 'hours, until 2026-03-02T10:00: it goes between 10:00 and 18:00 (UTC)',
  },
};

describe('what becomes of a message that is taken up', () => {
  for (const [what, one] of Object.entries(cases)) test(what, () => assert.equal(said(one), one.said));
});
