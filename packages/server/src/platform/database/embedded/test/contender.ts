/** Wants a folder again and again, and says so if it ever has it together with somebody else. */
import { mkdirSync, rmdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { layout } from '../folder.ts';
import { takeOwnership } from '../owner-lock.ts';

const [, , root = '', rounds = '1', end = 'release'] = process.argv;
const alone = `${root}/alone`;
for (let round = 0; round < Number(rounds); round++) {
  const lock = await takeOwnership(layout(root), () => undefined, {
    patience: { wellMs: 60_000, passingMs: 60_000, closingMs: 60_000 },
  });
  mkdirSync(alone);
  await sleep(1);
  rmdirSync(alone);
  if (end === 'die') process.kill(process.pid, 'SIGKILL');
  await lock.release();
}
console.log('done');
