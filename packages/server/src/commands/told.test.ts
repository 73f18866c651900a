import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted } from './told.ts';

test('one of something is called otherwise than none and several', () => {
  const said = [0, 1, 2, 21].map((figure) => counted(figure, 'message waits', 'messages wait'));
  assert.deepEqual(said, ['0 messages wait', '1 message waits', '2 messages wait', '21 messages wait']);
});
