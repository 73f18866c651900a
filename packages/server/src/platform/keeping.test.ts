import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { whyNotKept } from './keeping.ts';

test('whether a folder can be written in is found out without making it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-keeping-'));
  t.after(() => rm(folder, { recursive: true }));
  assert.equal(await whyNotKept(folder), undefined);
  assert.equal(await whyNotKept(join(folder, 'not', 'there')), undefined);
  await writeFile(join(folder, 'file'), '');
  assert.equal(await whyNotKept(join(folder, 'file', 'data')), 'ENOTDIR');
  assert.equal(await whyNotKept(join(folder, 'file')), 'ENOTDIR');
  await mkdir(join(folder, 'closed'), { mode: 0o500 });
  // Root may write anywhere.
  if (process.getuid?.() !== 0) assert.equal(await whyNotKept(join(folder, 'closed', 'data')), 'EACCES');
  assert.deepEqual((await readdir(folder)).sort(), ['closed', 'file']);
});
