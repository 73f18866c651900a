import { simulateBody, simulateJourneyBody } from '../../journeys/index.ts';
import type { OwnCall, OwnCalls } from './openapi-call.ts';

const AT = '2026-11-23T09:00:00.000Z';

const shared = {
  tag: 'Journeys',
  answer: {
    journey: { name: 'Win-back', version: 3 },
    start: AT,
    until: '2027-11-23T09:00:00.000Z',
    entry: { enters: true, data: {} },
    paths: [
      {
        entries: [
          { at: AT, shape: 'hello', kind: 'email', did: 'asked for the e-mail “Hello again”' },
          { at: AT, shape: 'end', kind: 'exit', did: 'left: completed' },
        ],
        end: { state: 'left', at: AT, shape: 'end', reason: 'completed' },
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
  events: ['opens hello after 1 day', 'unsubscribes after 3 days'],
} as const;

/** Playing journeys through, for the description of the API. */
export const simulationCalls: OwnCalls = {
  '/api/journeys/simulate': {
    post: {
      ...shared,
      operationId: 'simulate',
      summary: 'Play a definition through',
      description: 'For somebody who is there or made up, on a clock of its own. Nothing is stored, nothing is sent.',
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
