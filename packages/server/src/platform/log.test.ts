import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leanError } from './log.ts';

test('an error is logged with its words, its code and its cause, and not with the connection that hangs on it', () => {
  const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', client: { password: 'secret' } });
  const error = Object.assign(new Error('lost', { cause }), { code: '57P01', client: { password: 'secret' } });
  const line = JSON.stringify(leanError(error));
  assert.match(line, /"message":"lost".*"code":"57P01".*"code":"ECONNRESET"/);
  assert.doesNotMatch(line, /secret|client/);
});
