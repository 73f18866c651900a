import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { openPeople } from '../../test/support/people.ts';
import { urlOf } from '../../test/support/url-of.ts';
import { describe } from './connect.ts';

const MAIN = new URL('../main.ts', import.meta.url).pathname;

test('connecting Kommo at what is no address is asked wrongly', async (t) => {
  const room = await openPeople();
  t.after(() => room.presence.close().then(room.t.close));
  const env = { ...process.env, DATABASE_URL: urlOf(room.t.connection) };
  const [code, err] = await new Promise<[unknown, string]>((resolve) => {
    const args = [MAIN, 'kommo', 'connect', '--url', 'foo', '--token', 't'];
    execFile(process.execPath, args, { env }, (error, _out, said) => resolve([error?.code ?? 0, said]));
  });
  assert.match(err, /^tributary: Kommo can not be connected: url: .* \(settings_are_wrong\)\n$/);
  assert.equal(code, 2);
});

test('a token and a key can be given where no list of processes shows them', async (t) => {
  const room = await openPeople();
  t.after(() => room.presence.close().then(room.t.close));
  const connect = (connector: string, given: Record<string, string>) =>
    new Promise<string>((resolve) => {
      const env = { ...process.env, DATABASE_URL: urlOf(room.t.connection), ...given };
      const args = [MAIN, connector, 'connect', '--url', 'http://127.0.0.1:1'];
      execFile(process.execPath, args, { env }, (_error, _out, said) => resolve(said));
    });
  assert.match(await connect('kommo', {}), /KOMMO_TOKEN/);
  assert.match(await connect('kommo', { KOMMO_TOKEN: 't' }), /no answer.*\(kommo_not_connected\)/);
  assert.match(await connect('ortto', {}), /ORTTO_KEY/);
  assert.match(await connect('ortto', { ORTTO_KEY: 'k' }), /no answer.*\(ortto_not_connected\)/);
});

test('what was taken away over there is not told as made', () => {
  const lines = describe({
    account: { id: '7', name: 'Larkspur' },
    found: ['The deal field “Email status”'],
    made: ['The webhook'],
    removed: ['The webhook to the former address https://old.example'],
    warnings: ['Filtering is off.'],
  });
  assert.deepEqual(lines, [
    'Connected to Larkspur (account 7).',
    '  found  The deal field “Email status”',
    '  made   The webhook',
    '  gone   The webhook to the former address https://old.example',
    '  note   Filtering is off.',
  ]);
});
