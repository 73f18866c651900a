import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Desk, openDesk } from '../test/support.ts';
import { rowsIn } from './rows.ts';

const dialect = { delimiter: ',', quote: '"', encoding: 'utf-8', header: true } as const;
const read = (text: string, o: { last?: boolean; before?: number } = {}) =>
  rowsIn(Buffer.from(text), dialect, { last: true, limit: 100, ...o }).map(({ cells, problem }) =>
    problem ? `wrong: ${cells[0]}` : cells.join('|'),
  );

describe('a row that can not be read', () => {
  for (const [name, end] of [
    ['CR', '\r'],
    ['LF', '\n'],
    ['CR LF', '\r\n'],
  ] as const) {
    test(`ends with its line where lines end with ${name}, the first and the last as well`, () => {
      const text = ['a"b,1', 'c,2', '', 'd"e,3', '"f,4'].join(end);
      assert.deepEqual(read(text), ['wrong: a"b,1', 'c|2', '', 'wrong: d"e,3', 'wrong: "f,4']);
    });
  }

  test('goes on over what ends lines elsewhere', () => {
    assert.deepEqual(read('a,1\r"b\nc"d,2\re,3'), ['a|1', 'wrong: "b\nc"d,2', 'e|3']);
    assert.deepEqual(read('"b\nc"d,2\re,3', { before: 0x0d }), ['wrong: "b\nc"d,2', 'e|3']);
    assert.deepEqual(read('"b\rc"d,2\ne,3', { before: 0x0a }), ['wrong: "b\rc"d,2', 'e|3']);
  });

  test('waits for the end of its line', () => {
    assert.deepEqual(read('a,1\rb"c,2', { last: false }), ['a|1']);
    assert.deepEqual(read('a,1\rb"c,2\r', { last: false }), ['a|1', 'wrong: b"c,2']);
  });
});

describe('a file from an old Mac', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk.close());

  test('loses one row to a wrong quote, and no other', async () => {
    const rows = Array.from({ length: 500 }, (_, i) => (i === 5 ? 'bad@x.com,mid"dle' : `p${i}@x.com,Name ${i}`));
    const done = await desk.take(await desk.send('people', ['email,first', ...rows].join('\r'), 1000));
    assert.deepEqual(done.counts, { created: 499, merged: 0, untouched: 0, duplicate: 0, rejected: 1 });
    assert.match((await desk.rejected(done))[0]!, /^7: a quote stands in the middle/);
  });
});
