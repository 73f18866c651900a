import { anything, either, sometimes, values } from '../openapi-example.ts';
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
  tryBody,
} from './journeys.schema.ts';
import type { OwnCall, OwnCalls } from './openapi-call.ts';

const tag = 'Journeys';
const AT = '2026-11-23T22:45:54.600Z';
const MISSING = 'there is no journey 6b04c2250000000000000001';
const STATE = '“Win-back” is archived: it is put away already';
const RUN = '106b04c22500000000040000';

const ID = '6b04c2250000000000000001';
const journey = {
  ...{ id: ID, name: 'Win-back', state: 'on', version: either(3, null) },
  ...{ inside: 12, held: 0, parked: 0 },
  draft: {
    ...{ exists: true, edit: 4, begun_from: either(3, null) },
    ...{ edited_at: either(AT, null), edited_by: either('API key “Anna”', null) },
  },
  ...{ created_at: AT, edited_at: AT },
};
const definition = {
  name: 'Win-back',
  entry: { activity: 'act:cm:deal-lost' },
  start: 'hello',
  shapes: { hello: { kind: 'email', template: 'Hello again', next: 'end' }, end: { kind: 'exit' } },
} as const;
const checked = {
  problems: either([], [{ at: 'start', problem: 'there is no shape "nowhere"' }]),
  warnings: [{ at: 'exits', problem: 'nothing but its end lets anybody go' }],
} as const;

const draft = {
  ...{ id: ID, exists: true, edit: 4, begun_from: either(3, null) },
  ...{ edited_at: either(AT, null), edited_by: either('API key “Anna”', null) },
  definition: either(values(definition), null),
};
const page = { has_more: true, next_before: sometimes('7') };

type Call = Omit<OwnCall, 'tag'>;
const call = (given: Call): OwnCall => ({ tag, ...given, refusals: { 404: MISSING, ...given.refusals } });
const state = (operationId: string, summary: string, description: string): Readonly<Record<string, OwnCall>> => ({
  post: call({ operationId, summary, description, answer: journey, refusals: { 409: STATE } }),
});

