import { either, filterOf } from '../openapi-example.ts';
import { audienceBody, audienceChangeBody, audiencesQuery } from './audiences.schema.ts';
import type { OwnCalls } from './openapi-call.ts';

const AUDIENCE = '6b04c2250000000000000006';
const AT = '2026-11-23T22:45:54.600Z';
const tag = 'Making audiences';
const MISSING = `${AUDIENCE}: there is no such audience`;
const CIRCLE =
  'people would go round for ever: the audience “Paying” asks about the journey “Welcome”; ' +
  '“Welcome” is entered by the audience “Paying”. Ask about something else, or first change how people enter';
const USED = '"Customers" asks who belongs to "Paying": change it first';

const paying = { '$str::is': { field_id: 'str:cm:plan', value: 'Paid' } };

const audience = {
  id: AUDIENCE,
  name: 'Paying',
  state: 'ready',
  progress: { done: 12, total: 12 },
  filter: filterOf(paying),
  exit_filter: either(null, filterOf(paying)),
  public_name: '',
  public_description: '',
  is_public: false,
  sms_is_public: false,
  members: 4,
  subscribers: 4,
  sms_opted_in: 1,
  added_last_30_days: 4,
  created_at: AT,
  edited_at: AT,
  last_built_at: either(AT, null),
  archived_at: either(null, '2026-11-24T09:12:30.000Z'),
} as const;

const grown = { ...audience, growth: [{ day: '2026-11-23', entered: 4, left: 0 }] };

/** Making and changing audiences, for the description of the API. */
export const ownAudienceCalls: OwnCalls = {
  '/api/audiences': {
    get: {
      tag,
      operationId: 'listAudiences',
      summary: 'List audiences',
      description: 'With how many belong to them.',
      query: audiencesQuery,
      answer: { audiences: [audience] },
      refusals: { 400: 'Failed to parse request: limit: Too big: expected number to be <=100' },
    },
    post: {
      tag,
      operationId: 'makeAudience',
      summary: 'Make an audience',
      description:
        'Built in the background: `state` is `building` until everybody has been judged by its filter. That may ask about ' +
        'other audiences, and about journeys that nobody enters by this one.',
      body: { schema: audienceBody, example: { name: 'Paying', filter: paying } },
      status: 201,
      answer: { ...grown, state: 'building', progress: { done: 0, total: 12 }, last_built_at: either(null, AT) },
      refusals: {
        400: 'filter.$str::is: a condition needs a field_id',
        409: CIRCLE,
      },
    },
  },
  '/api/audiences/{id}': {
    get: {
      tag,
      operationId: 'getAudience',
      summary: 'Read an audience',
      description: 'With its progress, and who came and went by day.',
      answer: grown,
      refusals: { 404: MISSING },
    },
    patch: {
      tag,
      operationId: 'changeAudience',
      summary: 'Change an audience',
      description: 'What is not named stays as it is. With another filter it is built anew.',
      body: { schema: audienceChangeBody, example: { name: 'Paying people' } },
      answer: { ...grown, name: 'Paying people' },
      refusals: { 400: 'name: Too small: expected string to have >=1 characters', 404: MISSING, 409: USED },
    },
    delete: {
      tag,
      operationId: 'deleteAudience',
      summary: 'Delete an audience',
      answer: { id: AUDIENCE, deleted: true },
      refusals: { 404: MISSING, 409: USED },
    },
  },
};
