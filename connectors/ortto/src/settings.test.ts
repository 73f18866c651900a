import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orttoSettings } from './settings.ts';

const read = (url: string, key = 'PRV-acme-abc') => orttoSettings.safeParse({ url, key });

test('an account is named by its region, or by an address as people paste it', () => {
  assert.equal(read('AU').data?.url, 'https://api.au.ap3api.com');
  assert.equal(read('eu').data?.url, 'https://api.eu.ap3api.com');
  assert.equal(read(' us ').data?.url, 'https://api.ap3api.com');
  for (const url of [
    'https://api.ap3api.com',
    'https://API.ap3api.com/',
    'https://api.ap3api.com/v1',
    'https://api.ap3api.com/v1/',
  ])
    assert.equal(read(url).data?.url, 'https://api.ap3api.com', url);
  assert.equal(read('http://127.0.0.1:8080').data?.url, 'http://127.0.0.1:8080');
});

test('anything else is refused, so that the key goes nowhere else', () => {
  const wrong = ['', 'uk', 'constructor', 'api.ap3api.com', 'ftp://a.b', 'https://a.b/v2', 'https://a.b?x=1'];
  for (const url of [...wrong, 'https://user:pw@a.b', 'javascript:alert(1)'])
    assert.equal(read(url).success, false, url);
});

test('a key that would break the header is refused', () => {
  for (const key of ['', '  ', 'a b', 'a\nb', 'ключ']) assert.equal(read('us', key).success, false, key);
});
