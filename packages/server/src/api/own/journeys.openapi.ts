import {
  archiveBody,
  definitionBody,
  diffQuery,
  discardQuery,
  draftBody,
  duplicateBody,
  historyQuery,
  journeysQuery,
  previewBody,
  publishBody,
  renameBody,
  runsQuery,
  tryBody,
  winnerBody,
} from './journeys.schema.ts';
import type { Own } from './own-call.ts';

const it = { 200: 'application/json' } as const;
const made = { 201: 'application/json' } as const;

const state = (verb: string, summary: string): Readonly<Record<string, Own>> => ({
  post: { operationId: `${verb}Journey`, summary, answers: it, refusals: [404, 409] },
});
const ofRun = (operationId: string, summary: string): Readonly<Record<string, Own>> => ({
  post: { operationId, summary, answers: it, refusals: [400, 404, 409] },
});
const ofShape = (operationId: string, summary: string): Readonly<Record<string, Own>> => ({
  post: { operationId, summary, answers: it, refusals: [404, 409] },
});

/** The calls about journeys, for the description of the API. */
export const journeyCalls: Readonly<Record<string, Readonly<Record<string, Own>>>> = {
  '/api/journeys': {
    get: {
      operationId: 'listJourneys',
      summary: 'Journeys, with how many are inside',
      query: journeysQuery,
      answers: it,
      refusals: [400],
    },
    post: {
      operationId: 'draftJourney',
      summary: 'Make a journey that is a draft; it may be wrong',
      body: definitionBody,
      answers: made,
      refusals: [400, 409],
    },
  },
  '/api/journeys/check': {
    post: {
      operationId: 'checkDefinition',
      summary: 'What is wrong with a definition, and what is hardly meant',
      body: definitionBody,
      answers: it,
      refusals: [400],
    },
  },
  '/api/journeys/{id}': {
    get: { operationId: 'getJourney', summary: 'A journey', answers: it, refusals: [404] },
  },
  '/api/journeys/{id}/figures': {
    get: {
      operationId: 'figuresOfJourney',
      summary: 'How many came, left and reached the goal; at each shape, how many wait and have gone on',
      answers: it,
      refusals: [404],
    },
  },
  '/api/journeys/{id}/history': {
    get: {
      operationId: 'historyOfJourney',
      summary: 'Who did what to it, newest first',
      query: historyQuery,
      answers: it,
      refusals: [400, 404],
    },
  },
  '/api/journeys/{id}/pause': state('pause', 'Nobody enters and nobody moves, but by leaving'),
  '/api/journeys/{id}/resume': state('resume', 'Go on; one that drains lets people in again'),
  '/api/journeys/{id}/drain': state('drain', 'Nobody enters; who is inside goes on'),
  '/api/journeys/{id}/restore': state('restore', 'Bring back what is archived, as a draft'),
  '/api/journeys/{id}/archive': {
    post: {
      operationId: 'archiveJourney',
      summary: 'Put it away, when nobody is inside or everybody may go',
      body: archiveBody,
      answers: it,
      refusals: [400, 404, 409],
    },
  },
  '/api/journeys/{id}/draft': {
    get: {
      operationId: 'getDraft',
      summary: 'What is worked on, or what is live where nothing is',
      answers: it,
      refusals: [404],
    },
    put: {
      operationId: 'saveDraft',
      summary: 'Save the whole draft, if it was not changed since the edit that was read',
      body: draftBody,
      answers: it,
      refusals: [400, 404, 409],
    },
    delete: {
      operationId: 'discardDraft',
      summary: 'Take the draft away: what is live is worked on',
      query: discardQuery,
      answers: it,
      refusals: [400, 404, 409],
    },
  },
  '/api/journeys/{id}/check': {
    post: {
      operationId: 'checkDraft',
      summary: 'What is wrong with the draft, and what is hardly meant',
      answers: it,
      refusals: [404],
    },
  },
  '/api/journeys/{id}/publish/preview': {
    post: {
      operationId: 'previewPublish',
      summary: 'Who stands where, and where they would go on',
      body: previewBody,
      answers: it,
      refusals: [400, 404, 409],
    },
  },
  '/api/journeys/{id}/publish': {
    post: {
      operationId: 'publishJourney',
      summary: 'Make the draft live; those inside stay in their version or are moved',
      body: publishBody,
      answers: it,
      refusals: [400, 404, 409],
    },
  },
  '/api/journeys/{id}/duplicate': {
    post: {
      operationId: 'duplicateJourney',
      summary: 'A draft that says the same',
      body: duplicateBody,
      answers: made,
      refusals: [400, 404, 409],
    },
  },
  '/api/journeys/{id}/rename': {
    post: {
      operationId: 'renameJourney',
      summary: 'Another name; what names the old one is answered',
      body: renameBody,
      answers: it,
      refusals: [400, 404, 409],
    },
  },
  '/api/journeys/{id}/versions': {
    get: { operationId: 'listVersions', summary: 'What was published', answers: it, refusals: [404] },
  },
  '/api/journeys/{id}/versions/{version}': {
    get: { operationId: 'getVersion', summary: 'A version, as it was given', answers: it, refusals: [404] },
  },
  '/api/journeys/{id}/diff': {
    get: {
      operationId: 'diffVersions',
      summary: 'What differs between two versions, the live one or the draft',
      query: diffQuery,
      answers: it,
      refusals: [400, 404],
    },
  },
  '/api/journeys/{id}/runs': {
    get: {
      operationId: 'listRuns',
      summary: 'Runs, newest first: by state, shape or person',
      query: runsQuery,
      answers: it,
      refusals: [400, 404],
    },
  },
  '/api/journeys/{id}/runs/{run}': {
    get: { operationId: 'getRun', summary: 'A run with its moves', answers: it, refusals: [400, 404] },
  },
  '/api/journeys/{id}/runs/{run}/end': ofRun('endRun', 'End a run where it stands'),
  '/api/journeys/{id}/runs/{run}/move-on': ofRun('moveRunOn', 'Let a run go on without doing the step it stands at'),
  '/api/journeys/{id}/runs/{run}/retry': ofRun('retryRun', 'Try a parked run again'),
  '/api/journeys/{id}/shapes/{shape}/move-on': ofShape('moveAllOn', 'Let all who wait at a shape go on'),
  '/api/journeys/{id}/shapes/{shape}/on': ofShape('switchShapeOn', 'Switch a shape on for everybody inside'),
  '/api/journeys/{id}/shapes/{shape}/off': ofShape('switchShapeOff', 'Switch a shape off: people wait there'),
  '/api/journeys/{id}/shapes/{shape}/variants': {
    get: {
      operationId: 'variantsOfShape',
      summary: 'How the versions of an e-mail do, and which has won',
      answers: it,
      refusals: [404],
    },
  },
  '/api/journeys/{id}/shapes/{shape}/winner': {
    post: {
      operationId: 'chooseWinner',
      summary: 'Say which version has won; null opens it again',
      body: winnerBody,
      answers: it,
      refusals: [400, 404],
    },
  },
  '/api/journeys/{id}/try': {
    post: {
      operationId: 'tryJourney',
      summary: 'Let one person go through the draft for real',
      body: tryBody,
      answers: made,
      refusals: [400, 404, 409],
    },
  },
};
