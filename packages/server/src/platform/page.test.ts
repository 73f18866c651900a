import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html } from './page.ts';

test('what stands in a page is text: it begins no element, and turns no text around it', () => {
  assert.equal(String(html`<p>${'<b>\u202eolleh\u202c & \u2066x'}</p>`), '<p>&#60;b&#62;olleh &#38; x</p>');
});