/** Drafts, versions and what becomes of a journey as a whole, for the description of the API. */
export const journeyCalls: OwnCalls = {
  '/api/journeys': {
    get: {
      tag,
      operationId: 'listJourneys',
      summary: 'List journeys',
      description: 'With how many are inside.',
      query: journeysQuery,
      answer: { journeys: [journey] },
      refusals: { 400: 'Failed to parse request: limit: Too big: expected number to be <=100' },
    },
    post: {
      tag,
      operationId: 'draftJourney',
      summary: 'Make a draft',
      description: 'A journey that nobody can enter yet. It may be wrong.',
      body: { schema: definitionBody, example: { definition } },
      status: 201,
      answer: { ...journey, state: 'draft', version: either(null, 3), inside: 0 },
      refusals: { 400: 'definition.name: a journey has a name', 409: 'there is a journey "Win-back" already' },
    },
  },
  '/api/journeys/check': {
    post: {
      tag,
      operationId: 'checkDefinition',
      summary: 'Check a definition',
      description: 'What is wrong with it, and what is hardly meant, each with its place.',
      body: { schema: definitionBody, example: { definition } },
      answer: checked,
      refusals: { 400: 'definition: Invalid input: expected record, received undefined' },
    },
  },
  '/api/journeys/{id}': {
    get: call({ operationId: 'getJourney', summary: 'Read a journey', answer: journey }),
  },
  '/api/journeys/{id}/figures': {
    get: call({
      operationId: 'figuresOfJourney',
      summary: 'Read the figures of a journey',
      description: 'How many came, left and reached the goal; at each shape, how many wait and have gone on.',
      answer: {
        ...{ id: ID, entered: 100, inside: 12, left: 88, goals: 31, parked: 0 },
        ...{ held_out: { entered: 10, goals: 2 }, not_begun: 0 },
        shapes: [
          {
            ...{ shape: 'hello', kind: either('email', null), title: either(null, 'Hello again') },
            ...{ waiting: 0, held: 0, passed: 100 },
          },
        ],
      },
    }),
  },
  '/api/journeys/{id}/history': {
    get: call({
      operationId: 'historyOfJourney',
      summary: 'Read the history of a journey',
      description: 'Who did what to it, newest first.',
      query: historyQuery,
      answer: {
        history: [{ id: '7', at: AT, who: 'API key “Anna”', what: 'paused', details: values({ from: 'on' }) }],
        ...page,
      },
      refusals: { 400: 'Failed to parse request: before: is not the id of an entry' },
    }),
  },
  '/api/journeys/{id}/pause': state(
    'pauseJourney',
    'Pause a journey',
    'Nobody enters and nobody moves, but by leaving.',
  ),
  '/api/journeys/{id}/resume': state('resumeJourney', 'Resume a journey', 'One that drains lets people in again.'),
  '/api/journeys/{id}/drain': state('drainJourney', 'Drain a journey', 'Nobody enters; who is inside goes on.'),
  '/api/journeys/{id}/restore': state('restoreJourney', 'Restore a journey', 'What was archived is a draft again.'),
  '/api/journeys/{id}/archive': {
    post: call({
      operationId: 'archiveJourney',
      summary: 'Archive a journey',
      description: 'When nobody is inside, or everybody may go.',
      body: { schema: archiveBody, example: { let_go: true } },
      answer: { ...journey, state: 'archived', inside: 0 },
      refusals: { 409: '12 people are inside “Win-back”: drain it first, or let everybody go' },
    }),
  },
  '/api/journeys/{id}/draft': {
    get: call({
      operationId: 'getDraft',
      summary: 'Read a draft',
      description: 'What is worked on, or what is live where nothing is.',
      answer: draft,
    }),
    put: call({
      operationId: 'saveDraft',
      summary: 'Save a draft',
      description: 'The whole of it, if it was not changed since the edit that was read.',
      body: { schema: draftBody, example: { definition, edit: 4 } },
      answer: { ...draft, edit: 5 },
      refusals: { 409: 'the draft was changed since edit 4: read it again' },
    }),
    delete: call({
      operationId: 'discardDraft',
      summary: 'Discard a draft',
      description: 'What is live is worked on.',
      query: discardQuery,
      answer: { ...draft, exists: false },
      refusals: { 409: '“Win-back” was never published: there is nothing but its draft' },
    }),
  },
  '/api/journeys/{id}/check': {
    post: call({ operationId: 'checkDraft', summary: 'Check a draft', answer: { ...checked, edit: 5 } }),
  },
  '/api/journeys/{id}/publish/preview': {
    post: call({
      operationId: 'previewPublish',
      summary: 'See what publishing would do',
      description: 'Who stands where, and where they would go on.',
      body: { schema: previewBody, example: { mapping: { wait: 'hello' } } },
      answer: {
        ...{ ...checked, edit: 5 },
        people: [
          {
            ...{ version: 3, shape: 'wait', kind: 'delay', people: 12, title: sometimes('Two days') },
            ...{ to: sometimes(either('hello', null)), to_kind: sometimes('email'), becomes: 'begins the shape anew' },
          },
        ],
      },
      refusals: { 409: STATE },
    }),
  },
  '/api/journeys/{id}/publish': {
    post: call({
      operationId: 'publishJourney',
      summary: 'Publish a draft',
      description: 'Those inside stay in their version, or are moved by a mapping; `null` ends their way.',
      body: { schema: publishBody, example: { edit: 5, inside: 'move', mapping: { wait: 'hello' } } },
      answer: { id: ID, version: 4, state: 'on', moved: 12, ended: 0 },
      refusals: {
        400: 'the journey can not be published: …',
        409: 'the draft was changed since edit 5: read it again',
      },
    }),
  },
  '/api/journeys/{id}/duplicate': {
    post: call({
      operationId: 'duplicateJourney',
      summary: 'Duplicate a journey',
      description: 'A draft that says the same.',
      body: { schema: duplicateBody, example: { name: 'Win-back, shorter' } },
      status: 201,
      answer: { ...journey, name: 'Win-back, shorter', state: 'draft', version: either(null, 3), inside: 0 },
      refusals: { 409: 'there is a journey "Win-back" already' },
    }),
  },
  '/api/journeys/{id}/rename': {
    post: call({
      operationId: 'renameJourney',
      summary: 'Rename a journey',
      description: 'What names the old one is answered.',
      body: { schema: renameBody, example: { name: 'Win them back' } },
      answer: {
        ...{ ...journey, name: 'Win them back' },
        warnings: [
          { journey: 'Welcome', id: ID, at: 'shapes.next', problem: 'names the journey as it was called before' },
        ],
      },
      refusals: { 409: 'there is a journey "Win-back" already' },
    }),
  },
  '/api/journeys/{id}/versions': {
    get: call({
      operationId: 'listVersions',
      summary: 'List versions',
      answer: {
        versions: [{ version: 3, live: true, published_at: AT, published_by: either('API key “Anna”', null) }],
      },
    }),
  },
  '/api/journeys/{id}/versions/{version}': {
    get: call({
      operationId: 'getVersion',
      summary: 'Read a version',
      description: 'As it was given.',
      answer: { id: ID, version: 3, definition: values(definition) },
    }),
  },
  '/api/journeys/{id}/diff': {
    get: call({
      operationId: 'diffVersions',
      summary: 'Compare two versions',
      description: 'Or the live one, or the draft.',
      query: diffQuery,
      answer: {
        ...{ from: either('live', 3), to: either('draft', 4) },
        changes: [
          {
            ...{ at: 'shapes.hello.template', change: 'changed' },
            ...{ before: sometimes(anything('Hello')), after: sometimes(anything('Hello again')) },
          },
        ],
        lines: ['~ shapes.hello.template: “Hello” → “Hello again”'],
      },
      refusals: { 400: 'Failed to parse request: from: Invalid input' },
    }),
  },
  '/api/journeys/{id}/try': {
    post: call({
      operationId: 'tryJourney',
      summary: 'Try a draft for real',
      description: 'One person goes through it: messages are sent, and no figure tells of it.',
      body: { schema: tryBody, example: { email: 'anna@example.com', skip_waits: true } },
      status: 201,
      answer: { id: ID, run_id: RUN },
      refusals: { 400: 'say who tries it: "person_id" or "email"', 409: STATE },
    }),
  },
};
