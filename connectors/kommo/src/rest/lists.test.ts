import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inChunks } from './lists.ts';

test('a filter is cut before its address gets longer than servers take, and before an answer needs a second page', () => {
  for (const id of ['7', '18420001', '999999999999999']) {
    const chunks = inChunks(
      Array.from({ length: 1_000 }, () => id),
      'filter[entity_id][]',
      250,
    );
    assert.equal(chunks.flat().length, 1_000);
    for (const chunk of chunks) {
      assert.ok(chunk.length <= 250);
      assert.ok(new URLSearchParams(chunk).toString().length <= 7_000);
    }
    assert.ok(chunks.length <= 7, 'and not into more than it takes');
  }
});
