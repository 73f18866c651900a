import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock, type TestContext, test } from 'node:test';
import { readConfig } from '../config.ts';
import { layout } from '../platform/database/embedded/folder.ts';
import { takeOwnership } from '../platform/database/embedded/owner-lock.ts';
import { doctor } from './doctor.ts';

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-doctor-'));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** What it says of the database, and what to do. */
async function told(dataDir: string): Promise<string[]> {
  const log = mock.method(console, 'log', () => undefined);
  try {
    assert.equal(await doctor({ ...readConfig({}), dataDir, logLevel: 'silent' }), 1);
    const lines = log.mock.calls.map(({ arguments: [line] }) => String(line));
    return lines.slice(lines.findIndex((line) => line.startsWith('WRONG'))).filter((line) => !line.startsWith('\n'));
  } finally {
    log.mock.restore();
  }
}

test('of a server whose database does not answer, it says that the server is there', async (t) => {
  const dataDir = await folderFor(t);
  const lock = await takeOwnership(layout(dataDir), () => undefined);
  t.after(() => lock.release());
  const [what, advice, ...more] = await told(dataDir);
  assert.equal(what, `WRONG  this very process has ${dataDir}, and its database does not answer`);
  assert.match(advice ?? '', /^ {7}→ .*end the server and start it again$/);
  assert.deepEqual(more, []);
});

test('where what is wrong with the database says what to do, nothing else is advised', async (t) => {
  const dataDir = await folderFor(t);
  await mkdir(join(dataDir, 'postgres'));
  await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
  const said = await told(dataDir);
  assert.match(said[0] ?? '', /^WRONG {2}the database can not be used: .*made by PostgreSQL 17, and this Tributary/);
  assert.equal(said.length, 1, said.join('\n'));
});
