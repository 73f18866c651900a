import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { answerTo, mailOf, reportOf } from '../../../test/support/mails.ts';
import { UserError } from '../../platform/errors.ts';
import { messageIdOf } from '../message-id.ts';
import { createWorld, type World } from '../test/world.ts';

/** No mail takes longer, whatever is in it. */
const QUICK_MS = 3000;

/** All there are but the colon. */
const BYTES = Buffer.from(Array.from({ length: 256 }, (_, i) => 255 - i).filter((byte) => byte !== 0x3a));

describe('mail that means harm', () => {
  let world: World;
  let ours: string;
  before(async () => {
    world = await createWorld();
    const person = await world.person({ 'str::email': 'anna@example.com' });
    await world.queue(person);
    const { id } = await world.message(person);
    const { rows } = await world.t.db.query<{ secret: Buffer }>('select secret from workspace');
    ours = `<${messageIdOf(createSecretKey(rows[0]!.secret), id, 'acme.example')}>`;
  });
  after(() => world.close());

  const receive = async (mail: Buffer, piece = 65_536) => {
    async function* pieces() {
      for (let from = 0; from < mail.length; from += piece) yield mail.subarray(from, from + piece);
    }
    const began = performance.now();
    const { as } = await world.messages.receive(world.workspaceId, pieces()).catch((error: unknown) => {
      if (error instanceof UserError) return { as: error.code };
      throw error;
    });
    assert.ok(performance.now() - began < QUICK_MS, `it took ${Math.round(performance.now() - began)} ms`);
    return as;
  };
  const many = (n: number, one: (i: number) => string, by = ' ') =>
    Array.from({ length: n }, (_, i) => one(i)).join(by);
  const nested = (depth: number): string =>
    depth === 0
      ? 'Content-Type: text/plain\n\nx\n'
      : `Content-Type: multipart/report; report-type=delivery-status; boundary=b${depth}\n\n--b${depth}\n${nested(depth - 1)}--b${depth}--\n`;

  const mails: Record<string, () => [Buffer, string]> = {
    'nothing at all': () => [Buffer.alloc(0), 'mail_empty'],
    'no mail': () => [Buffer.from('{"from": "anna@example.com"}'), 'mail_unreadable'],
    'lines and no header': () => [Buffer.from('\n\n\nhello\n'), 'mail_unreadable'],
    'bytes of all kinds': () => [Buffer.alloc(100_000, BYTES), 'mail_unreadable'],
    'zeros behind a header': () => [Buffer.concat([Buffer.from('Subject: x\r\n'), Buffer.alloc(50_000)]), 'unrelated'],
    'a head of a megabyte': () => [mailOf({ Subject: 'x'.repeat(1_000_000) }), 'mail_head_too_large'],
    'a head that never ends': () => [Buffer.from(many(50_000, (i) => `X-${i}: y`, '\r\n')), 'mail_head_too_large'],
    'more than is taken': () => [mailOf({ Subject: 'x' }, 'x'.repeat(26 * 1024 * 1024)), 'mail_too_large'],
    'an answer with a large file': () => [Buffer.concat([answerTo(ours), Buffer.alloc(20 * 1024 * 1024)]), 'reply'],
    'ten thousand references, ours the last': () => [
      answerTo('<a@b.example>', { References: `${many(10_000, (i) => `<${i}@thread.example>`)} ${ours}` }),
      'reply',
    ],
    'ten thousand references, ours in the middle': () => [
      answerTo('<a@b.example>', {
        References: `${many(5000, (i) => `<${i}@a.example>`)} ${ours} ${many(5000, (i) => `<${i}@b.example>`)}`,
      }),
      'unrelated',
    ],
    'ten thousand lines of references': () => [
      answerTo('<a@b.example>', { References: Array.from({ length: 10_000 }, (_, i) => `<${i}@thread.example>`) }),
      'unrelated',
    ],
    'angle brackets that never close': () => [answerTo('<'.repeat(200_000)), 'unrelated'],
    'a From of a hundred thousand addresses': () => [
      answerTo(ours, { From: many(30_000, (i) => `a${i}@x.example`, ',') }),
      'reply',
    ],
    'a From that is nested without end': () => [answerTo(ours, { From: '('.repeat(100_000) }), 'reply'],
    'a charset that is none': () => [
      answerTo(ours, {
        From: '=?no-such-charset?B?////?= <anna@example.com>',
        Subject: '=?utf-8?Q?=FF=FE?=',
        'Content-Type': 'text/plain; charset=no-such-charset',
      }),
      'reply',
    ],
    'wrong bytes in every line': () => [
      Buffer.from(answerTo(ours, { Subject: '\u0000\u00ff\u0080', 'X-\u00e9': 'x' }).toString('latin1'), 'latin1'),
      'reply',
    ],
    'line ends of one letter': () => [Buffer.from(answerTo(ours).toString().replaceAll('\r', '')), 'reply'],
    'a line of mbox before it': () => [Buffer.concat([Buffer.from('From a@b Mon Nov 2\r\n'), answerTo(ours)]), 'reply'],
    'a notification nested a hundred times': () => [
      Buffer.from(`In-Reply-To: ${ours}\nFrom: a@example.com\n${nested(100)}`),
      'automatic',
    ],
    'a notification of ten thousand parts': () => [
      Buffer.from(
        `In-Reply-To: ${ours}\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n${many(10_000, () => '--b\n\nx', '\n')}`,
      ),
      'automatic',
    ],
    'a notification without a boundary': () => [
      Buffer.from(
        `In-Reply-To: ${ours}\nContent-Type: multipart/report; report-type=delivery-status\n\nStatus: 5.1.1\n`,
      ),
      'automatic',
    ],
    'a notification with a status that is none': () => [
      reportOf('<a@b.example>', { status: '9'.repeat(10_000), diagnostic: ';'.repeat(10_000) }),
      'unrelated',
    ],
    'a notification of which the end is missing': () => [reportOf(ours).subarray(0, -160), 'unrelated'],
  };
  for (const [what, make] of Object.entries(mails)) {
    test(what, async () => {
      const [mail, expected] = make();
      assert.equal(await receive(mail), expected);
    });
  }

  test('a mail in single bytes', async () => {
    assert.equal(await receive(answerTo(ours), 1), 'reply');
  });
});
