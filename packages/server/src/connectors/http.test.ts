import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { RetryLater } from '@tributary/connector-kit';
import { httpUntil } from './http.ts';

const MEGABYTE = 1024 * 1024;
const http = httpUntil(new AbortController().signal);
let server: Server;
let url: string;
let answer: (response: ServerResponse) => void;
before(async () => {
  server = createServer((_request, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const get = () => http({ method: 'GET', url });

test('an answer is its text, without the mark that some begin a text with, also where there is none', async () => {
  answer = (response) => response.end('\ufeffKäufer');
  assert.equal((await get()).body, 'Käufer');
  answer = (response) => response.writeHead(204).end();
  assert.deepEqual(await get().then(({ status, body }) => [status, body]), [204, '']);
});

test('an answer without an end is broken off once it is too long, and not when its time is up', async () => {
  let sent = 0;
  let closed = false;
  answer = (response) => {
    response.on('close', () => {
      closed = true;
    });
    const more = (): void => {
      if (closed) return;
      sent += 1;
      if (response.write(Buffer.alloc(MEGABYTE, 'x'))) setImmediate(more);
      else response.once('drain', more);
    };
    more();
  };
  const began = performance.now();
  await assert.rejects(get(), (error) => error instanceof RetryLater && /more than/.test(error.message));
  assert.ok(performance.now() - began < 10_000);
  assert.ok(sent < 64, `${sent} MB were sent`);
});

test('it is counted unpacked: what is small on its way and fills the memory is broken off too', async () => {
  const packed = gzipSync(Buffer.alloc(64 * MEGABYTE));
  answer = (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
  await assert.rejects(get(), /more than/);
});
