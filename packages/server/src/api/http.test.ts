import assert from 'node:assert/strict';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { pino } from 'pino';
import { silent } from '../../test/support/database.ts';
import { createMetrics } from '../platform/metrics.ts';
import { createHttp } from './http.ts';

test('an address that can not be read is refused in the envelope, and a name as long as names are is taken', async () => {
  const app = createHttp({ log: silent, metrics: createMetrics() });
  app.get<{ Params: { name: string } }>('/api/journeys/:name', async ({ params }) => ({ letters: params.name.length }));
  const odd = await app.inject('/api/journeys/%ZZ');
  const { code, error } = odd.json();
  assert.deepEqual([odd.statusCode, code, error], [400, 400, "'/api/journeys/%ZZ' is not a valid url component"]);
  const long = await app.inject(`/api/journeys/${encodeURIComponent('ü'.repeat(255))}`);
  assert.deepEqual(long.json(), { letters: 255 });
  await app.close();
});

test('who looks at pages is told of an error on one, with ways on; every other call in the envelope', async () => {
  const app = createHttp({ log: silent, metrics: createMetrics() });
  app.get('/people/:id', async () => Promise.reject(new Error('a bug')));
  for (const [url, status, title, words] of [
    ['/journeys/%ZZ', 400, 'This can not be shown', '&#39;/journeys/%ZZ&#39; is not a valid url component.'],
    ['/mailbox?before=1', 404, 'Nothing is here', 'GET /mailbox?before=1: not found.'],
    ['/people/1', 500, 'Something went wrong', 'Something went wrong on our side: the log has the details.'],
  ] as const) {
    const answer = await app.inject(url);
    assert.deepEqual([answer.statusCode, answer.headers['content-type']], [status, 'text/html; charset=utf-8'], url);
    assert.ok(answer.body.includes(`<h1>${title}</h1>`) && answer.body.includes(`<p>${words}</p>`), answer.body);
    assert.ok(answer.body.includes('<a href="/">Tributary</a>') && answer.body.includes('action="/people"'));
  }
  for (const [method, url] of [
    ['POST', '/people'],
    ['GET', '/v1/nothing'],
    ['GET', '/peoples'],
  ] as const)
    assert.equal((await app.inject({ method, url })).json().code, 404, url);
  await app.close();
});

test('what can not be read as HTTP is refused in the envelope', async () => {
  const app = createHttp({ log: silent, metrics: createMetrics() });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  for (const [request, code, error] of [
    ['FROB / HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'This is not HTTP: Invalid method encountered'],
    ['POST / HTTP/1.1\r\nHost: a\r\nno header\r\n\r\n', 400, 'This is not HTTP: Invalid header token'],
    [
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n',
      400,
      'This is not HTTP: Invalid character in Content-Length',
    ],
    [
      `GET /${'a'.repeat(17_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      431,
      'The address and the headers together are longer than 16 kB',
    ],
  ] as const) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(request);
    const [head, body] = (await text(socket)).split('\r\n\r\n');
    assert.match(head!, new RegExp(`^HTTP/1.1 ${code} .*\r\nContent-Type: application/json\r\n`));
    const { request_id, ...said } = JSON.parse(body!);
    assert.deepEqual(said, { code, error });
    assert.match(request_id, /^[0-9a-f-]{36}$/);
  }
  await app.close();
});

test('a body whose bytes are no UTF-8 is refused, and says where the first of them is', async () => {
  const app = createHttp({ log: silent, metrics: createMetrics() });
  app.post('/api/echo', async ({ body }) => body);
  const send = (payload: Buffer) =>
    app.inject({ method: 'POST', url: '/api/echo', headers: { 'content-type': 'application/json' }, payload });
  const quoted = (...bytes: number[]) => Buffer.concat([Buffer.from('{"ü":"'), Buffer.from(bytes), Buffer.from('"}')]);
  for (const [payload, at] of [
    [quoted(0x61, 0xe9, 0x62), '8 (0xe9)'],
    [quoted(0xef, 0xbf, 0x62), '7 (0xef)'],
    [quoted(0xed, 0xa0, 0x80), '7 (0xed)'],
    [quoted(0x80), '7 (0x80)'],
    [Buffer.from([...Buffer.from('"a'), 0xf0, 0x9f]), '2 (0xf0)'],
    [Buffer.from([...Buffer.from('"\ufffd'), 0xff, 0x22]), '4 (0xff)'],
  ] as const) {
    const answer = await send(payload);
    assert.deepEqual(
      [answer.statusCode, answer.json().error],
      [400, `The body is not UTF-8: byte ${at} belongs to no character`],
    );
  }
  assert.deepEqual((await send(quoted(0xef, 0xbf, 0xbd))).json(), { ü: '\ufffd' });
  await app.close();
});

test('a method that an address does not take is a 405 that says which it takes; what no route has is a 404', async () => {
  const app = createHttp({ log: silent, metrics: createMetrics() });
  app.get('/api/journeys/:name', async () => ({}));
  app.delete('/api/journeys/:name', async () => ({}));
  app.post('/api/journeys/:name/runs.csv', async () => ({}));
  app.get('/files/*', async () => ({}));
  for (const [method, url, allow] of [
    ['PUT', '/api/journeys/Won%20deals?a=b', 'GET, HEAD, DELETE'],
    ['GET', '/api/journeys/1/runs.csv', 'POST'],
  ] as const) {
    const answer = await app.inject({ method, url });
    const { code, error } = answer.json();
    assert.deepEqual([answer.statusCode, answer.headers.allow], [405, allow]);
    assert.deepEqual([code, error], [405, `${method} ${url}: method not allowed, only ${allow}`]);
  }
  for (const [method, url] of [
    ['PUT', '/api/journeys'],
    ['PUT', '/api/journeys/'],
    ['PUT', '/api/journeys/1/runs'],
    ['GET', '/api/journeys/1/runs-csv'],
    ['POST', '/files/1'],
  ] as const)
    assert.equal((await app.inject({ method, url })).json().code, 404, url);
  await app.close();
});

test('a reader whose mail program damaged a link gets a page, and a picture where a picture was wanted', async () => {
  const app = createHttp({ log: silent, metrics: createMetrics() });
  for (const url of ['/t/c/AQAAAAE%ZZ', '/t/u/%E0%A4%A', '/t/%']) {
    const answer = await app.inject(url);
    assert.equal(answer.statusCode, 404, url);
    assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
    assert.match(answer.body, /<h1>This link does not work<\/h1>/);
  }
  const picture = await app.inject('/t/o/AQAAAAE%ZZ.gif');
  assert.deepEqual([picture.statusCode, picture.headers['content-type']], [200, 'image/gif']);
  await app.close();
});

test('the log of a mistake of ours has the pattern of the address, and nothing of what was in it', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const app = createHttp({ log, metrics: createMetrics() });
  app.get('/hooks/:connector/:secret', async () => {
    throw new Error('a mistake');
  });
  assert.equal((await app.inject('/hooks/kommo/SECRET?email=anna@example.com')).statusCode, 500);
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /"url":"\/hooks\/:connector\/:secret"/);
  assert.doesNotMatch(lines[0]!, /SECRET|anna/);
  await app.close();
});
