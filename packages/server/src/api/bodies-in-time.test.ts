import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { silent } from '../../test/support/database.ts';
import { createMetrics } from '../platform/metrics.ts';
import { createHttp } from './http.ts';

const WITHIN_MS = 150;

describe('a body that is announced', () => {
  let app: FastifyInstance;
  let port: number;
  before(async () => {
    app = createHttp({ log: silent, metrics: createMetrics(), bodyMs: WITHIN_MS });
    app.post('/read', async ({ body }) => body);
    app.post('/slow', async () => pause(WITHIN_MS * 2, { did: 'it' }));
    app.post('/refused', { onRequest: async (_request, reply) => reply.code(401).send('no') }, async () => 'never');
    await app.register(async (files) => {
      files.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload));
      files.post('/file', { config: { streams: true } }, async ({ body }) => {
        let bytes = 0;
        for await (const piece of body as AsyncIterable<Buffer>) bytes += piece.length;
        return { bytes };
      });
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    port = (app.server.address() as { port: number }).port;
  });
  after(() => app.close());

  /** Sends the pieces with a pause before each, and waits for the other side to end; what it said. */
  const exchange = async (path: string, type: string, length: number, pieces: string[], pauseMs: number) => {
    const socket = connect(port, '127.0.0.1');
    let said = '';
    socket.on('data', (data) => {
      said += data.toString();
    });
    socket.on('error', () => undefined);
    const ended = once(socket, 'close');
    socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`);
    for (const piece of pieces) {
      await pause(pauseMs);
      socket.write(piece);
    }
    return { ended, socket, said: () => said };
  };

  test('and does not come, or not all of it, is not waited for', async () => {
    for (const pieces of [[], ['{"a"']]) {
      const { ended, said } = await exchange('/read', 'application/json', 10, pieces, 10);
      await ended;
      assert.match(said(), /^HTTP\/1\.1 408 /);
      assert.match(said(), /"code":408,"error":"The body did not come within 0\.15 s"/);
    }
  });

  test('for a request that is answered already ends with its connection', async () => {
    const { ended, said } = await exchange('/refused', 'application/json', 10, [], 0);
    await ended;
    assert.match(said(), /^HTTP\/1\.1 401 /);
  });

  test('and has come, leaves the answer all its time', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/slow`, {
      method: 'POST',
      body: new Blob(['{}'], { type: 'application/json' }),
    });
    assert.deepEqual(await answer.json(), { did: 'it' });
  });

  test('as a file may take longer, while more of it comes, and no longer', async () => {
    const pieces = ['1', '2', '3', '4', '5'];
    const whole = await exchange('/file', 'text/csv', 5, pieces, WITHIN_MS / 2);
    while (!whole.said().includes('{"bytes":5}')) await pause(5);
    whole.socket.destroy();
    const half = await exchange('/file', 'text/csv', 5, ['1'], 10);
    await half.ended;
    assert.equal(half.said(), '');
  });
});
