import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { NeedsReconnect, RetryLater } from '@tributary/connector-kit';
import { realHttp } from '@tributary/connector-kit/testing';
import { type Api, createApi, wordsOf } from './api.ts';

/** What stands where Ortto stands, answering as it is told. */
let answer: { status: number; headers?: Record<string, string>; body?: string } = { status: 200 };
let asked: { method: string | undefined; path: string | undefined; key: unknown; body: string; at: number }[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString();
  });
  request.on('end', () => {
    const { method, url: path } = request;
    asked.push({ method, path, key: request.headers['x-api-key'], body, at: performance.now() });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
});
const now = new Date('2026-11-23T21:00:00Z');
const json = { 'content-type': 'application/json' };

describe('what an answer of Ortto means', () => {
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
    api = createApi({ url, key: 'PRV-acme-abc' }, { http: realHttp, now: () => now, log: () => undefined });
  });

  const later = async () => {
    let thrown: unknown;
    await api.post('/person/merge', {}).catch((error: unknown) => {
      thrown = error;
    });
    assert.ok(thrown instanceof RetryLater, String(thrown));
    const seconds = thrown.notBefore ? (thrown.notBefore.getTime() - now.getTime()) / 1000 : undefined;
    return { applied: thrown.applied, seconds };
  };

  test('200 is its JSON; the key and the body go along', async () => {
    answer = { status: 200, headers: json, body: '{"people":[]}\n' };
    assert.deepEqual(await api.post('/person/merge', { people: [] }), { ok: true, status: 200, body: { people: [] } });
    const { at: _, ...sent } = asked[0]!;
    assert.deepEqual(sent, { method: 'POST', path: '/v1/person/merge', key: 'PRV-acme-abc', body: '{"people":[]}' });
  });

  test('the words of an error are such as can be kept', async () => {
    answer = { status: 400, headers: json, body: '{"error":"field \\u0000str::first: \\ud800 is not valid"}' };
    const { body } = await api.post('/person/merge', {});
    assert.equal(wordsOf(body), 'field str::first: \ufffd is not valid');
  });

  test('a 429 waits as long as its body says; without words of it ten seconds', async () => {
    const body = '{"error":{"code":"rate-limit","message":"rate limit","try-in-seconds":27}}';
    answer = { status: 429, headers: json, body };
    assert.deepEqual(await later(), { applied: 'no', seconds: 27 });
    answer = { status: 429, body: '<html>' };
    assert.deepEqual(await later(), { applied: 'no', seconds: 10 });
    answer = { status: 429, headers: json, body: body.replace('27', '999999') };
    assert.deepEqual(await later(), { applied: 'no', seconds: 600 });
  });

  test('401 and 403, an address that leads elsewhere, and one that is nothing of Ortto’s, need a person', async () => {
    for (const status of [401, 403, 404, 405]) {
      answer = { status, headers: json, body: '{"error":"no"}' };
      await assert.rejects(api.post('/person/get', {}), NeedsReconnect);
    }
    answer = { status: 301, headers: { location: 'https://evil.example/' } };
    await assert.rejects(api.post('/person/get', {}), NeedsReconnect);
    assert.equal(asked.length, 5, 'nobody followed');
  });

  test('after a 5xx, a 408 or a page instead of JSON nobody knows whether it was done; 402 waits for somebody to pay', async () => {
    for (const status of [500, 502, 503, 504, 507, 408]) {
      answer = { status, headers: json, body: '{}' };
      assert.deepEqual(await later(), { applied: 'unknown', seconds: undefined });
    }
    answer = { status: 200, body: '<html>maintenance</html>' };
    assert.equal((await later()).applied, 'unknown');
    answer = { status: 402, headers: json, body: '{}' };
    assert.deepEqual(await later(), { applied: 'no', seconds: 3_600 });
  });

  test('a refusal is given back, and the next request leaves a second later: fifteen within fifteen get us banned', async () => {
    answer = { status: 400, headers: json, body: '{"request_id":"x","code":400,"error":"No valid contacts"}' };
    const refused = await api.post('/person/merge', {});
    assert.deepEqual([refused.ok, refused.status, wordsOf(refused.body)], [false, 400, 'No valid contacts']);
    answer = { status: 200, headers: json, body: '{}' };
    await api.post('/person/merge', {});
    await api.post('/person/merge', {});
    const [first, second, third] = asked.map(({ at }) => at);
    assert.ok(second! - first! >= 1_000, `${second! - first!} ms`);
    assert.ok(third! - second! < 900, 'a good answer holds nobody up');
  });
});
