import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { after, afterEach, describe, test } from 'node:test';
import { startWeb, type TestWeb, type WebAnswer } from '../test/web-server.ts';
import { judgeAnswer } from './answer.ts';
import { webChannel } from './web.ts';

describe('requests to other servers', () => {
  const channel = webChannel({ timeouts: { connectMs: 300, answerMs: 300 } });
  const open: { close(): Promise<unknown> }[] = [];
  after(() => channel.close());
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one.close();
  });
  const server = async (onRequest: () => WebAnswer | Promise<WebAnswer> = () => undefined): Promise<TestWeb> => {
    const web = await startWeb({ onRequest });
    open.push(web);
    return web;
  };
  /** Its port. */
  const rawServer = async (onConnection: (socket: Socket) => void): Promise<number> => {
    const sockets: Socket[] = [];
    const raw = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
    open.push({
      close: () => {
        for (const socket of sockets) socket.destroy();
        return new Promise((resolve) => raw.close(resolve));
      },
    });
    return (raw.address() as { port: number }).port;
  };
  const post = (url: string, body = '{"a":1}') =>
    channel.send({ method: 'POST', url, headers: { 'Content-Type': 'application/json', 'X-Name': 'Žofie' }, body });

  test('arrive as they were made, and the answer comes back', async () => {
    const web = await server(() => ({ status: 201, body: 'thanks', headers: { 'Retry-After': '7' } }));
    const outcome = await post(`${web.url}/hook?a=b`, '{"name":"Žofie"}');
    assert.deepEqual(outcome, { did: 'answered', status: 201, body: 'thanks', retryAfter: '7', location: undefined });
    const [request] = web.received;
    assert.deepEqual([request?.method, request?.url, request?.body], ['POST', '/hook?a=b', '{"name":"Žofie"}']);
    assert.equal(request?.headers['content-type'], 'application/json');
    assert.equal(Buffer.from(String(request?.headers['x-name']), 'latin1').toString('utf8'), 'Žofie');
    assert.equal(request?.headers['content-length'], '17');
  });

  test('nobody listens: nothing has left', async () => {
    const web = await startWeb();
    await web.close();
    const outcome = await post(web.url);
    assert.equal(outcome.did, 'unreachable');
    assert.match('why' in outcome ? outcome.why : '', /ECONNREFUSED/);
  });

  test('a host that there is not: nothing has left', async () => {
    assert.equal((await post('http://nobody.invalid/')).did, 'unreachable');
  });

  test('a server that takes the connection and speaks no TLS: nothing has left', async () => {
    const port = await rawServer(() => undefined);
    assert.deepEqual(await post(`https://127.0.0.1:${port}/`), { did: 'unreachable', why: 'no connection in time' });
  });

  test('it hangs up instead of answering: uncertain', async () => {
    const web = await server(() => 'hang up');
    assert.equal((await post(web.url)).did, 'uncertain');
    assert.equal(web.received.length, 1);
  });

  test('no answer in time: uncertain', async () => {
    const web = await server(() => 'never');
    assert.deepEqual(await post(web.url), { did: 'uncertain', why: 'no answer in time' });
  });

  test('an answer whose body never ends is an answer', async () => {
    const web = await server(() => (response) => {
      response.writeHead(200);
      response.write('so');
    });
    const outcome = await post(web.url);
    assert.deepEqual(
      [outcome.did, 'status' in outcome && outcome.status, 'body' in outcome && outcome.body],
      ['answered', 200, 'so'],
    );
  });

  test('of an answer of a gigabyte no more is read than is kept', async () => {
    let written = 0;
    const web = await server(() => (response) => {
      const chunk = Buffer.alloc(65_536, 'x');
      const pour = (): void => {
        while (written < 2 ** 30 && !response.destroyed) {
          written += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', pour);
        }
      };
      response.writeHead(500);
      pour();
    });
    const outcome = await post(web.url);
    assert.equal('body' in outcome && outcome.body.length, 16_384);
    assert.ok(written < 50_000_000, `${written} bytes were written`);
  });

  test('a connection that had been idle and was dropped is no failure', async () => {
    const web = await server();
    await post(web.url);
    web.dropAll();
    assert.equal((await post(web.url)).did, 'answered');
    await post(web.url);
    assert.equal(web.connections(), 2, 'and one that is not dropped is used again');
  });

  test('an idle connection that ends as it is used: the request is made again on another', async () => {
    let answered = 0;
    const port = await rawServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        answered += 1;
        // Whatever is sent on it next is never read.
        socket.once('data', () => socket.resetAndDestroy());
      });
    });
    const url = `http://127.0.0.1:${port}/`;
    assert.equal((await post(url)).did, 'answered');
    assert.equal((await post(url)).did, 'answered');
    assert.equal(answered, 2);
  });
});

describe('what an answer means', () => {
  const now = new Date('2026-03-02T08:00:00Z');
  const judged = (status: number, more: { body?: string; retryAfter?: string; location?: string } = {}) =>
    judgeAnswer(
      { did: 'answered', status, body: more.body ?? '', retryAfter: more.retryAfter, location: more.location },
      now,
    );

  test('2xx: taken', () => {
    for (const status of [200, 201, 202, 204, 299]) assert.equal(judged(status).did, 'sent');
  });
  const tries: [boolean, number[]][] = [
    [false, [408, 409, 423, 425, 429, 500, 502, 503, 504, 599]],
    [true, [400, 401, 402, 403, 404, 405, 406, 410, 413, 415, 422, 451]],
    [true, [300, 301, 302, 303, 304, 307, 308]],
  ];
  for (const [forGood, statuses] of tries) {
    test(`${statuses.join(', ')}: ${forGood ? 'refused for good' : 'worth another try'}`, () => {
      for (const status of statuses) {
        const answer = judged(status);
        assert.equal(answer.did === 'refused' && answer.forGood, forGood, `${status}`);
      }
    });
  }
  test('says what the server said, and where it leads', () => {
    assert.equal(judged(422, { body: ' no\n such  deal ' }).response, 'answered 422: no such deal');
    assert.equal(judged(500).response, 'answered 500');
    assert.match(judged(301, { location: 'https://b.example/' }).response, /leads on to https:\/\/b\.example\//);
    assert.ok(judged(500, { body: 'x'.repeat(10_000) }).response.length < 300);
  });
  test('waits as long as it is told to, but not for ever', () => {
    const at = (retryAfter: string) => {
      const answer = judged(429, { retryAfter });
      return answer.did === 'refused' ? answer.notBefore?.toISOString() : undefined;
    };
    assert.equal(at('120'), '2026-03-02T08:02:00.000Z');
    assert.equal(at('Mon, 02 Mar 2026 09:00:00 GMT'), '2026-03-02T09:00:00.000Z');
    assert.equal(at('999999999'), '2026-03-03T08:00:00.000Z');
    assert.equal(at('soon'), undefined);
  });
});
