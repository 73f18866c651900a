import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { accountCalls } from './account-calls.ts';
import { audienceCalls } from './audience-calls.ts';
import { catalogCalls } from './catalog-calls.ts';
import { journeyCalls } from './journey-calls.ts';
import { personGetBody, personGetByIdsBody } from './ortto/person-get.schema.ts';
import { activitiesBody, mergeBody } from './ortto/schemas.ts';
import { ownPaths } from './own/openapi.ts';
import { peopleCalls } from './people-calls.ts';

type Json = Readonly<Record<string, unknown>>;

interface Call {
  method?: 'put' | 'delete';
  summary: string;
  body: z.ZodType;
  example: Json;
  answer: Json | readonly Json[];
  /** Refusals beside those that every call has. */
  refusals?: Readonly<Record<string, string>>;
}

/** What answers under `/v1`, with a body and the answer it got. Choices beyond the schema: docs/ortto-wire.md. */
export const calls: Readonly<Record<string, Call>> = {
  '/v1/person/merge': {
    summary: 'Make or change up to 100 people',
    body: mergeBody,
    example: {
      people: [{ fields: { 'str::email': 'anna@example.com', 'str::first': 'Anna' }, tags: ['Trial'] }],
      merge_by: ['str::email'],
      merge_strategy: 2,
    },
    answer: { people: [{ person_id: '006b04c22500000000040000', status: 'created' }] },
  },
  '/v1/person/get': {
    summary: 'Find people: by filter, free text, sorted, page by page',
    body: personGetBody,
    example: {
      limit: 1,
      sort_by_field_id: 'l',
      fields: ['str::email', 'str::first'],
      filter: { '$str::is': { field_id: 'str:cm:plan', value: 'Paid' } },
    },
    answer: {
      contacts: [
        { id: '006b04c22500000000040000', fields: { 'str::email': 'anna@example.com', 'str::first': 'Anna' } },
      ],
      meta: { total_contacts: 12, total_organizations: 0, total_matches: 1, total_subscribers: 1 },
      offset: 0,
      next_offset: 1,
      cursor_id: '006b04c22500000000040000',
      has_more: false,
    },
  },
  '/v1/person/get-by-ids': {
    summary: 'Read people by their ids',
    body: personGetByIdsBody,
    example: { contact_ids: ['006b04c22500000000040000'], fields: ['str::email'] },
    answer: {
      contacts: {
        '006b04c22500000000040000': { id: '006b04c22500000000040000', fields: { 'str::email': 'anna@example.com' } },
      },
    },
  },
  '/v1/activities/create': {
    summary: 'Record up to 100 activities',
    body: activitiesBody,
    example: {
      activities: [
        {
          activity_id: 'act:cm:meeting-booked',
          fields: { 'str::email': 'anna@example.com' },
          attributes: { 'str:cm:place': 'Lisbon' },
          created: '2026-11-20T10:00:00Z',
          key: 'meeting-1',
        },
      ],
      merge_by: ['str::email'],
    },
    answer: { activities: [{ status: 'queued', person_status: 'queued' }] },
  },
  ...peopleCalls,
  ...accountCalls,
  ...audienceCalls,
  ...catalogCalls,
  ...journeyCalls,
};

const refusals: Readonly<Record<string, string>> = {
  400: 'The request can not be read, or none of its records can be used: `details` says why for each',
  401: 'No `X-Api-Key`, or one that is not in use',
  413: 'Larger than 2 MB',
  503: 'The database is away for the moment: nothing was recorded, try again',
};

/** The error envelope (recorded from Ortto, November 2025). */
const problem: Json = {
  type: 'object',
  required: ['request_id', 'code', 'error'],
  properties: {
    request_id: { type: 'string', format: 'uuid' },
    code: { type: 'integer', description: 'The HTTP status' },
    error: { type: 'string' },
    details: {
      type: 'array',
      items: {
        type: 'object',
        required: ['status', 'error'],
        properties: { status: { type: 'string' }, error: { type: 'string' } },
      },
    },
  },
};

/** The description of Ortto's wire as spoken here: OpenAPI 3.1, its bodies made from the schemas that check them. */
function openapi(): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tributary on Ortto’s wire',
      version: '1',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    paths: {
      ...Object.fromEntries(
        Object.entries(calls).map(([path, call]) => [path, { [call.method ?? 'post']: operation(path, call) }]),
      ),
      ...ownPaths(schemaOf),
    },
    components: {
      securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Api-Key' } },
      schemas: { Problem: problem },
    },
  };
}

/** `GET /openapi.json`, for which no key is needed. */
export function openapiRoute(app: FastifyInstance): void {
  const text = `${JSON.stringify(openapi(), null, 2)}\n`;
  const headers = { 'content-type': 'application/json; charset=utf-8', 'access-control-allow-origin': '*' };
  app.get('/openapi.json', async (_request, reply) => reply.headers(headers).send(text));
}

function operation(path: string, { summary, body, example, answer, refusals: own }: Call): Json {
  const no = (description: string): Json => ({
    description,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
  });
  const refused = Object.entries({ ...refusals, ...own }).map(([status, why]) => [status, no(why)]);
  return {
    operationId: path
      .replace('/{id}', '')
      .slice('/v1/'.length)
      .replace(/[/-](\w)/g, (_, letter: string) => letter.toUpperCase()),
    summary,
    ...(path.includes('{id}')
      ? { parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }] }
      : {}),
    requestBody: {
      required: !body.safeParse({}).success,
      content: { 'application/json': { schema: schemaOf(body), example } },
    },
    responses: {
      200: { description: 'Done', content: { 'application/json': { schema: shapeOf(answer), example: answer } } },
      ...Object.fromEntries(refused),
    },
  };
}

/** A zod schema as JSON Schema on its own. What refers to itself in it is JSON: any value, said shortly. */
function schemaOf(body: z.ZodType): Json {
  const { $schema: _, $defs: __, ...schema } = z.toJSONSchema(body, { io: 'input' });
  return JSON.parse(JSON.stringify(schema), (_key, value: Json | null) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    if ('$ref' in value) return {};
    // The format says it; the pattern is a page of leap years.
    const { pattern, ...rest } = value;
    return 'format' in rest ? rest : value;
  }) as Json;
}

/** What an answer looks like, by an example of it. */
function shapeOf(value: unknown): Json {
  if (Array.isArray(value)) return { type: 'array', items: value.length === 0 ? {} : shapeOf(value[0]) };
  if (typeof value !== 'object' || value === null) return { type: typeof value };
  const properties = Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]);
  return { type: 'object', properties: Object.fromEntries(properties) };
}
