import assert from 'node:assert/strict';
import { misfit, placeOf, told } from './told.ts';

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

const JSON_TYPE = 'application/json';

/** Fails where `/openapi.json` does not tell of an answer that was really given, or of the body that was taken. */
export function described(asked: Asked, { status, type, text }: Answered): void {
  const method = asked.method.toLowerCase();
  const path = pathOf(asked.path);
  const operation = path && told.paths[path]?.[method];
  if (!operation) return;
  const name = `${asked.method} ${asked.path}: ${status}`;
  assert.ok(operation.responses[status], `${name} is not told of: ${text.slice(0, 500)}`);
  const place = placeOf(path, method, status);
  const fits = (at: readonly string[], value: unknown, what: string): void => {
    const wrong = misfit([...at, 'content', JSON_TYPE, 'schema'], value);
    if (wrong) assert.fail(`${name}: ${what} is told of otherwise: ${wrong}\n${JSON.stringify(value).slice(0, 2000)}`);
  };
  if ((type ?? '').startsWith(JSON_TYPE)) fits(place, JSON.parse(text), 'the answer');
  const taken = status < 300 && operation.requestBody?.content[JSON_TYPE] ? bodyOf(asked.body) : undefined;
  if (taken !== undefined) fits(['paths', path, method, 'requestBody'], taken, 'the body that was taken');
}

/** The path as it is told; those without a name to be put in come first. */
function pathOf(url: string): string | undefined {
  const [asked = ''] = url.split('?');
  return Object.keys(told.paths)
    .filter((path) => new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(asked))
    .sort((a, b) => a.split('{').length - b.split('{').length)[0];
}

function bodyOf(body: unknown): unknown {
  // None at all is as good as an empty one.
  return (typeof body === 'string' && body !== '' ? JSON.parse(body) : body) || undefined;
}
