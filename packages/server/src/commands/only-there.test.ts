import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

test('a command that only looks makes no database in a folder that is mistyped, and says so', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-typo-'));
  t.after(() => rm(folder, { recursive: true }));
  const typo = join(folder, 'typo');
  const run = async (...words: string[]) => {
    const { DATABASE_URL: _other, ...env } = process.env;
    const child = spawn(process.execPath, [MAIN, ...words, '--data', typo], { stdio: ['ignore', 'pipe', 'pipe'], env });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
    const [code] = await once(child, 'close');
    return [code, said];
  };
  const told = `tributary: there is no data folder ${typo}, or no database in it: look at --data and DATA_DIR; "serve" makes a new one (no_data_folder)\n`;
  for (const command of [
    'doctor',
    'explain anna@example.com',
    'keys list',
    'keys revoke 1',
    'journeys show a',
    'export people',
  ])
    assert.deepEqual(await run(...command.split(' ')), [1, told], command);
  assert.deepEqual(await run('backup', join(folder, 'copy')), [1, told]);
  // What is missing in the command is told first: it is wrong whatever is in the folder.
  for (const [command, missing] of [
    ['keys revoke', 'which key? keys revoke ID (see "keys list") (key_missing)'],
    ['backup', 'write it so: backup FOLDER (unknown_command)'],
    [
      'ortto connect',
      'write one of (unknown_command):\n  ortto connect --url us|au|eu|ADDRESS --key PRV-… [--bridge] [--new-secret], or with the key in ORTTO_KEY\n  ortto disconnect',
    ],
  ] as const)
    assert.deepEqual(await run(...command.split(' ')), [2, `tributary: ${missing}\n`], command);
  assert.deepEqual(await readdir(folder), []);
});
