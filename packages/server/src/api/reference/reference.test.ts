import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { silent } from '../../../test/support/database.ts';
import { createMetrics } from '../../platform/metrics.ts';
import { createHttp } from '../http.ts';
import { openapiRoute } from '../openapi.ts';
import { referenceRoutes } from './index.ts';

describe('the reference of the API, at /docs', () => {
  const app = createHttp({ log: silent, metrics: createMetrics() });
  openapiRoute(app);
  referenceRoutes(app);
  after(() => app.close());

  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });

  test('is read without a key, and names only what this server has', async () => {
    const page = await get('/docs');
    assert.equal(page.statusCode, 200);
    assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
    const named = [...page.body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address!);
    assert.ok(named.length >= 3);
    for (const address of named.filter((one) => one !== 'data:,' && one !== '/')) {
      assert.match(address, /^\/[a-z]/);
      assert.equal((await get(address)).statusCode, 200, address);
    }
    assert.equal((await get('/docs/nothing')).statusCode, 404);
    assert.ok(named.includes('/'), 'a way back to the first page');
  });

  test('refers to nothing outside, and may not', async () => {
    for (const url of ['/docs', '/docs/start.js']) {
      const { body } = await get(url);
      assert.doesNotMatch(body, /(https?:)?\/\/[a-z0-9]/i, url);
      assert.doesNotMatch(body, /@import|url\(/, url);
    }
    for (const url of ['/docs', '/docs/start.js', '/docs/reference.js']) {
      const policy = String((await get(url)).headers['content-security-policy']);
      assert.match(policy, /^default-src 'none'; /);
      // Whatever the library's five megabytes name, the browser may ask nobody but us.
      assert.doesNotMatch(policy, /https?:|\*|unsafe-eval/);
      for (const part of ['script-src', 'connect-src', 'img-src', 'font-src']) {
        assert.match(policy, new RegExp(`(^|; )${part} 'self'( data:)?( blob:)?(;|$)`), part);
      }
    }
  });

  test('asks the library to ask nobody: no telemetry, fonts, agents or proxies', async () => {
    const start = (await get('/docs/start.js')).body;
    const told = JSON.parse(/^Scalar\.createApiReference\('#reference', (.*)\);\n$/.exec(start)![1]!);
    const { url, telemetry, withDefaultFonts, agent, mcp, proxyUrl, showDeveloperTools, hideClientButton } = told;
    assert.equal(url, '/openapi.json');
    assert.deepEqual([telemetry, withDefaultFonts, agent, mcp], [false, false, { disabled: true }, { disabled: true }]);
    assert.deepEqual([proxyUrl, showDeveloperTools, hideClientButton], [undefined, 'never', true]);
  });

  test('is drawn by the package’s own script, sent once', async () => {
    const plain = await get('/docs/reference.js');
    assert.equal(plain.headers['content-type'], 'text/javascript; charset=utf-8');
    assert.match(plain.body, /createApiReference/);
    // An empty field for the key shows how keys are written, and nothing that could be one.
    assert.match(plain.body, /placeholder:`PRV-…`/);
    assert.doesNotMatch(plain.body, /QUxMIFlPVVI/);
    const gzipped = await get('/docs/reference.js', { 'accept-encoding': 'br, gzip' });
    assert.equal(gzipped.headers['content-encoding'], 'gzip');
    assert.ok(gunzipSync(gzipped.rawPayload).equals(plain.rawPayload));
    const again = await get('/docs/reference.js', { 'if-none-match': String(plain.headers.etag) });
    assert.deepEqual([again.statusCode, again.rawPayload.length], [304, 0]);
  });
});
