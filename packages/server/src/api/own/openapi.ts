import { refusals, refusedBy } from '../openapi-answers.ts';
import { type Json, queryOf, schemaOf, shapeOf } from '../openapi-schema.ts';
import { ownAudienceCalls } from './audience-calls.ts';
import { exportCalls } from './export-calls.ts';
import { identityCalls } from './identity-calls.ts';
import { importCalls } from './import-calls.ts';
import type { OwnCall, OwnCalls } from './openapi-call.ts';
import { sendingCalls } from './sending-calls.ts';

const calls: OwnCalls = { ...ownAudienceCalls, ...identityCalls, ...importCalls, ...exportCalls, ...sendingCalls };

/** What answers under `/api`, as OpenAPI describes paths. */
export function ownPaths(): Json {
  return Object.fromEntries(
    Object.entries(calls).map(([path, methods]) => [
      path,
      Object.fromEntries(Object.entries(methods).map(([method, call]) => [method, operation(path, call)])),
    ]),
  );
}

const idOf = (path: string): Json => ({
  name: 'id',
  in: 'path',
  required: true,
  description: path.startsWith('/api/imports') ? 'The number of the import' : 'As answers give it: 24 hex digits',
  schema: { type: 'string' },
});

function operation(path: string, call: OwnCall): Json {
  const parameters = [...(path.includes('{id}') ? [idOf(path)] : []), ...(call.query ? queryOf(call.query) : [])];
  const content = call.file
    ? { 'text/csv': { schema: { type: 'string' }, example: call.file } }
    : call.body && { 'application/json': { schema: schemaOf(call.body.schema), example: call.body.example } };
  return {
    operationId: call.operationId,
    tags: [call.tag],
    summary: call.summary,
    ...(call.description ? { description: call.description } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(content ? { requestBody: { required: call.file !== undefined, content } } : {}),
    responses: {
      [call.status ?? 200]: { description: 'Done', ...(call.answer ? { content: contentOf(call.answer) } : {}) },
      ...refusals(call.refusals ?? {}),
      ...refusedBy([401, 429, 503]),
    },
  };
}

function contentOf(answer: NonNullable<OwnCall['answer']>): Json {
  return typeof answer.text === 'string'
    ? { [String(answer.type)]: { schema: { type: 'string' }, example: answer.text } }
    : { 'application/json': { schema: shapeOf(answer), example: answer } };
}
