import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { silent } from '../../test/support/database.ts';
import { misfit, placeOf } from '../../test/support/told.ts';
import { createMetrics } from '../platform/metrics.ts';
import { createHttp } from './http.ts';
import { openapiRoute } from './openapi.ts';

interface Content {
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

interface Answer {
  $ref?: string;
  description?: string;
  content?: Record<string, Content>;
}

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, Answer>;
}

interface Api {
  info: { version: string; description: string };
  security: object[];
  tags: { name: string; description: string }[];
  'x-tagGroups': { name: string; tags: string[] }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    securitySchemes: Record<string, { description: string }>;
    responses: Record<string, Answer>;
  };
}

/** Calls that say all by their address. */
const asksNothing = /\/(start|stop|check|cancel|pause|resume|drain|restore|end|move-on|retry|on|off)$/;

describe('what the description of the API tells of each call', async () => {
  const app = createHttp({ log: silent, metrics: createMetrics() });
  openapiRoute(app);
  const api = (await app.inject({ url: '/openapi.json' })).json<Api>();
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

  test('is in groups that are told of, each group of calls in one of them', () => {
    const tags = api.tags.map(({ name }) => name);
    assert.deepEqual(
      api['x-tagGroups'].flatMap((group) => group.tags),
      tags,
    );
    for (const { name, description } of api.tags) assert.ok(description, name);
    const used = new Set(operations.flatMap(({ operation }) => operation.tags));
    assert.deepEqual([...used].sort(), [...tags].sort());
  });

  test('has a key, a version and something to begin with', () => {
    assert.deepEqual(api.security, [{ key: [] }]);
    assert.ok(api.components.securitySchemes.key!.description);
    assert.match(api.info.version, /^\d+\.\d+\.\d+$/);
    assert.ok(api.info.description.length > 200);
  });

  test('has names that are each one’s own', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    assert.deepEqual(
      ids.filter((id, i) => ids.indexOf(id) !== i),
      [],
    );
  });

  const contentOf = (answer: Answer): Record<string, Content> => {
    const { content } = answer.$ref ? api.components.responses[answer.$ref.split('/').at(-1)!]! : answer;
    return content ?? {};
  };

  for (const { path, method, operation } of operations) {
    test(`${method} ${path}: words, examples that are what they should be, and how it is refused`, () => {
      assert.equal(operation.tags.length, 1);
      assert.ok(operation.summary.length > 5 && operation.summary.length < 60, operation.summary);
      if (/post|put|patch/.test(method) && !asksNothing.test(path)) assert.ok(operation.requestBody);
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const inPath = operation.parameters?.filter((parameter) => parameter.in === 'path') ?? [];
      assert.deepEqual(
        inPath.map(({ name }) => name),
        names,
      );
      const parts = [
        { place: ['paths', path, method, 'requestBody'], content: operation.requestBody?.content ?? {} },
        ...Object.entries(operation.responses).map(([status, answer]) => ({
          place: placeOf(path, method, status),
          content: contentOf(answer),
        })),
      ];
      const contents = parts.flatMap(({ place, content }) =>
        Object.entries(content).map(([type, one]) => ({
          type,
          content: one,
          schema: [...place, 'content', type, 'schema'],
        })),
      );
      for (const { type, content, schema } of contents) {
        const examples = content.examples
          ? Object.values(content.examples).map(({ value }) => value)
          : [content.example];
        for (const example of examples) {
          assert.notEqual(example, undefined, `an example of ${type}`);
          assert.equal(misfit(schema, example), undefined, JSON.stringify(example));
        }
      }
      for (const status of ['401', '429', '503']) assert.ok(operation.responses[status]?.$ref, status);
      for (const [status, answer] of Object.entries(operation.responses)) {
        if (status >= '400') assert.ok(contentOf(answer)['application/json'], status);
      }
      assert.equal(Object.keys(operation.responses).filter((status) => status < '300').length, 1);
    });
  }
});
