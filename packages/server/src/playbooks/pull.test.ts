import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { journeyDefinition } from '@tributary/model';
import { transaction } from '../platform/database/pool.ts';
import { diff } from './diff.ts';
import { pull } from './pull.ts';
import { push } from './push.ts';
import { readLibrary } from './read.ts';
import { openShelf, type TestShelf } from './test/shelf.ts';

describe('a journey that is pulled', () => {
  let shelf: TestShelf;
  before(async () => {
    shelf = await openShelf();
  });
  after(() => shelf.close());

  const publish = (name: string) =>
    transaction(shelf.db, (tx) =>
      shelf.journeys.publish(tx, shelf.ws, {
        ...{ name, entry: { kind: 'activity', activity: 'act::o' }, start: 'end' },
        shapes: { end: { kind: 'exit' } },
      }),
    );
  const tried = async (folder: string) =>
    (await push(shelf, shelf.ws, await readLibrary(folder), { dryRun: true })).map(({ name, did }) => `${name} ${did}`);

  test('has the name that it was given last, and is pushed back to itself', async () => {
    await publish('Before');
    await shelf.journeys.manage.rename(shelf.ws, { name: 'Before' }, { name: 'After', by: 'a test' });
    const whole = await shelf.journeys.definitions.find(shelf.db, shelf.ws, 'After');
    assert.equal(journeyDefinition.parse(whole?.definition).name, 'After');
    const folder = join(shelf.folder, 'renamed');
    assert.deepEqual(
      (await pull(shelf, shelf.ws, folder)).map(({ file, did }) => `${basename(file)} ${did}`),
      ['after.journey.yaml written'],
    );
    assert.match((await shelf.read())['renamed/after.journey.yaml']!, /^journey:\n {2}name: After\n/);
    assert.deepEqual(await diff(shelf, shelf.ws, await readLibrary(folder)), []);
    assert.deepEqual(await tried(folder), ['After unchanged']);
  });

  test('has a file whose name is not too long, whatever its own is', async () => {
    const names = ['a'.repeat(255), `${'a'.repeat(254)}b`, 'ж'.repeat(255), '𐐨'.repeat(120)];
    for (const name of names) await publish(name);
    const folder = join(shelf.folder, 'long');
    await pull(shelf, shelf.ws, folder);
    const files = (await readdir(folder)).filter((file) => file.endsWith('.journey.yaml'));
    const long = files.filter((file) => file !== 'after.journey.yaml');
    assert.equal(long.length, names.length);
    for (const file of long) {
      assert.ok(Buffer.byteLength(file) <= 255, file);
      assert.ok(!file.includes('\ufffd'), file);
    }
    assert.ok(files.includes(`${'a'.repeat(242)}.journey.yaml`));
    assert.ok(files.includes(`${'a'.repeat(240)}-2.journey.yaml`));
    assert.ok(files.includes(`${'ж'.repeat(121)}.journey.yaml`));
    assert.ok(files.includes(`${'𐐨'.repeat(60)}.journey.yaml`));
    assert.deepEqual([...new Set((await pull(shelf, shelf.ws, folder)).map(({ did }) => did))], ['unchanged']);
    assert.deepEqual(await diff(shelf, shelf.ws, await readLibrary(folder)), []);
  });
});
