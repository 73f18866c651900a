import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { NeedsReconnect, RetryLater } from '@tributary/connector-kit';
import { realHttp } from '@tributary/connector-kit/testing';
import { type Api, createApi, openLine, TooSlow } from './api.ts';

/** What stands where Kommo stands, answering as it is told. */
let answer: { status: number; headers?: Record<string, string>; body?: string } = { status: 200 };
let asked: { method: string | undefined; authorization: string | undefined; body: string }[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString();
  });
  request.on('end', () => {
    asked.push({ method: request.method, authorization: request.headers.authorization, body });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
});
const now = new Date('2026-11-23T21:00:00Z');
const json = { 'content-type': 'application/hal+json' };
const html = { 'content-type': 'text/html' };

describe('what an answer of Kommo means', () => {
  let api: Api;
  let url: string;

  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    asked = [];
    const tools = { http: realHttp, now: () => now, log: () => undefined };
    api = createApi(openLine({ url, token: 'secret-token' }, tools), 'read');
  });

  const later = async (call: Promise<unknown>) => {
    let thrown: unknown;
    await call.catch((error: unknown) => {
      thrown = error;
    });
    assert.ok(thrown instanceof RetryLater, String(thrown));
    const seconds = thrown.notBefore ? (thrown.notBefore.getTime() - now.getTime()) / 1000 : undefined;
    return { applied: thrown.applied, seconds, tooSlow: thrown instanceof TooSlow };
  };
  const post = () => api.send('POST', '/tasks', [{ text: 'x' }]);

  test('200 is its JSON, 204 and 404 are nothing, and the token goes along', async () => {
    answer = { status: 200, headers: json, body: '{"id":1}' };
    assert.deepEqual(await api.get('/account'), { id: 1 });
    assert.equal(asked[0]?.authorization, 'Bearer secret-token');
    answer = { status: 204 };
    assert.equal(await api.get('/leads'), undefined);
    answer = { status: 404, headers: json, body: '{}' };
    assert.equal(await api.get('/leads/1'), undefined);
  });

  test('400 is given back with what was wrong', async () => {
    answer = { status: 400, headers: json, body: '{"title":"Bad Request"}' };
    assert.deepEqual(await post(), { ok: false, status: 400, body: { title: 'Bad Request' } });
  });

  test('401, and an account that moved, need a person', async () => {
    answer = { status: 401, headers: json, body: '{}' };
    await assert.rejects(api.get('/account'), NeedsReconnect);
    answer = { status: 301, headers: { location: 'https://evil.example/' } };
    await assert.rejects(api.get('/account'), NeedsReconnect);
    assert.equal(asked.length, 2, 'nobody followed');
  });

  test('429 is a pause of some seconds, in which nothing leaves at all', async () => {
    answer = { status: 429, headers: html, body: '<html>' };
    assert.deepEqual(await later(post()), { applied: 'no', seconds: 2, tooSlow: false });
    answer = { status: 200, headers: json, body: '{}' };
    const second = await later(api.get('/account'));
    assert.equal(second.applied, 'no');
    assert.ok(second.seconds !== undefined && second.seconds > 1.5 && second.seconds <= 2);
    assert.equal(asked.length, 1);
  });

  test('429 with Retry-After waits that long', async () => {
    answer = { status: 429, headers: { ...html, 'retry-after': '7' }, body: '' };
    assert.equal((await later(post())).seconds, 7);
  });

  test('403 as a page is a blocked address, and shuts the line for minutes; as JSON it is about this request', async () => {
    answer = { status: 403, headers: json, body: '{"detail":"no rights"}' };
    assert.deepEqual(await later(post()), { applied: 'no', seconds: 300, tooSlow: false });
    answer = { status: 403, headers: html, body: '<html>' };
    assert.equal((await later(post())).seconds, 300);
    await later(post());
    assert.equal(asked.length, 2);
  });

  test('402 waits for somebody to pay', async () => {
    answer = { status: 402, headers: json, body: '{}' };
    assert.deepEqual(await later(post()), { applied: 'no', seconds: 3_600, tooSlow: false });
  });

  test('after a 5xx nobody knows whether a write was done; a read did nothing', async () => {
    answer = { status: 502, headers: html, body: '' };
    assert.equal((await later(post())).applied, 'unknown');
    assert.equal((await later(api.get('/account'))).applied, 'no');
    answer = { status: 504, headers: html, body: '' };
    assert.deepEqual(await later(post()), { applied: 'unknown', seconds: undefined, tooSlow: true });
  });

  test('a page instead of JSON, with a 200, is not Kommo', async () => {
    answer = { status: 200, headers: html, body: '<html>maintenance</html>' };
    assert.equal((await later(post())).applied, 'unknown');
    assert.equal((await later(api.get('/account'))).applied, 'no');
  });

  test('no answer at all to a read is nothing done', async () => {
    const closed = createApi(
      openLine({ url: 'http://127.0.0.1:9', token: 'x' }, { http: realHttp, now: () => now, log: () => undefined }),
      'read',
    );
    assert.equal((await later(closed.get('/account'))).applied, 'no');
  });
});
