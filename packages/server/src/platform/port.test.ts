import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { findPortFree } from './port.ts';

test('a port that somebody has is told of by name, with what to do, and a free one is free afterwards', async () => {
  const server = createServer((_request, response) => response.end('something else'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await assert.rejects(findPortFree('127.0.0.1', port), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'port_not_free');
    assert.match(error.message, new RegExp(`another program listens on 127\\.0\\.0\\.1:${port} already: stop it`));
    return true;
  });
  const waiting = findPortFree('127.0.0.1', port);
  await new Promise((resolve) => server.close(resolve));
  await waiting;
  await findPortFree('127.0.0.1', port);
});
