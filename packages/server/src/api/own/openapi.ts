import { refusals } from '../openapi-answers.ts';
import { shapeOf, shownOf } from '../openapi-example.ts';
import { type Json, queryOf, schemaOf } from '../openapi-schema.ts';
import { ownAudienceCalls } from './audience-calls.ts';
import { explainCalls } from './explain-calls.ts';
import { exportCalls } from './export-calls.ts';
import { identityCalls } from './identity-calls.ts';
import { importCalls } from './import-calls.ts';
import { journeyCalls } from './journey-calls.ts';
import { journeyEntryCalls } from './journey-entry-calls.ts';
import { journeyRunCalls } from './journey-run-calls.ts';
import type { OwnCall, OwnCalls } from './openapi-call.ts';
import { receivedCalls } from './received-calls.ts';
import { sendingCalls } from './sending-calls.ts';
import { simulationCalls } from './simulation-calls.ts';

const calls: OwnCalls = {
  ...ownAudienceCalls,
  ...identityCalls,
  ...journeyCalls,
  ...journeyRunCalls,
  ...journeyEntryCalls,
  ...simulationCalls,
  ...explainCalls,
  ...sendingCalls,
  ...receivedCalls,
  ...importCalls,
  ...exportCalls,
};

/** What answers under `/api`, as OpenAPI describes paths. */
export function ownPaths(): Json {
  return Object.fromEntries(
    Object.entries(calls).map(([path, methods]) => [
      path,
      Object.fromEntries(Object.entries(methods).map(([method, call]) => [method, operation(path, method, call)])),
    ]),
  );
}

/** What stands in braces in a path. */
function partsOf(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    description: name === 'id' ? meaningOf(path) : 'As answers give it',
    schema: { type: 'string' },
  }));
}

function meaningOf(path: string): string {
  if (path.startsWith('/api/imports')) return 'The number of the import';
  return path.startsWith('/api/journeys')
    ? 'The journey’s id, 24 hex digits, or its name'
    : 'As answers give it: 24 hex digits';
}

function operation(path: string, method: string, call: OwnCall): Json {
  const parameters = [...partsOf(path), ...(call.query ? queryOf(call.query) : [])];
  const content = call.file
    ? { [call.fileType ?? 'text/csv']: { schema: { type: 'string' }, example: call.file } }
    : call.body && { 'application/json': { schema: schemaOf(call.body.schema), example: call.body.example } };
  return {
    operationId: call.operationId,
    tags: [call.tag],
    summary: call.summary,
    ...(call.description ? { description: call.description } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(content ? { requestBody: { required: !call.body?.schema.safeParse({}).success, content } } : {}),
    responses: {
      [call.status ?? 200]: { description: 'Done', ...(call.answer ? { content: contentOf(call.answer) } : {}) },
      ...refusals(path, method, call.refusals),
    },
  };
}

function contentOf(answer: NonNullable<OwnCall['answer']>): Json {
  return typeof answer.text === 'string'
    ? { [String(answer.type)]: { schema: { type: 'string' }, example: answer.text } }
    : { 'application/json': { schema: shapeOf(answer), example: shownOf(answer) } };
}
