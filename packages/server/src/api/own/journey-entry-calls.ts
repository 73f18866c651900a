import { either, elsewhere, filterOf, sometimes } from '../openapi-example.ts';
import { enrolBody } from './journey-entries.schema.ts';
import type { OwnCalls } from './openapi-call.ts';

const tag = 'Journeys';
const MISSING = 'there is no journey "Win-back"';

const enrolment = {
  id: '7',
  state: 'running',
  asked_by: 'API key “My website”',
  who: {
    audience: sometimes('6b04c2250000000000000006'),
    filter: elsewhere(either(filterOf({}), null)),
    people: elsewhere(120),
  },
  progress: { done: 2000, total: 100_000, entered: 1990 },
  occurs_at: elsewhere('2026-12-01T08:00:00.000Z'),
  missed: elsewhere(0),
  error: either(null, 'the journey was archived'),
  created_at: '2026-11-23T22:45:54.600Z',
  finished_at: either(null, '2026-11-23T22:47:12.300Z'),
} as const;

/** Putting many people into a journey, for the description of the API. */
export const journeyEntryCalls: OwnCalls = {
  '/api/journeys/{id}/enrol': {
    post: {
      tag,
      operationId: 'enrol',
      summary: 'Put many people into a journey',
      description:
        'In the background: people by their ids, the members of an audience, those for whom a filter holds, or the last two at once.',
      body: {
        schema: enrolBody,
        example: { audience: '6b04c2250000000000000006', data: { 'str:cm:reason': 'Webinar' } },
      },
      status: 202,
      answer: enrolment,
      refusals: {
        400: 'say who enters: "people", or "audience", "filter" or both',
        404: MISSING,
        409: '“Win-back” is paused: nobody enters it',
      },
    },
  },
  '/api/journeys/{id}/enrolments': {
    get: {
      tag,
      operationId: 'listEnrolments',
      summary: 'List enrolments',
      description: 'The newest hundred, and how the journey’s own entry is doing.',
      answer: {
        entry: {
          building: either(null, { done: 2000, total: 100_000 }),
          waiting: 0,
          next_at: either(null, '2026-12-01T08:00:00.000Z'),
        },
        enrolments: [enrolment],
      },
      refusals: { 404: MISSING },
    },
  },
  '/api/journeys/{id}/enrolments/{enrolment}': {
    get: {
      tag,
      operationId: 'getEnrolment',
      summary: 'Read an enrolment',
      description: 'Of one that is over, the filter is `null`, where it was by one: what that asked may be personal.',
      answer: enrolment,
      refusals: { 404: 'there is no enrolment 7' },
    },
  },
  '/api/journeys/{id}/enrolments/{enrolment}/cancel': {
    post: {
      tag,
      operationId: 'cancelEnrolment',
      summary: 'Cancel an enrolment',
      description: 'Nobody else is let in; who is inside stays.',
      answer: { ...enrolment, state: 'cancelled' },
      refusals: { 404: 'there is no enrolment 7', 409: 'enrolment 7 is done: it can not be cancelled' },
    },
  },
};
