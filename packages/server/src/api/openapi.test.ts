import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { silent } from '../../test/support/database.ts';
import { misfit } from '../../test/support/told.ts';
import { createPeople } from '../people/index.ts';
import { systemClock } from '../platform/clock.ts';
import { openPool } from '../platform/database/pool.ts';
import { createMetrics } from '../platform/metrics.ts';
import { createHttp } from './http.ts';
import { calls, openapiRoute } from './openapi.ts';
import { serveWire } from './ortto/test/serve-wire.ts';

describe('the description of the API', () => {
  // Nothing here asks it anything, so it never connects.
  const db = openPool({}, silent);
  after(() => db.end());

  /** The part of the server that speaks Ortto's wire, and the routes it has. */
  function serve(): { app: FastifyInstance; routes: string[] } {
    const app = createHttp({ log: silent, metrics: createMetrics() });
    const routes: string[] = [];
    app.addHook('onRoute', ({ method, url }) => {
      if (url.startsWith('/v1/') && method !== 'OPTIONS') routes.push(`${method} ${url.replace(':id', '{id}')}`);
    });
    const people = createPeople({ db, clock: systemClock });
    serveWire(app, { db, people, clock: systemClock });
    openapiRoute(app);
    return { app, routes };
  }

  async function described() {
    const { app, routes } = serve();
    const answer = await app.inject({ url: '/openapi.json' });
    assert.equal(answer.statusCode, 200);
    return { routes, text: answer.body, api: answer.json<{ openapi: string; paths: Record<string, object> }>() };
  }

  test('names exactly the routes there are under /v1', async () => {
    const { api, routes } = await described();
    const told = Object.entries(api.paths)
      .filter(([path]) => path.startsWith('/v1/'))
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
    assert.equal(api.openapi, '3.1.0');
    assert.deepEqual(told.sort(), routes.sort());
  });

  test('refers to nothing that is not in it', async () => {
    const { api, text } = await described();
    for (const [, ref] of text.matchAll(/"\$ref": "#\/([^"]+)"/g)) {
      const found = ref!.split('/').reduce<unknown>((part, key) => (part as Record<string, unknown>)?.[key], api);
      assert.ok(found, `#/${ref}`);
    }
  });

  for (const [path, { body, example, method = 'post' }] of Object.entries(calls)) {
    test(`${path}: what its schema says of the example, and of nonsense, is what the server says`, () => {
      const schema = ['paths', path, method, 'requestBody', 'content', 'application/json', 'schema'];
      const fits = (value: unknown): boolean => misfit(schema, value) === undefined;
      for (const right of [example, { ...example, unheard: 'of' }]) {
        assert.equal(body.safeParse(right).success, true);
        assert.equal(fits(right), true);
      }
      assert.equal(fits({}), body.safeParse({}).success);
      const [first] = Object.keys(example);
      for (const wrong of [...(first ? [{ ...example, [first]: {} }] : []), [], 'text']) {
        assert.equal(body.safeParse(wrong).success, false);
        assert.equal(fits(wrong), false);
      }
    });
  }
});
