import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { birthOf, pidNamespace } from './processes.ts';

const PART = /^(\d+)-([0-9a-f]{8})-([0-9a-f]{8})-\w{6}(\.gone)?$/;

/**
 * A folder beside the place of a backup, in which it is made: `PLACE.part-PID-…`. Nobody else's: two that are made at once
 * must not take each other's files for what has vanished.
 */
export async function makePart(place: string): Promise<string> {
  const { machine, born } = await whoIs(process.pid);
  return mkdtemp(`${place}.part-${process.pid}-${machine}-${born}-`);
}

/** Removes what earlier ones left there that were killed. Those of another machine or container may well be alive. */
export async function sweepParts(place: string): Promise<void> {
  const start = `${basename(place)}.part-`;
  const names = await readdir(dirname(place)).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(start))) {
    const [, pid, machine, born] = PART.exec(name.slice(start.length)) ?? [];
    if (pid === undefined) continue;
    const now = await whoIs(Number(pid));
    if (machine !== now.machine || born === now.born) continue;
    const part = join(dirname(place), name);
    // Should it be at work after all, it fails over its next file rather than to lack some.
    const gone = name.endsWith('.gone') ? part : `${part}.gone`;
    await rename(part, gone).then(
      () => rm(gone, { recursive: true, force: true }),
      () => undefined,
    );
  }
}

async function whoIs(pid: number): Promise<{ machine: string; born: string | undefined }> {
  const birth = await birthOf(pid);
  return {
    machine: digest(`${hostname()} ${await pidNamespace()}`),
    born: birth === undefined ? undefined : digest(birth),
  };
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);
