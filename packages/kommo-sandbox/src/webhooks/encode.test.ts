import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpBuildQuery } from './encode.ts';

test('brackets are percent-encoded and spaces are pluses, as in captures of real webhooks', () => {
  assert.equal(
    httpBuildQuery({
      leads: { status: [{ id: 1, name: 'Can we trust people?', price: 0 }] },
      account: { subdomain: 'test' },
    }),
    'leads%5Bstatus%5D%5B0%5D%5Bid%5D=1&leads%5Bstatus%5D%5B0%5D%5Bname%5D=Can+we+trust+people%3F' +
      '&leads%5Bstatus%5D%5B0%5D%5Bprice%5D=0&account%5Bsubdomain%5D=test',
  );
});

test('a plus, a tilde and the other marks are escaped as urlencode does it', () => {
  assert.equal(httpBuildQuery({ a: "+1 (415) ~!*'" }), 'a=%2B1+%28415%29+%7E%21%2A%27');
  assert.equal(httpBuildQuery({ a: 'A-z_0.9' }), 'a=A-z_0.9');
});

test('true is 1, false is 0, null and empty lists are left out', () => {
  assert.equal(httpBuildQuery({ a: true, b: false, c: null, d: [], e: {}, f: undefined, g: '' }), 'a=1&b=0&g=');
});

test('names in other scripts come as UTF-8, and half a surrogate pair does not break a delivery', () => {
  assert.equal(httpBuildQuery({ n: 'Анна' }), 'n=%D0%90%D0%BD%D0%BD%D0%B0');
  assert.equal(httpBuildQuery({ n: '\ud83d' }), 'n=%EF%BF%BD');
});

test('a map with numbers as keys stays a map', () => {
  assert.equal(httpBuildQuery({ linked: { 101: { ID: 101 } } }), 'linked%5B101%5D%5BID%5D=101');
});
