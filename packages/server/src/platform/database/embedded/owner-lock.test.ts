import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DataFolderInUse } from './errors.ts';
import { layout } from './folder.ts';
import { claim, isHeldToStay, takeOwnership } from './owner-lock.ts';
import { birthOf, pidNamespace } from './processes.ts';
import { afterwards, temporaryFolder, until } from './test/support.ts';

const CONTENDER = fileURLToPath(new URL('./test/contender.ts', import.meta.url));
const silent = () => undefined;
const patience = { wellMs: 300, passingMs: 10_000, closingMs: 10_000 };

test('sixteen processes want the folder, some die with it: never do two own it', async (t) => {
  const root = await temporaryFolder(t);
  const children = Array.from({ length: 16 }, (_, i): ChildProcess => {
    const end = i % 4 === 0 ? 'die' : 'release';
    return spawn(process.execPath, [CONTENDER, root, '6', end], { stdio: ['ignore', 'pipe', 'inherit'] });
  });
  afterwards(t, () => children.map((child) => child.kill('SIGKILL')));
  const ends = await Promise.all(children.map(async (child) => (await once(child, 'close')) as [number, string]));
  assert.deepEqual(
    ends.map(([code, signal]) => signal ?? code),
    ends.map((_, i) => (i % 4 === 0 ? 'SIGKILL' : 0)),
  );
  assert.equal((await readdir(join(root, 'owner'))).length, 1, 'one file is left, whatever was tried');
});

test('who slept between looking and claiming does not become a second owner', async (t) => {
  const folder = layout(await temporaryFolder(t));
  await (await takeOwnership(folder, silent)).release();
  // It saw number 1 free. Meanwhile others took 2, left it, took 3 and swept up.
  const late = { pid: process.pid, born: 'late', space: '', closing: false };
  await (await takeOwnership(folder, silent)).release();
  const owner = await takeOwnership(folder, silent);
  assert.equal(await claim(folder, 2, late), false);
  assert.deepEqual(await readdir(folder.owner), ['3']);
  await owner.release();
});

test('a holder that is well is told of after some patience; one that closes is waited for', async (t) => {
  const folder = layout(await temporaryFolder(t));
  const first = await takeOwnership(folder, silent);
  const began = performance.now();
  await assert.rejects(takeOwnership(folder, silent, { patience }), (error) => {
    assert.ok(error instanceof DataFolderInUse);
    assert.match(error.message, /in use by this very process.*--data/);
    return true;
  });
  assert.ok(performance.now() - began >= patience.wellMs);

  await first.closing();
  const second = takeOwnership(folder, silent, { patience });
  setTimeout(() => void first.release(), patience.wellMs * 2);
  await (await second).release();
});

test('a command that holds it is waited for, and its database is not for others', async (t) => {
  const folder = layout(await temporaryFolder(t));
  let holder = await takeOwnership(folder, silent, { passing: true });
  assert.equal(await isHeldToStay(folder), false);
  const waiting = takeOwnership(folder, silent, { patience });
  await new Promise((resolve) => setTimeout(resolve, patience.wellMs * 2));
  await holder.release();
  holder = await waiting;
  assert.equal(await isHeldToStay(folder), true);
  await holder.closing();
  assert.equal(await isHeldToStay(folder), false);
  await holder.release();
});

test('a pid that now is somebody else, or half a file from a power cut, does not stand in the way', async (t) => {
  const folder = layout(await temporaryFolder(t));
  await mkdir(folder.owner);
  const stranger = { pid: process.ppid, born: 'long ago', space: await pidNamespace(), closing: false };
  for (const [number, text] of [
    ['7', JSON.stringify(stranger)],
    ['9', '{"pid":'],
  ] as const) {
    await writeFile(join(folder.owner, number), text);
    const began = performance.now();
    await (await takeOwnership(folder, silent)).release();
    assert.ok(performance.now() - began < 4_500, 'it was waited for');
  }
  assert.deepEqual(await readdir(folder.owner), ['10']);
});

test('a zombie is not alive', async (t) => {
  // What the shell becomes before its child ends never asks for it.
  const parent = spawn('/bin/sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  afterwards(t, () => parent.kill('SIGKILL'));
  const [output] = (await once(parent.stdout, 'data')) as [Buffer];
  const zombie = Number(output.toString());
  await until('it is a zombie', async () => (await birthOf(zombie)) === undefined, 20_000);
  assert.ok(process.kill(zombie, 0), 'a zombie takes signals');
  assert.equal(typeof (await birthOf(process.pid)), 'string');
});
