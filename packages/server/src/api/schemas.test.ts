import assert from 'node:assert/strict';
import { test } from 'node:test';
import { playbookJsonSchema } from '@tributary/model';
import { silent } from '../../test/support/database.ts';
import { createMetrics } from '../platform/metrics.ts';
import { createHttp } from './http.ts';
import { schemaRoutes } from './schemas.ts';

test('editors get the JSON Schema of journeys as text, without a key', async () => {
  const app = createHttp({ log: silent, metrics: createMetrics() });
  schemaRoutes(app);
  const answer = await app.inject({ url: '/schemas/journey.json' });
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.headers['content-type'], 'application/schema+json; charset=utf-8');
  assert.deepEqual(answer.json(), JSON.parse(JSON.stringify(playbookJsonSchema())));
  assert.ok(Object.keys(answer.json<{ $defs: object }>().$defs).includes('filter'));
});
