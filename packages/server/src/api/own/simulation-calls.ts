import { simulateBody, simulateJourneyBody } from '../../journeys/index.ts';
import type { OwnCall, OwnCalls } from './openapi-call.ts';

const AT = '2026-11-23T09:00:00.000Z';
const LATER = '2026-11-23T18:00:00.000Z';
const MISSED = { event: 'opens hello', why: 'the simulation had ended by then' };
const REACHED = 'the cap is reached: 1 e-mail per person in 16 hours';

const shared = {
  tag: 'Journeys',
  answer: {
    journey: { name: 'Win-back', id: '6562a1c4b1d2c3e4f5a6b7c8', version: 3 },
    person: { made_up: false, id: '6562a1c4b1d2c3e4f5a6b7c9', email: 'anna@example.com' },
    start: AT,
    until: '2027-11-23T09:00:00.000Z',
    entry: { enters: true, why: [], checks: [], data: {} },
    paths: [
      {
        take: {},
        path: [
          {
            ...{ at: AT, shape: 'hello', kind: 'email', did: 'asked for the e-mail “Hello again”' },
            message: {
              ...{ channel: 'email', template: 'Hello again' },
              waits: {
                for: 'cap',
                until: LATER,
                why: REACHED,
                told: `waits to be sent until 2026-11-23 18:00 UTC: ${REACHED}`,
              },
            },
          },
          { at: AT, shape: 'end', kind: 'exit', did: 'left: completed' },
          {
            ...{ at: LATER, shape: 'hello', kind: 'email' },
            outbox: 'is sent, 9 hours after it was asked for: it had waited for its turn',
            message: {
              ...{ channel: 'email', template: 'Hello again', to: 'anna@example.com' },
              ...{ subject: 'Hello again', html: '<p>…</p>', text: '…' },
            },
          },
        ],
        end: { state: 'left', at: AT, shape: 'end', reason: 'completed', fields: {}, waiting: [], missed: [MISSED] },
      },
    ],
    notes: [],
  },
  refusals: {
    400: 'the journey can not be played: …',
    404: 'there is no journey "Win-back"',
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
