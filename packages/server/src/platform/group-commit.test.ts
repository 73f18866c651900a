import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DatabaseError } from 'pg';
import { createGroupCommit } from './group-commit.ts';

const refused = (): DatabaseError => new DatabaseError('invalid input', 1, 'error');
const settled = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => void setImmediate(resolve));
};

/** A database that writes each group when the test says so, and answers every item with itself in capitals. */
function slowDatabase() {
  const groups: { items: readonly string[]; done(): void; fail(error: Error): void }[] = [];
  const write = (items: readonly string[]): Promise<string[]> =>
    new Promise((resolve, reject) => {
      groups.push({ items, done: () => resolve(items.map((item) => item.toUpperCase())), fail: reject });
    });
  return { groups, write };
}

/** A database that refuses any group with a bad item in it. */
function strictDatabase() {
  const groups: string[][] = [];
  const write = async (items: readonly string[]): Promise<string[]> => {
    groups.push([...items]);
    if (items.includes('bad')) throw refused();
    return items.map((item) => item.toUpperCase());
  };
  return { groups, write };
}

describe('group commit', () => {
  test('requests that come together go in one transaction, and each gets its own answers', async () => {
    const { groups, write } = strictDatabase();
    const commit = createGroupCommit(write);
    const answers = await Promise.all([commit.submit(['a', 'b']), commit.submit(['c']), commit.submit([])]);
    assert.deepEqual(groups, [['a', 'b', 'c']]);
    assert.deepEqual(answers, [['A', 'B'], ['C'], []]);
  });

  test('what comes while a transaction runs goes into the next, together', async () => {
    const { groups, write } = slowDatabase();
    const commit = createGroupCommit(write, 1);
    const first = commit.submit(['a']);
    await settled();
    const later = ['b', 'c', 'd'].map((item) => commit.submit([item]));
    await settled();
    assert.deepEqual(
      groups.map((group) => group.items),
      [['a']],
      'one is in flight, no more',
    );
    groups[0]!.done();
    assert.deepEqual(await first, ['A']);
    await settled();
    assert.deepEqual(
      groups.map((group) => group.items),
      [['a'], ['b', 'c', 'd']],
    );
    groups[1]!.done();
    assert.deepEqual(await Promise.all(later), [['B'], ['C'], ['D']]);
  });

  test('two are in flight at most, and the second only where there is enough for it', async () => {
    const { groups, write } = slowDatabase();
    const commit = createGroupCommit(write);
    const many = (name: string) => Array.from({ length: 64 }, (_, i) => `${name}${i}`);
    const answers: Promise<string[]>[] = [];
    const asked = async (items: readonly string[]): Promise<string[]> => {
      answers.push(commit.submit(items));
      await settled();
      return groups.map((group) => group.items[0]!);
    };
    assert.deepEqual(await asked(['a']), ['a']);
    assert.deepEqual(await asked(['b']), ['a'], 'one alone waits');
    assert.deepEqual(await asked(many('c')), ['a', 'b']);
    assert.deepEqual(await asked(many('d')), ['a', 'b'], 'two are on their way');
    groups[1]!.done();
    await settled();
    assert.deepEqual(
      groups.map((group) => group.items.length),
      [1, 65, 64],
    );
    groups[0]!.done();
    groups[2]!.done();
    const upper = (items: readonly string[]) => items.map((item) => item.toUpperCase());
    assert.deepEqual(await Promise.all(answers), [['A'], ['B'], upper(many('c')), upper(many('d'))]);
  });

  test('a group is kept short: some thousand items, and a request is never cut', async () => {
    const { groups, write } = strictDatabase();
    const commit = createGroupCommit(write, 1);
    const requests = Array.from({ length: 25 }, (_, i) => Array.from({ length: 100 }, (_, j) => `${i}.${j}`));
    const answers = await Promise.all(requests.map((items) => commit.submit(items)));
    assert.deepEqual(
      groups.map((group) => group.length),
      [1000, 1000, 500],
    );
    assert.deepEqual(answers, requests);
    const large = Array.from({ length: 1700 }, (_, i) => `${i}`);
    assert.deepEqual(await commit.submit(large), large);
    assert.equal(groups.at(-1)!.length, 1700);
  });

  test('when the database refuses a group, each request is tried alone, and only the bad one fails', async () => {
    const { groups, write } = strictDatabase();
    const commit = createGroupCommit(write);
    const answers = await Promise.allSettled([commit.submit(['a']), commit.submit(['b', 'bad']), commit.submit(['c'])]);
    assert.deepEqual(groups, [['a', 'b', 'bad', 'c'], ['a'], ['b', 'bad'], ['c']]);
    assert.deepEqual(
      answers.map((answer) => answer.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(await commit.submit(['d']), ['D'], 'and all goes on');
  });

  test('a bad request that came alone is tried once', async () => {
    const { groups, write } = strictDatabase();
    await assert.rejects(createGroupCommit(write).submit(['bad']), DatabaseError);
    assert.equal(groups.length, 1);
  });

  test('a lost connection is nobody’s fault: all fail at once, and nothing is tried again', async () => {
    const { groups, write } = slowDatabase();
    const commit = createGroupCommit(write, 1);
    const answers = Promise.allSettled([commit.submit(['a']), commit.submit(['b'])]);
    await settled();
    const waiting = commit.submit(['c']);
    groups[0]!.fail(new Error('Connection terminated unexpectedly'));
    for (const answer of await answers) {
      assert.match(answer.status === 'rejected' ? String(answer.reason) : '', /Connection terminated/);
    }
    await settled();
    assert.deepEqual(
      groups.map((group) => group.items),
      [['a', 'b'], ['c']],
      'those who waited have their turn',
    );
    groups[1]!.done();
    assert.deepEqual(await waiting, ['C']);
  });
});
