import { filterSchema } from '@tributary/model';
import type { Json } from './openapi-schema.ts';

const REQUEST_ID = '9b2f4c1e-6d0a-4f5e-8a57-3f2f5f1f0c11';
const DETAIL = {
  status: 'invalid',
  error: 'failed to validate field str::shoe-size in schema: str::shoe-size: Object not found',
};

/** The error envelope (recorded from Ortto, November 2025). */
const problem: Json = {
  type: 'object',
  description: 'What is wrong, and where.',
  required: ['request_id', 'code', 'error'],
  properties: {
    request_id: { type: 'string', format: 'uuid', description: 'Names this answer, for those who ask about it' },
    code: { type: 'integer', description: 'The HTTP status' },
    error: { type: 'string', description: 'What is wrong, for people to read' },
    details: {
      type: 'array',
      description: 'Only where records were checked and none could be used: one for each of them',
      items: {
        type: 'object',
        required: ['status', 'error'],
        properties: {
          status: { type: 'string', enum: ['invalid', 'not_found', 'suppressed'] },
          error: { type: 'string' },
        },
      },
    },
  },
};

/** What is answered with 429 (Ortto help, a-235). */
const tooMuch: Json = {
  type: 'object',
  description: 'An envelope of its own, as Ortto has it.',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'try-in-seconds'],
      properties: {
        code: { type: 'string', const: 'rate-limit' },
        message: { type: 'string', const: 'rate limit' },
        'try-in-seconds': { type: 'integer', minimum: 1 },
      },
    },
  },
};

const problemWith = (code: number, error: string, more: Json = {}): Json => ({
  request_id: REQUEST_ID,
  code,
  error,
  ...more,
});

const refused = (description: string, schema: string, examples: Json, headers?: Json): Json => ({
  description,
  ...(headers ? { headers } : {}),
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` }, examples } },
});

const retryAfter: Json = { 'Retry-After': { description: 'In how many seconds', schema: { type: 'integer' } } };

const reasons = {
  400: 'What is asked can not be done',
  404: 'There is nothing of that name or id',
  409: 'It does not go with what is there',
  413: 'It is too large',
  415: 'The body is of a type that is not taken here',
  423: 'It is there already',
} as const;

/** By status, the words of one. */
export type Refusals = Readonly<Partial<Record<keyof typeof reasons, string>>>;

/** How any call can be refused. */
const responses: Json = {
  BadRequest: refused('The request can not be read, or none of its records can be used', 'Problem', {
    body: {
      summary: 'The body is not what the call takes',
      value: problemWith(400, 'Failed to parse request: people: no people'),
    },
    records: {
      summary: 'None of its records can be used',
      value: problemWith(400, `No valid contacts provided (${DETAIL.error})`, { details: [DETAIL] }),
    },
  }),
  Unauthorized: refused('No `X-Api-Key`, or one that is not in use', 'Problem', {
    none: { summary: 'No key', value: problemWith(401, 'No X-Api-Key header') },
    wrong: { summary: 'No key of ours', value: problemWith(401, 'The X-Api-Key is not valid') },
  }),
  NotFound: refused(reasons[404], 'Problem', { id: { value: problemWith(404, 'there is no such id or name') } }),
  TooLarge: refused('Larger than 2 MB, or under `/api` than 1 MB', 'Problem', {
    body: { value: problemWith(413, 'Request body is too large') },
  }),
  WrongType: refused(reasons[415], 'Problem', {
    body: { value: problemWith(415, 'The body is application/xml: send it as application/json') },
  }),
  TooMuch: refused(
    'More requests than the settings of this server take; unless they say so, nothing is limited',
    'TooMuch',
    { wait: { value: { error: { code: 'rate-limit', message: 'rate limit', 'try-in-seconds': 10 } } } },
    retryAfter,
  ),
  Unavailable: refused(
    'The database is away for the moment: nothing was recorded, try again',
    'Problem',
    { away: { value: problemWith(503, 'The database is not available at the moment: try again') } },
    retryAfter,
  ),
};

/** What the description of calls refers to. */
export const components: Json = {
  securitySchemes: {
    key: {
      type: 'apiKey',
      in: 'header',
      name: 'X-Api-Key',
      description:
        'A private key, `PRV-my-workspace-…`: `npm run tributary -- keys create --name "My website"` makes one.',
    },
  },
  schemas: { Problem: problem, TooMuch: tooMuch, Filter: filterSchema('#/components/schemas/Filter') },
  responses,
};

const names: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  404: 'NotFound',
  413: 'TooLarge',
  415: 'WrongType',
  429: 'TooMuch',
  503: 'Unavailable',
};

/** How a call is refused: as any that is like it, or, by status, in the words of its own. */
export function refusals(path: string, method: string, own: Refusals = {}): Json {
  const statuses = [400, 401, 429, 503, ...(path.includes('{') ? [404] : []), ...(method === 'get' ? [] : [413, 415])];
  return {
    ...Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/${names[status]}` }])),
    ...Object.fromEntries(
      Object.entries(own).map(([status, error]) => [
        status,
        refused(reasons[status as `${keyof Refusals}`], 'Problem', {
          one: { value: problemWith(Number(status), error) },
        }),
      ]),
    ),
  };
}
