import { runsQuery, winnerBody } from './journeys.schema.ts';
import type { OwnCall, OwnCalls } from './openapi-call.ts';

const tag = 'Journeys';
const AT = '2026-11-23T22:45:54.600Z';
const MISSING = 'there is no journey 6b04c2250000000000000001';

const run = {
  id: '106b04c22500000000040000',
  person_id: '006b04c22500000000040000',
  version: 3,
  state: 'inside',
  shape: 'wait',
  entered_at: AT,
  due_at: '2026-11-25T22:45:54.600Z',
} as const;
const contest = { variants: [{ name: 'short', sent: 100, opened: 41, clicked: 12 }], winner: null } as const;

const call = (given: Omit<OwnCall, 'tag'>): OwnCall => ({
  tag,
  ...given,
  refusals: { 404: MISSING, ...given.refusals },
});
const ofRun = (operationId: string, summary: string): Readonly<Record<string, OwnCall>> => ({
  post: call({ operationId, summary, answer: run, refusals: { 409: 'the run has ended' } }),
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
      answer: { runs: [run] },
      refusals: { 400: 'Failed to parse request: limit: Too big: expected number to be <=500' },
    }),
  },
  '/api/journeys/{id}/runs/{run}': {
    get: call({
      operationId: 'getRun',
      summary: 'Read a run',
      description: 'With its moves, and the reason of each.',
      answer: { ...run, moves: [{ at: AT, shape: 'wait', did: 'waits until 2026-11-25 22:45 UTC' }] },
    }),
  },
  '/api/journeys/{id}/runs/{run}/end': ofRun('endRun', 'End a run where it stands'),
  '/api/journeys/{id}/runs/{run}/move-on': ofRun('moveRunOn', 'Let a run go on without its step'),
  '/api/journeys/{id}/runs/{run}/retry': ofRun('retryRun', 'Try a parked run again'),
  '/api/journeys/{id}/shapes/{shape}/move-on': ofShape('moveAllOn', 'Let all who wait at a shape go on', { moved: 12 }),
  '/api/journeys/{id}/shapes/{shape}/on': ofShape('switchShapeOn', 'Switch a shape on', { version: 4 }),
  '/api/journeys/{id}/shapes/{shape}/off': ofShape('switchShapeOff', 'Switch a shape off', { version: 4 }),
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
      answer: { ...contest, winner: 'short' },
      refusals: { 400: 'there is no version "tall"' },
    }),
  },
};
