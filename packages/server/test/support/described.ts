import assert from 'node:assert/strict';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { openapi } from '../../src/api/openapi.ts';

interface Asked {
  method: string;
  path: string;
  body?: unknown;
}

interface Answered {
  status: number;
  type: string | null | undefined;
  text: string;
}

interface Operation {
  requestBody?: { content: Record<string, object> };
  responses: Record<string, { $ref?: string; content?: Record<string, object> }>;
}

/** Clients may be answered more than is told; here, answers are held to it. */
const told = JSON.parse(JSON.stringify(openapi()), (key, value: unknown) =>
  key === 'responses' || key === 'schemas' ? closed(value) : value,
) as { paths: Record<string, Record<string, Operation>> };
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(told, 'openapi');
const validators = new Map<string, ValidateFunction>();

/** Fails where `/openapi.json` does not tell of an answer that was really given, or of the body that was taken. */
export function described(asked: Asked, { status, type, text }: Answered): void {
  const found = operationOf(asked);
  if (!found) return;
  const { operation, at } = found;
  const name = `${asked.method} ${asked.path}: ${status}`;
  const answer = operation.responses[status];
  assert.ok(answer, `${name} is not in the description: ${text.slice(0, 500)}`);
  const place = answer.$ref ?? `${at}/responses/${status}`;
  const content = (answer.$ref ? (partAt(told, answer.$ref) as typeof answer) : answer).content;
  if (text === '' && !content) return;
  const [media = ''] = (type ?? '').split(';');
  assert.ok(content?.[media], `${name} is ${media}, which is not in the description`);
  if (media === 'application/json') fits(`${place}/content/application~1json/schema`, JSON.parse(text), name);
  const json = status < 300 && operation.requestBody?.content['application/json'] ? bodyOf(asked.body) : undefined;
  if (json !== undefined)
    fits(`${at}/requestBody/content/application~1json/schema`, json, `${name}: the body that was taken`);
}

/** Fails where something does not fit the schema at a place of the description. */
export function fits(pointer: string, value: unknown, name: string): void {
  const wrong = misfit(pointer, value);
  if (wrong) assert.fail(`${name}, is told of otherwise: ${wrong}\n${JSON.stringify(value, null, 1).slice(0, 2000)}`);
}

/** Why something does not fit the schema at a place of the description; undefined where it does. */
export function misfit(pointer: string, value: unknown): string | undefined {
  let validate = validators.get(pointer);
  if (!validate) {
    validate = ajv.compile({ $ref: `openapi${pointer}` });
    validators.set(pointer, validate);
  }
  return validate(value) ? undefined : ajv.errorsText(validate.errors);
}

/** The operation of a request; paths without a name to be put in come first. */
function operationOf({ method, path }: Asked): { operation: Operation; at: string } | undefined {
  const [asked = ''] = path.split('?');
  const [key] = Object.keys(told.paths)
    .filter((one) => new RegExp(`^${one.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(asked))
    .sort((a, b) => a.split('{').length - b.split('{').length);
  const operation = key && told.paths[key]?.[method.toLowerCase()];
  return operation
    ? {
        operation,
        at: `#/paths/${key.replaceAll('/', '~1').replace(/[{}]/g, encodeURIComponent)}/${method.toLowerCase()}`,
      }
    : undefined;
}

function partAt(whole: unknown, ref: string): unknown {
  return ref
    .split('/')
    .slice(1)
    .reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], whole);
}

function bodyOf(body: unknown): unknown {
  if (typeof body !== 'string') return Buffer.isBuffer(body) || body instanceof ReadableStream ? undefined : body;
  return body === '' ? undefined : JSON.parse(body);
}

/** Objects have no names but those they are told with. */
function closed(schemas: unknown): unknown {
  return JSON.parse(JSON.stringify(schemas), (_key, value: unknown) => {
    const isShape = typeof value === 'object' && value !== null && 'properties' in value && 'type' in value;
    return isShape && !('additionalProperties' in value) ? { ...value, additionalProperties: false } : value;
  });
}
