import { either, elsewhere, sometimes, values } from '../openapi-example.ts';
import { runsQuery, winnerBody } from './journeys.schema.ts';
import type { OwnCall, OwnCalls } from './openapi-call.ts';

const tag = 'Journeys';
const AT = '2026-11-23T22:45:54.600Z';
const MISSING = 'there is no journey 6b04c2250000000000000001';

const ID = '6b04c2250000000000000001';
const RUN = '106b04c22500000000040000';

const title = sometimes('A breather');
const run = {
  ...{ id: RUN, person_id: '006b04c22500000000040000', version: either(3, null) },
  ...{ state: 'inside', test: false, held_out: false, shape: either('wait', null), title },
  ...{ entered_at: AT, arrived_at: AT, due_at: either('2026-11-25T22:45:54.600Z', null) },
  ...{ left_at: either(null, AT), left_reason: either(null, 'completed'), goal_at: either(null, AT) },
  error: either(null, 'there is no template “Hello again”'),
};
const figures = { variant: 'short', template: 'Hello, short', sent: 100, opened: 41, clicked: 12 };
const won = {
  ...{ variant: 'short', decided_at: AT, by: either('API key “Anna”', null), why: 'chosen by hand' },
  figures: either(null, [figures]),
};
const contest = {
  ...{ id: ID, shape: 'offer' },
  variants: [{ ...figures, share: 50, winner: false }],
  decide: either(null, values({ by: 'clicked', after: { days: 2 } })),
  next_look_at: either(null, AT),
  winner: either(null, won),
};

const call = (given: Omit<OwnCall, 'tag'>): OwnCall => ({
  tag,
  ...given,
  refusals: { 404: MISSING, ...given.refusals },
});
const ofRun = (operationId: string, summary: string): Readonly<Record<string, OwnCall>> => ({
  post: call({ operationId, summary, answer: { id: RUN, done: true }, refusals: { 409: 'the run has ended' } }),
});
const ofShape = (operationId: string, summary: string, answer: OwnCall['answer'] & object) => ({
  post: call({ operationId, summary, answer, refusals: { 409: '“Win-back” is not live' } }),
});

/** Runs and shapes of a journey that is on, for the description of the API. */
export const journeyRunCalls: OwnCalls = {
  '/api/journeys/{id}/runs': {
    get: call({
      operationId: 'listRuns',
      summary: 'List runs',
      description: 'Newest first: by state, shape or person.',
      query: runsQuery,
      answer: { runs: [run], has_more: false, next_before: elsewhere(RUN) },
      refusals: { 400: 'Failed to parse request: limit: Too big: expected number to be <=500' },
    }),
  },
  '/api/journeys/{id}/runs/{run}': {
    get: call({
      operationId: 'getRun',
      summary: 'Read a run',
      description: 'With its moves, and the reason of each.',
      answer: {
        ...{ ...run, entry: values({ 'str:cm:reason': 'Price' }) },
        moves: [{ at: AT, shape: either('wait', null), title, did: 'waits until 2026-11-25 22:45 UTC' }],
      },
    }),
  },
  '/api/journeys/{id}/runs/{run}/end': ofRun('endRun', 'End a run where it stands'),
  '/api/journeys/{id}/runs/{run}/move-on': ofRun('moveRunOn', 'Let a run go on without its step'),
  '/api/journeys/{id}/runs/{run}/retry': ofRun('retryRun', 'Try a parked run again'),
  '/api/journeys/{id}/shapes/{shape}/move-on': ofShape('moveAllOn', 'Let all who wait at a shape go on', {
    ...{ id: ID, shape: 'wait', people: 12 },
  }),
  '/api/journeys/{id}/shapes/{shape}/on': ofShape('switchShapeOn', 'Switch a shape on', {
    ...{ id: ID, shape: 'wait', is: 'on', version: 4 },
  }),
  '/api/journeys/{id}/shapes/{shape}/off': ofShape('switchShapeOff', 'Switch a shape off', {
    ...{ id: ID, shape: 'wait', is: 'off', version: 4 },
  }),
  '/api/journeys/{id}/shapes/{shape}/variants': {
    get: call({
      operationId: 'variantsOfShape',
      summary: 'Compare the versions of an e-mail',
      description: 'How each does, and which has won.',
      answer: contest,
    }),
  },
  '/api/journeys/{id}/shapes/{shape}/winner': {
    post: call({
      operationId: 'chooseWinner',
      summary: 'Choose the version that has won',
      description: '`null` opens it again.',
      body: { schema: winnerBody, example: { variant: 'short' } },
      answer: { ...contest, variants: [{ ...figures, share: 50, winner: true }], winner: either(won, null) },
      refusals: { 400: 'there is no version "tall"' },
    }),
  },
};
