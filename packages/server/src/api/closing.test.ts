import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import Fastify from 'fastify';
import { until } from '../../test/support/until.ts';
import { closeInTime } from './closing.ts';

/** A server that answers `/slow` when it is told to. */
async function slowServer(withinMs?: number) {
  const app = Fastify();
  closeInTime(app, withinMs);
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
  app.post('/body', async () => ({ done: true }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { app, port, asked, answer: () => answer() };
}

/** A connection on which something was sent that is no whole request. */
async function begun(port: number, text: string) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  if (text) await new Promise((sent) => socket.write(text, sent));
  return socket;
}

test('a request that is being answered is answered, and its connection keeps nobody waiting', async () => {
  const { app, port, asked, answer } = await slowServer();
  const agent = new Agent({ keepAlive: true });
  const status = new Promise<number | undefined>((resolve, reject) => {
    get(`http://127.0.0.1:${port}/slow`, { agent }, (response) =>
      response.resume().on('end', () => resolve(response.statusCode)),
    ).on('error', reject);
  });
  await asked;
  const closed = app.close();
  await until('it takes no more', () => !app.server.listening);
  answer();
  assert.equal(await status, 200);
  await closed;
  agent.destroy();
});

test('a connection that asks for nothing, and half the head of a request, are not waited for', async () => {
  const { app, port } = await slowServer(600_000);
  const sockets = [await begun(port, ''), await begun(port, 'GET /slow HTTP/1.1\r\nHost: ')];
  await app.close();
  for (const socket of sockets) if (!socket.closed) await once(socket, 'close');
});

test('half a body, and an answer that does not come, are waited for as long as was said', async () => {
  const { app, port, asked } = await slowServer(300);
  const head = (what: string): string => `${what} HTTP/1.1\r\nHost: here\r\n`;
  const sockets = [
    await begun(port, `${head('POST /body')}Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{`),
    await begun(port, `${head('GET /slow')}\r\n`),
  ];
  await asked;
  const began = performance.now();
  await app.close();
  assert.ok(performance.now() - began > 250);
  for (const socket of sockets) if (!socket.closed) await once(socket, 'close');
});
