import { explainQuery } from './explain.schema.ts';
import type { OwnCalls } from './openapi-call.ts';

/** Why somebody is where they are, for the description of the API. */
export const explainCalls: OwnCalls = {
  '/api/people/{id}/explain': {
    get: {
      tag: 'Journeys',
      operationId: 'explain',
      summary: 'Explain somebody’s journeys',
      description: 'Why they are in a journey or not, what would end it, and why they got a message or did not.',
      query: explainQuery,
      answer: { lines: ['Anna is in “Win-back” and waits until 2026-11-25 22:45 UTC.'] },
      refusals: { 404: 'there is no journey "Win-back"', 409: '"Win-back" was never published: nobody is in it' },
    },
  },
};
