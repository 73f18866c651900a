import type { z } from 'zod';
import { simulateBody, simulateJourneyBody } from '../../journeys/index.ts';
import { audienceBody, audienceChangeBody, audiencesQuery } from './audiences.schema.ts';
import { explainQuery } from './explain.schema.ts';
import { exportActivities, exportPeople } from './export-schemas.ts';
import { page, pairBody, separateBody, uniteBody } from './identity.schema.ts';
import { mappingBody, uploadQuery } from './import-schemas.ts';

type Json = Readonly<Record<string, unknown>>;

interface Own {
  operationId: string;
  summary: string;
  query?: z.ZodType;
  body?: z.ZodType;
  /** The file itself, as it is. */
  file?: true;
  answers: Readonly<Record<number, string>>;
  refusals: readonly number[];
}

const exported = (what: string, schema: z.ZodType, format: string): Readonly<Record<string, Own>> => {
  const name = `${what === 'people' ? 'People' : 'Activities'}${format === 'text/csv' ? 'Csv' : 'Ndjson'}`;
  const shared = { answers: { 200: format }, refusals: [400] } as const;
  return {
    get: { operationId: `export${name}`, summary: `Export ${what}`, query: schema, ...shared },
    post: {
      operationId: `export${name}ByBody`,
      summary: `Export ${what}; what is asked is in the body`,
      body: schema,
      ...shared,
    },
  };
};

const it = { 200: 'application/json' } as const;

const calls: Readonly<Record<string, Readonly<Record<string, Own>>>> = {
  '/api/audiences': {
    get: {
      operationId: 'listAudiences',
      summary: 'Audiences, with how many belong to them',
      query: audiencesQuery,
      answers: it,
      refusals: [400],
    },
    post: {
      operationId: 'makeAudience',
      summary: 'Make an audience; it is built in the background',
      body: audienceBody,
      answers: { 201: 'application/json' },
      refusals: [400, 409],
    },
  },
  '/api/audiences/{id}': {
    get: { operationId: 'getAudience', summary: 'An audience and its progress', answers: it, refusals: [404] },
    patch: {
      operationId: 'changeAudience',
      summary: 'Change an audience; what is not named stays as it is',
      body: audienceChangeBody,
      answers: it,
      refusals: [400, 404, 409],
    },
    delete: { operationId: 'deleteAudience', summary: 'Delete an audience', answers: it, refusals: [404, 409] },
  },
  '/api/journeys/simulate': {
    post: {
      operationId: 'simulate',
      summary: 'Play a journey through, for somebody who is there or made up; nothing is stored, nothing is sent',
      body: simulateBody,
      answers: it,
      refusals: [400, 404, 409],
    },
  },
  '/api/journeys/{id}/simulate': {
    post: {
      operationId: 'simulateJourney',
      summary: 'The same for a journey that is there, by its name or its id',
      body: simulateJourneyBody,
      answers: it,
      refusals: [400, 404, 409],
    },
  },
  '/api/people/unite': {
    post: {
      operationId: 'unitePair',
      summary: 'Two people are one; the rules choose who stays',
      body: pairBody,
      answers: it,
      refusals: [400, 404, 409],
    },
  },
  '/api/people/{id}/explain': {
    get: {
      operationId: 'explain',
      summary: 'Why this person, by id or address, is in a journey or is not, and what they got or did not get',
      query: explainQuery,
      answers: it,
      refusals: [400, 404, 409],
    },
  },
  '/api/people/{id}/unite': {
    post: {
      operationId: 'unite',
      summary: 'This person takes another in',
      body: uniteBody,
      answers: it,
      refusals: [400, 404, 409],
    },
  },
  '/api/people/{id}/separate': {
    post: {
      operationId: 'separate',
      summary: 'Undo a merge, within 30 days',
      body: separateBody,
      answers: it,
      refusals: [400, 404, 409],
    },
  },
  '/api/people/{id}/merges': {
    get: { operationId: 'listMerges', summary: 'Whom this person has taken in', answers: it, refusals: [400] },
  },
  '/api/people/duplicates': {
    get: {
      operationId: 'listDuplicates',
      summary: 'People whom a record named as one',
      query: page,
      answers: it,
      refusals: [400],
    },
  },
  '/api/people/duplicates/dismiss': {
    post: {
      operationId: 'dismissDuplicate',
      summary: 'They are two: do not list them again',
      body: pairBody,
      answers: it,
      refusals: [400, 404],
    },
  },
  '/api/imports': {
    get: { operationId: 'listImports', summary: 'The newest imports', answers: it, refusals: [] },
    post: {
      operationId: 'sendImport',
      summary: 'Send a CSV file of people or activities; what it looks like is answered',
      query: uploadQuery,
      file: true,
      answers: { 201: 'application/json' },
      refusals: [400],
    },
  },
  '/api/imports/{id}': {
    get: { operationId: 'getImport', summary: 'An import, its mapping and its progress', answers: it, refusals: [404] },
    patch: {
      operationId: 'mapImport',
      summary: 'Say what its columns mean; what is not named stays as it is',
      body: mappingBody,
      answers: it,
      refusals: [400, 404, 409],
    },
    delete: { operationId: 'deleteImport', summary: 'Forget an import', answers: { 204: '' }, refusals: [404, 409] },
  },
  '/api/imports/{id}/check': {
    post: {
      operationId: 'checkImport',
      summary: 'What it would do; nothing is written',
      answers: it,
      refusals: [400, 404, 409],
    },
  },
  '/api/imports/{id}/start': {
    post: { operationId: 'startImport', summary: 'Begin, or go on', answers: it, refusals: [400, 404, 409] },
  },
  '/api/imports/{id}/stop': {
    post: { operationId: 'stopImport', summary: 'Stop after the rows in hand', answers: it, refusals: [404, 409] },
  },
  '/api/imports/{id}/rejected': {
    get: {
      operationId: 'rejectedOfImport',
      summary: 'The rows not taken, with reasons',
      answers: { 200: 'text/csv' },
      refusals: [404],
    },
  },
  '/api/exports/people.csv': exported('people', exportPeople, 'text/csv'),
  '/api/exports/people.ndjson': exported('people', exportPeople, 'application/x-ndjson'),
  '/api/exports/activities.csv': exported('activities', exportActivities, 'text/csv'),
  '/api/exports/activities.ndjson': exported('activities', exportActivities, 'application/x-ndjson'),
};

