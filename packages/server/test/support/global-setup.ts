import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedDatabase, startEmbedded } from '../../src/platform/database/embedded/index.ts';
import { prepareTemplate, TEST_SERVER } from './database.ts';

let server: EmbeddedDatabase | undefined;
let folder: string | undefined;

/** One PostgreSQL for the whole test run, with a migrated template that every test file clones. */
export async function globalSetup(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'tributary-test-'));
  server = await startEmbedded({
    dataDir: folder,
    log: () => undefined,
    settings: { fsync: 'off', max_connections: '200' },
  });
  await prepareTemplate(server.connection);
  process.env[TEST_SERVER] = JSON.stringify(server.connection);
}

export async function globalTeardown(): Promise<void> {
  await server?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
}
