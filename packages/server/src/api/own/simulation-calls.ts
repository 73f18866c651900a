import { simulateBody, simulateJourneyBody } from '../../journeys/index.ts';
import { either, elsewhere, sometimes, values } from '../openapi-example.ts';
import type { OwnCall, OwnCalls } from './openapi-call.ts';

const AT = '2026-11-23T09:00:00.000Z';
const LATER = '2026-11-23T18:00:00.000Z';
const MISSED = { event: 'opens hello', why: 'the simulation had ended by then' };
const REACHED = 'the cap is reached: 1 e-mail per person in 16 hours';

const why = { holds: true, asked: 'Stage is “Lost”', was: '“Lost”' };
const check = { at: 'entry.filter', holds: true, why: values(why) };
const waits = {
  for: 'cap',
  until: LATER,
  why: REACHED,
  told: `waits to be sent until 2026-11-23 18:00 UTC: ${REACHED}`,
};

const asked = {
  ...{ channel: 'email', template: sometimes('Hello again'), waits: sometimes(waits) },
  ...{ not_sent: elsewhere('unsubscribed'), content: elsewhere(values({})) },
  topic: elsewhere({ audience: '6562a1c4b1d2c3e4f5a6b7ca', holds: true, source: 'as is assumed' }),
};
const sent = {
  ...{ to: sometimes('anna@example.com'), from: elsewhere('hello@acme.example') },
  ...{ subject: sometimes('Hello again'), html: sometimes('<p>…</p>'), text: sometimes('…') },
};

/** What an entry of a path may have beside its moment. */
const more = {
  ...{ shape: sometimes(either('hello', null)), kind: sometimes('email'), title: elsewhere('Two days') },
  did: elsewhere('left: completed'),
  decided: elsewhere([check]),
  chose: elsewhere({ name: 'short', by: 'take' }),
  action: elsewhere({ connector: 'kommo', action: 'add-note', input: values({}), failed: elsewhere('…') }),
  change: elsewhere({ set: values({}), clear: [''], add: [''], remove: [''], refused: elsewhere('…') }),
  pass: elsewhere({ do: 'add', journey: 'Welcome' }),
  ...{ event: elsewhere('opens hello'), noticed: elsewhere(true), outbox: elsewhere('is sent') },
  message: elsewhere({ ...asked, ...sent }),
};

const shared = {
  tag: 'Journeys',
  answer: {
    journey: {
      ...{ name: 'Win-back', id: sometimes('6562a1c4b1d2c3e4f5a6b7c8'), version: sometimes(3) },
      ...{ draft: elsewhere(true), given: elsewhere(true) },
    },
    person: { made_up: false, id: sometimes('6562a1c4b1d2c3e4f5a6b7c9'), email: sometimes('anna@example.com') },
    start: AT,
    until: '2027-11-23T09:00:00.000Z',
    entry: {
      ...{ enters: true, anyway: elsewhere(true), why: either([], ['is archived']), checks: either([], [check]) },
      ...{ held_out: elsewhere({ share: 0.1, this_person: sometimes(true) }), data: values({}) },
    },
    paths: [
      {
        take: values({}),
        path: [
          { at: AT, ...more, did: sometimes('asked for the e-mail “Hello again”'), message: sometimes(asked) },
          { at: AT, ...more, shape: 'end', kind: 'exit', did: 'left: completed' },
          {
            ...{ at: LATER, ...more },
            outbox: sometimes('is sent, 9 hours after it was asked for: it had waited for its turn'),
            message: sometimes({ ...asked, ...sent, waits: elsewhere(waits) }),
          },
        ],
        end: {
          ...{
            state: 'left',
            at: AT,
            shape: either('end', null),
            title: elsewhere('Enough'),
            reason: sometimes('completed'),
          },
          ...{ stopped: elsewhere('it goes round for ever'), goal_at: elsewhere(AT) },
          fields: values({}),
          ...{ waiting: either([], [{ shape: 'hello', title: elsewhere('A word'), waits }]), missed: [MISSED] },
        },
      },
    ],
    notes: either([], ['there is no template “Hello again”']),
  },
  refusals: {
    400: 'the journey can not be played: …',
    404: 'there is no journey "Win-back"',
    409: '"Win-back" was never published: play its draft',
  },
} as const satisfies Partial<OwnCall>;

const example = {
  person: 'anna@example.com',
  events: ['opens hello after 1 day'],
} as const;

/** Playing journeys through, for the description of the API. */
export const simulationCalls: OwnCalls = {
  '/api/journeys/simulate': {
    post: {
      ...shared,
      operationId: 'simulate',
      summary: 'Play a definition through',
      description:
        'For somebody who is there or made up, on a clock of its own and by the rules of sending. A message that waits says so under `waits`; what becomes of it then is an entry with `outbox`. Nothing is stored, nothing is sent.',
      body: { schema: simulateBody, example: { ...example, journey: 'Win-back' } },
    },
  },
  '/api/journeys/{id}/simulate': {
    post: {
      ...shared,
      operationId: 'simulateJourney',
      summary: 'Play a journey through',
      description: 'As it is live, or with `"draft": true` as it is being worked on.',
      body: { schema: simulateJourneyBody, example },
    },
  },
};