/** Imports and exports as OpenAPI describes paths: docs/import-export.md in short. */
export function ownPaths(schemaOf: (schema: z.ZodType) => Json): Json {
  return Object.fromEntries(
    Object.entries(calls).map(([path, methods]) => [
      path,
      Object.fromEntries(Object.entries(methods).map(([method, call]) => [method, operation(path, call, schemaOf)])),
    ]),
  );
}

const reasons: Readonly<Record<number, string>> = {
  400: 'What is asked can not be done: `error` says why',
  401: 'No `X-Api-Key`, or one that is not in use',
  404: 'There is nothing of that id',
  409: 'It does not go with what the import does now',
};

function operation(path: string, call: Own, schemaOf: (schema: z.ZodType) => Json): Json {
  const parameters = [
    ...(path.includes('{id}') ? [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }] : []),
    ...(call.query ? queryOf(schemaOf(call.query)) : []),
  ];
  const text = { schema: { type: 'string' } };
  const content = call.file
    ? { 'text/csv': text }
    : call.body && { 'application/json': { schema: schemaOf(call.body) } };
  const answers = Object.entries(call.answers).map(([status, type]) => [
    status,
    {
      description: 'Done',
      ...(type && { content: { [type]: type === 'application/json' ? { schema: { type: 'object' } } : text } }),
    },
  ]);
  const refusals = [...call.refusals, 401].map((status) => [
    status,
    {
      description: reasons[status],
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  ]);
  return {
    operationId: call.operationId,
    summary: call.summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(content ? { requestBody: { required: call.file === true, content } } : {}),
    responses: Object.fromEntries([...answers, ...refusals]),
  };
}

/** In a query everything is text: a list is separated by commas, a filter is JSON. */
function queryOf(schema: Json): Json[] {
  const properties = schema.properties as Readonly<Record<string, Json>>;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: 'query',
    required: false,
    schema: 'enum' in property ? property : { type: 'string' },
  }));
}
