import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asyncProperty, assert as check, constant, oneof, property, string, stringMatching } from 'fast-check';
import { simpleParser } from 'mailparser';
import type { Mail } from './channel.ts';
import { compose } from './mime.ts';
import { quotedPrintable } from './quoted-printable.ts';

const mail = (more: Partial<Mail> = {}): Mail => ({
  messageId: '5069236bf1000000000001 00@example.com'.replace(' ', ''),
  date: new Date('2025-11-23T21:05:00Z'),
  from: { name: 'Tributary', address: 'hello@example.com' },
  to: 'anna@example.com',
  subject: 'How did the first call go?',
  html: '<p>Hello</p>',
  text: 'Hello',
  unsubscribeUrl: `https://x.example/t/u/${'a'.repeat(60)}`,
  ...more,
});
const read = (more: Partial<Mail> = {}) =>
  simpleParser(compose(mail(more)), { skipTextLinks: true, skipTextToHtml: true });
const crlf = (text: string): string => text.replace(/\r\n?|\n/g, '\n');

describe('the mail on the wire', () => {
  test('says who, what, when and which, and how to unsubscribe in one click', async () => {
    const { headerLines, ...parsed } = await read({ replyTo: 'sales@example.com' });
    const line = (key: string) => headerLines.find((header) => header.key === key)?.line.replace(/\r?\n\s+/g, ' ');
    assert.equal(parsed.from?.text, '"Tributary" <hello@example.com>');
    assert.equal(parsed.replyTo?.text, 'sales@example.com');
    assert.equal(line('date'), 'Date: Sun, 23 Nov 2025 21:05:00 +0000');
    assert.equal(line('list-unsubscribe'), `List-Unsubscribe: <https://x.example/t/u/${'a'.repeat(60)}>`);
    assert.equal(line('list-unsubscribe-post'), 'List-Unsubscribe-Post: List-Unsubscribe=One-Click');
    assert.equal(parsed.messageId, '<5069236bf100000000000100@example.com>');
  });

  test('no line of the head is longer than servers take, however long a word in a subject or a name is', async () => {
    const long = 'x'.repeat(1500);
    const raw = compose(mail({ subject: long, from: { name: long, address: 'a@example.com' } })).toString();
    const lines = raw.slice(0, raw.indexOf('\r\n\r\n')).split('\r\n');
    assert.ok(Math.max(...lines.map((line) => line.length)) <= 998);
    const { subject, from } = await simpleParser(raw);
    assert.deepEqual([subject, from?.value[0]?.name], [long, long]);
  });

  test('whatever is written arrives as it was written', async () => {
    const text = string({
      unit: oneof(string({ unit: 'grapheme', maxLength: 3 }), constant('\r\n'), constant(' '), constant('=')),
      maxLength: 300,
    });
    const line = stringMatching(/^[^\s\p{C}][^\p{C}\u2028\u2029]{0,150}[^\s\p{C}]$/u);
    await check(
      asyncProperty(text, text, line, line, async (body, html, subject, name) => {
        const parsed = await read({
          text: `.${body}.`,
          html: `<p>${html}</p>`,
          subject,
          from: { name, address: 'a@example.com' },
        });
        assert.equal(crlf(parsed.text ?? ''), crlf(`.${body}.`).trimEnd());
        assert.equal(crlf(String(parsed.html)), crlf(`<p>${html}</p>`));
        assert.equal(parsed.subject, subject);
        assert.equal(parsed.from?.value[0]?.name, name);
      }),
      {
        numRuns: 200,
        examples: [['\ud83d\ude00'.repeat(40), 'é '.repeat(80), 'Привет, как дела? '.repeat(6).trim(), 'Анна "A" Б']],
      },
    );
  });

  test('no line is longer than quoted-printable allows', () => {
    check(
      property(string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        for (const line of quotedPrintable(text).split('\r\n')) assert.ok(line.length <= 76, line);
      }),
    );
  });

  test('no value begins a header of its own', () => {
    const source = compose(
      mail({
        subject: 'Hello\r\nBcc: eve@example.com',
        from: { name: 'A\r\nX-Evil: 1', address: 'a@example.com\r\nX-Evil: 2' },
        to: 'b@example.com\nX-Evil: 3',
        replyTo: 'c@example.com\rX-Evil: 4',
      }),
    ).toString();
    assert.doesNotMatch(source, /^(?:bcc|x-evil):/im);
  });

  test('a domain beyond ASCII goes out in the letters every server takes', () => {
    assert.match(compose(mail({ to: 'anna@bücher.example' })).toString(), /^To: anna@xn--bcher-kva\.example\r$/m);
  });
});
