import assert from 'node:assert/strict';
import { Agent, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { silent } from '../../test/support/database.ts';
import { until } from '../../test/support/until.ts';
import { createMetrics } from '../platform/metrics.ts';
import { createHttp } from './http.ts';

test('a request that is being answered when the server closes is answered, and its connection keeps nobody waiting', async () => {
  const app = createHttp({ log: silent, metrics: createMetrics() });
  let answer = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    app.get('/slow', async () => {
      resolve();
      await new Promise<void>((go) => {
        answer = go;
      });
      return { done: true };
    });
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const agent = new Agent({ keepAlive: true });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/slow`;
  const status = new Promise<number | undefined>((resolve, reject) => {
    get(url, { agent }, (response) => response.resume().on('end', () => resolve(response.statusCode))).on(
      'error',
      reject,
    );
  });
  await asked;
  const began = performance.now();
  const closed = app.close();
  await until('it takes no more', () => !app.server.listening);
  answer();
  assert.equal(await status, 200);
  await closed;
  assert.ok(performance.now() - began < 10_000, 'its connection was waited for');
  agent.destroy();
});
