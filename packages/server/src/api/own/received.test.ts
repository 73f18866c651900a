import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type Own, openOwn } from './test/support.ts';

const PATH = '/api/messages/received';
const MAIL = 'From: a@example.com\r\nMessage-ID: <1@a.example>\r\nIn-Reply-To: <x@b.example>\r\n\r\nHello\r\n';

describe('a mail that is passed on', () => {
  let own: Own;
  before(async () => {
    own = await openOwn();
  });
  after(() => own.close());

  test('that names none of our messages is unrelated', async () => {
    for (const type of ['message/rfc822', 'message/rfc822; charset=utf-8', 'application/octet-stream', 'text/plain']) {
      const { status, json } = await own.call('POST', PATH, MAIL, type);
      assert.deepEqual([status, json], [200, { taken_for: 'unrelated' }], type);
    }
  });

  const wrong: [what: string, body: string | undefined, type: string, status: number, error: RegExp][] = [
    ['nothing', undefined, 'message/rfc822', 400, /there is no mail/],
    ['an empty body', '', 'message/rfc822', 400, /there is no mail/],
    ['what is no mail', '{"mail": 1}', 'message/rfc822', 400, /this is no mail/],
    ['JSON', '{}', 'application/json', 415, /the body is application\/json: send the mail as it came/],
    ['a form', 'a=b', 'application/x-www-form-urlencoded', 415, /as message\/rfc822/],
    ['a type that is none', MAIL, 'nonsense', 415, /nonsense/],
    ['a head of a megabyte', `Subject: ${'x'.repeat(1_000_000)}\r\n\r\n`, 'message/rfc822', 413, /the head of a mail/],
  ];
  for (const [what, body, type, status, error] of wrong) {
    test(`${what} is refused, and it says why`, async () => {
      const answer = await own.call('POST', PATH, body, type);
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.json.error, error);
    });
  }

  test('one too large is refused before its end, and the answer gets through', async () => {
    const socket = connect({ port: Number(new URL(own.url).port), host: '127.0.0.1' });
    const answered = new Promise<string>((resolve, reject) => {
      let text = '';
      socket.on('data', (piece) => {
        text += piece;
        if (text.includes('\r\n\r\n')) resolve(text);
      });
      socket.on('error', reject);
    });
    const head = `POST ${PATH} HTTP/1.1\r\nHost: x\r\nX-Api-Key: ${own.key}\r\nContent-Type: message/rfc822\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const piece = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
    socket.write(`${head}${(MAIL.length).toString(16)}\r\n${MAIL}\r\n`);
    for (let i = 0; i < 26; i++) socket.write(piece);
    assert.match(await answered, /^HTTP\/1\.1 413 .*a mail may have 25 MB|^HTTP\/1\.1 413 /s);
    socket.destroy();
  });

  test('needs a key', async () => {
    const answer = await fetch(own.url + PATH, {
      method: 'POST',
      body: MAIL,
      headers: { 'content-type': 'message/rfc822' },
    });
    assert.equal(answer.status, 401);
  });
});
