import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bdi, html, joined, withMoments } from './page.ts';

test('what stands in a page is text: it begins no element, and turns no text around it', () => {
  assert.equal(String(html`<p>${'<b>\u202eolleh\u202c & \u2066x'}</p>`), '<p>&#60;b&#62;olleh &#38; x</p>');
});

test('texts side by side read each in its own direction, and so do names that are quoted in them', () => {
  assert.equal(String(joined(['550 5.1.1', 'مرحبا'])), '<bdi>550 5.1.1</bdi> · <bdi>مرحبا</bdi>');
  assert.equal(
    String(bdi('asked for the e-mail “مرحبا 1”: 2 are left')),
    '<bdi>asked for the e-mail “<bdi>مرحبا 1</bdi>”: 2 are left</bdi>',
  );
});

test('of many texts the first are shown, of a long one its beginning; the rest is there when it is opened', () => {
  assert.equal(
    String(joined(['a', 'b', 'c'], { first: 2 })),
    '<details class="whole"><summary><span><bdi>a</bdi> · <bdi>b</bdi>… </span><b></b></summary><div><bdi>a</bdi> · <bdi>b</bdi> · <bdi>c</bdi></div></details>',
  );
  const long = 'x'.repeat(241);
  assert.equal(
    String(joined([long, 'b'])),
    `<details class="whole"><summary><span><bdi>${'x'.repeat(240)}</bdi>… </span><b></b></summary><div><bdi>${long}</bdi> · <bdi>b</bdi></div></details>`,
  );
});

test('a moment in a text of the engine reads as the others of a page do', () => {
  assert.equal(
    withMoments('waits until it happens, at most until 2026-03-04 08:00 UTC'),
    'waits until it happens, at most until 4 Mar 2026, 08:00 UTC',
  );
  for (const same of ['asked for “2026-03-04”', '2026-13-45 99:00 UTC', '2026-03-04 08:00:00 UTC'])
    assert.equal(withMoments(same), same);
});
