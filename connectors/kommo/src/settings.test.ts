import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kommoSettings } from './settings.ts';

const read = (url: string, token = 'abc') => kommoSettings.safeParse({ url, token });

test('the address of an account is taken as people paste it', () => {
  for (const url of ['https://acme.kommo.com', 'https://acme.kommo.com/', ' https://ACME.kommo.com ']) {
    assert.equal(read(url).data?.url, 'https://acme.kommo.com');
  }
  assert.equal(read('https://acme.amocrm.ru').success, true);
  assert.equal(read('http://127.0.0.1:4100').data?.url, 'http://127.0.0.1:4100');
});

test('anything else than an origin is refused, so that the token goes nowhere else', () => {
  const wrong = [
    'acme',
    'acme.kommo.com',
    'ftp://acme.kommo.com',
    'https://acme.kommo.com/leads',
    'https://acme.kommo.com?x=1',
  ];
  for (const url of [...wrong, 'https://user:pw@acme.kommo.com', 'javascript:alert(1)', '']) {
    assert.equal(read(url).success, false, url);
  }
});

test('a token that would break the header is refused', () => {
  for (const token of ['', '  ', 'a b', 'a\nb', 'ключ'])
    assert.equal(read('https://acme.kommo.com', token).success, false, token);
});
