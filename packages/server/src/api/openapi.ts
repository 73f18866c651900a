import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { accountCalls } from './account-calls.ts';
import { activityCalls } from './activity-calls.ts';
import { audienceCalls } from './audience-calls.ts';
import { catalogCalls } from './catalog-calls.ts';
import { journeyCalls } from './journey-calls.ts';
import { components, refusals } from './openapi-answers.ts';
import type { Call } from './openapi-call.ts';
import { shapeOf, shownOf } from './openapi-example.ts';
import { type Json, schemaOf } from './openapi-schema.ts';
import { tagGroups, tags } from './openapi-tags.ts';
import { ownPaths } from './own/openapi.ts';
import { peopleCalls } from './people-calls.ts';

/** What answers under `/v1`, with a body and the answer it got. Choices beyond the schema: docs/ortto-wire.md. */
export const calls: Readonly<Record<string, Call>> = {
  ...peopleCalls,
  ...activityCalls,
  ...audienceCalls,
  ...accountCalls,
  ...catalogCalls,
  ...journeyCalls,
};

const ABOUT = `Tributary answers Ortto’s public HTTP API under \`/v1\`: a client of Ortto changes the host and the key and nothing else.
What Ortto has no call for is under \`/api\`, with the same keys and the same errors.

- **Nearly everything is \`POST\` with a JSON body**, reading too; \`PUT\` to archive, restore and update, \`DELETE\` with a body to delete.
- **Values are bare**: \`"str::first": "Anna"\`. The prefix of a field’s id says what it takes: \`str\` text, \`int\` a whole number (decimals
  and money ×1000), \`bol\` true or false, \`dtz\` a day, \`tme\` a moment, \`phn\` a phone, \`geo\` a place, \`sst\` a list. Custom fields
  are \`str:cm:plan\`, those of accounts \`str:oc:tier\`, activities \`act:cm:meeting-booked\`.
- **Ids** are 24 hex digits. **At most** 100 records and 2 MB a request.
- **An answer means that it is on disk.** A request that is refused changes nothing.
- **One bad record does not hold up the others**: it says why in its place in the answer. Where all are bad, the answer is a 400.`;

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The description of Ortto's wire as spoken here: OpenAPI 3.1, its bodies made from the schemas that check them. */
export function openapi(): Json {
  return {
    openapi: '3.1.0',
    info: { title: 'Tributary', version, description: ABOUT, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    tags,
    'x-tagGroups': tagGroups,
    paths: {
      ...Object.fromEntries(
        Object.entries(calls).map(([path, call]) => [path, { [call.method ?? 'post']: operation(path, call) }]),
      ),
      ...ownPaths(),
    },
    components,
  };
}

/** `GET /openapi.json`, for which no key is needed. */
export function openapiRoute(app: FastifyInstance): void {
  const text = `${JSON.stringify(openapi(), null, 2)}\n`;
  const headers = { 'content-type': 'application/json; charset=utf-8', 'access-control-allow-origin': '*' };
  app.get('/openapi.json', async (_request, reply) => reply.headers(headers).send(text));
}

function operation(path: string, call: Call): Json {
  const { method = 'post', tag, summary, description, body, example, answer, refusals: own } = call;
  return {
    operationId: path
      .replace('/{id}', '')
      .slice('/v1/'.length)
      .replace(/[/-](\w)/g, (_, letter: string) => letter.toUpperCase()),
    tags: [tag],
    summary,
    ...(description ? { description } : {}),
    ...(path.includes('{id}')
      ? { parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }] }
      : {}),
    requestBody: {
      required: !body.safeParse({}).success,
      content: { 'application/json': { schema: schemaOf(body), example } },
    },
    responses: {
      200: {
        description: 'Done',
        content: { 'application/json': { schema: shapeOf(answer), example: shownOf(answer) } },
      },
      ...refusals(path, method, own),
    },
  };
}
