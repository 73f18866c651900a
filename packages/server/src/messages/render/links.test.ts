import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { array, assert as check, constantFrom, property } from 'fast-check';
import { linksIn, trackLinks, withPixel } from './links.ts';
import { notesOn } from './notes.ts';
import { piecesOf } from './pieces.ts';
import { plainText } from './plain-text.ts';

const own = 'https://t.example/t/';
const track = (html: string): string =>
  trackLinks(html, own, (url, link) => `${own}c/${link}?to=${encodeURIComponent(url)}`);
const changed = (html: string): boolean => track(html) !== html;

describe('links in a mail', () => {
  test('lead past us, numbered, with what they were written as undone and done again', () => {
    assert.equal(
      track(
        `<a class="b" href="https://a.example/?x=1&amp;y=2">A</a> <A HREF='http://b.example'>B</A> <a href=https://c.example/p>C</a>`,
      ),
      `<a class="b" href="${own}c/1?to=https%3A%2F%2Fa.example%2F%3Fx%3D1%26y%3D2">A</a> ` +
        `<A HREF="${own}c/2?to=http%3A%2F%2Fb.example">B</A> <a href="${own}c/3?to=https%3A%2F%2Fc.example%2Fp">C</a>`,
    );
  });

  const alone: [string, string][] = [
    ['mailto', '<a href="mailto:a@b.example">x</a>'],
    ['telephone numbers', '<a href="tel:+15551234">x</a>'],
    ['anchors', '<a href="#top">x</a>'],
    ['our own, such as unsubscribing', `<a href="${own}u/abc">x</a>`],
    ['links that ask not to be tracked', '<a data-no-track href="https://a.example">x</a>'],
    ['links in Outlook’s comments', '<!--[if mso]><a href="https://a.example">x</a><![endif]-->'],
    ['links in styles', '<style>/* <a href="https://a.example"> */</style>'],
    ['attributes that only end in href', '<a data-href="https://a.example">x</a>'],
    ['other elements', '<link href="https://a.example/x.css"><abbr href="https://a.example">x</abbr>'],
    ['scripts', '<a href="javascript:alert(1)">x</a>'],
    ['what is no address', '<a href="https://">x</a>'],
    ['very long ones', `<a href="https://a.example/${'x'.repeat(2100)}">x</a>`],
  ];
  for (const [what, html] of alone) test(`left alone: ${what}`, () => assert.equal(changed(html), false));

  test('a value with ">" in it does not end the tag', () => {
    assert.match(
      track('<a title="a > b" href="https://a.example">x</a>'),
      /^<a title="a > b" href="https:\/\/t\.example\/t\/c\/1/,
    );
  });

  test('are found again, in order', () => {
    assert.deepEqual(
      linksIn(`<a href="https://a.example/?x&amp;y">A</a><!--<a href="no">--><a href='mailto:x@y'>B</a>`),
      ['https://a.example/?x&y', 'mailto:x@y'],
    );
  });

  test('a long mail of broken markup takes no time', () => {
    const started = performance.now();
    for (const piece of ['<a href="', '<!--', '<a "', '<', '<style>', '<a b="c', "<a href='x"])
      track(piece.repeat(20_000));
    plainText('<a href="'.repeat(20_000));
    assert.ok(performance.now() - started < 5000, `${performance.now() - started} ms`);
  });
});

test('the pixel goes to the end of the body, or of what there is', () => {
  assert.match(
    withPixel('<html><body><p>x</p></BODY></html>', 'https://t.example/o'),
    /<p>x<\/p><img src="https:[^>]+><\/BODY><\/html>$/,
  );
  assert.match(withPixel('<p>x</p>', 'https://t.example/o'), /^<p>x<\/p><img /);
});

test('the text of an HTML mail reads like one', () => {
  assert.equal(
    plainText(`<html><head><title>No</title><style>p{}</style></head><body><h1>Hello   Anna</h1>
<p>How &amp; when?<br>Soon.</p><!-- no --><ul><li>One</li><li><b>Two</b></li></ul>
<p><a href="https://a.example/x">Book a call</a> or write to <a href="mailto:us@a.example">us@a.example</a>.</p>
<table><tr><td>A</td><td>B</td></tr></table><a href="https://l.example"><img src="x.png" alt="Logo"></a></body></html>`),
    `Hello Anna

How & when?
Soon.

- One
- Two

Book a call (https://a.example/x) or write to us@a.example.

A B

Logo (https://l.example)`,
  );
});

test('HTML cut into pieces is the same HTML put together again, however broken', () => {
  const bits = constantFrom(
    '<a href="',
    '<',
    '>',
    '"',
    "'",
    '</a>',
    '<p>',
    'text',
    ' ',
    '<!--',
    '-->',
    '<style>',
    '</style',
    '<?',
    '<TITLE',
    '=',
  );
  check(
    property(array(bits, { maxLength: 30 }), (parts) => {
      const html = parts.join('');
      assert.equal(
        piecesOf(html)
          .map(({ source }) => source)
          .join(''),
        html,
      );
    }),
  );
});

test('lists are counted, and addresses are named without what programs make of them', () => {
  const text = plainText(`<ol><li>Call <a href="tel:+49301234">us</a><ul><li>or</li></ul></li>
<li><a href="mailto:us@a.example?subject=Hi">write</a></li></ol><ul><li>Now</li></ul>`);
  assert.equal(text, '1. Call us (+49301234)\n\n- or\n\n2. write (us@a.example)\n\n- Now');
});

test('letters that are written by their names are letters in the text', () => {
  assert.equal(
    plainText(
      '<p>Gr&uuml;&szlig;e, &Eacute;t&eacute;, &frac12; &amp; &check; &bdquo;x&ldquo;, &constructor; &unknown;</p>',
    ),
    'Grüße, Été, ½ & ✓ „x“, &constructor; &unknown;',
  );
});

test('what Gmail cuts off is noted, and links that lead nowhere from a mail', () => {
  const note = (html: string) => notesOn({ subject: 'x', html }, { hasCustom: () => true, transactional: true });
  assert.deepEqual(note(`<p>${'ü'.repeat(52 * 1024)}</p>`), [
    'has 105 kB of HTML: Gmail shows 102 kB, and cuts off the rest, with what tells that it was opened',
  ]);
  assert.deepEqual(
    note('<a href="www.a.example">A</a><a href="/b">B</a><a href="//c.example">C</a><a href="/b">B</a>'),
    [
      'has a link to “www.a.example”, which is no whole address: write it with https://',
      'has a link to “/b”, which is no whole address: write it with https://',
      'has a link to “//c.example”, which is no whole address: write it with https://',
    ],
  );
  const fine = [
    'https://a.example',
    'http://a.example',
    'mailto:a@a.example',
    'tel:+1',
    '#top',
    '',
    '{{ unsubscribe_url }}',
  ];
  assert.deepEqual(note(fine.map((href) => `<a href="${href}">x</a>`).join('')), []);
});
