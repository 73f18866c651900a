import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { transaction } from '../platform/database/pool.ts';
import { createKey, listKeys, revokeKey } from './keys.ts';
import { ensureWorkspace, type Workspace } from './workspace.ts';

const NOW = new Date('2026-03-02T08:00:00Z');

describe('a key', () => {
  let t: TestDatabase;
  let workspace: Workspace;
  before(async () => {
    t = await testDatabase();
    workspace = await transaction(t.db, (tx) => ensureWorkspace(tx, NOW, async () => undefined));
  });
  after(() => t.close());

  const make = async (name: string) => (await createKey(t.db, workspace, name, NOW)).id;
  const inUse = async () => (await listKeys(t.db)).flatMap(({ id, revokedAt }) => (revokedAt ? [] : [id]));

  test('is ended by its number, whatever another is called, and by its name where it alone has that', async () => {
    const [site, shop] = [await make('Site'), await make('Shop')];
    const named = await make(String(site));
    assert.equal((await revokeKey(t.db, String(site), NOW)).id, site);
    assert.deepEqual(await inUse(), [shop, named]);
    await assert.rejects(revokeKey(t.db, String(site), NOW), { code: 'key_not_found' });
    assert.deepEqual(await inUse(), [shop, named]);
    assert.equal((await revokeKey(t.db, 'Shop', NOW)).id, shop);
  });

  test('whose name others have is not ended by it: they are listed', async () => {
    const [one, two] = [await make('Twin'), await make('Twin')];
    await assert.rejects(revokeKey(t.db, 'Twin', NOW), {
      code: 'key_ambiguous',
      message: `2 keys are called "Twin": say which number, ${one}, ${two}`,
    });
    await revokeKey(t.db, String(one), NOW);
    assert.equal((await revokeKey(t.db, 'Twin', NOW)).id, two);
  });

  test('has no name that a terminal would act on', async () => {
    for (const name of ['a\u001b[31mb', 'a\nb', 'a\u202eb'])
      await assert.rejects(make(name), { code: 'name_is_wrong' }, JSON.stringify(name));
    assert.ok(await make('Anna’s site 👩‍💻'));
  });
});
