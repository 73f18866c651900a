import { randomBytes } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAnswered } from './address.ts';
import { DataFolderInUse } from './errors.ts';
import { type DataFolder, giveToFolderOwner } from './folder.ts';
import { birthOf, pidNamespace } from './processes.ts';

export interface OwnerLock {
  /** From now on a successor waits for us instead of giving up. */
  closing(): Promise<void>;
  release(): Promise<void>;
}

interface Holder {
  pid: number;
  born: string;
  space: string;
  closing: boolean;
  /** A command that found the database stopped: it is gone again in a moment. */
  passing?: boolean;
}

type Us = Pick<Holder, 'pid' | 'space'>;

/**
 * How long a successor waits for a holder that is well, for one that is only passing, and for one that said it is
 * leaving. A server that leaves may have 30 seconds of requests in hand, as many of mail, and a minute until PostgreSQL
 * is made to end.
 */
const PATIENCE = { wellMs: 5_000, passingMs: 60_000, closingMs: 180_000 };

/**
 * One owner at a time for a folder, whoever dies when. The owner is the file with the highest number, if the process
 * named in it lives; an empty one is free. A successor never removes its predecessor's file to make room, because two
 * who both found it stale would then remove each other's: it makes the next number, which only one can, and looks
 * whether it really is the highest. The highest number is never removed, so numbers only grow.
 */
export async function takeOwnership(
  folder: DataFolder,
  log: (msg: string, detail?: object) => void,
  o: { passing?: boolean; patience?: typeof PATIENCE } = {},
): Promise<OwnerLock> {
  await mkdir(folder.owner, { recursive: true });
  await giveToFolderOwner(folder, folder.owner);
  const me: Holder = {
    pid: process.pid,
    born: (await birthOf(process.pid)) ?? '',
    space: await pidNamespace(),
    closing: false,
    passing: o.passing ?? false,
  };
  const { wellMs, passingMs, closingMs } = o.patience ?? PATIENCE;
  const came = performance.now();
  let before = { number: 0, since: came };
  let said = false;
  for (;;) {
    const last = await highest(folder.owner);
    const holder = last === 0 ? undefined : await readHolder(join(folder.owner, String(last)));
    if (holder === 'changed') continue;
    if (last !== before.number) before = { number: last, since: performance.now() };
    if (holder === undefined || !(await lives(holder, me, folder))) {
      if (await claim(folder, last + 1, me)) return lockOn(folder, last + 1, me);
      continue;
    }
    const patience = holder.closing ? closingMs : holder.passing ? passingMs : wellMs;
    if (performance.now() - before.since > patience) throw inUse(folder.root, holder, me);
    if (performance.now() - came > 2_000 && !said) {
      log('Waiting for the process that owns the data folder', { pid: holder.pid, closing: holder.closing });
      said = true;
    }
    await sleep(50);
  }
}

/** Whoever has the folder goes on: a command may use its database and will not see it end. */
export async function isHeldToStay(folder: DataFolder): Promise<boolean> {
  const last = await highest(folder.owner).catch(() => 0);
  const holder = last === 0 ? undefined : await readHolder(join(folder.owner, String(last)));
  if (holder === 'changed') return isHeldToStay(folder);
  return !holder?.closing && !holder?.passing;
}

/** What is to be said where the database of whoever has the folder gives no answer; undefined where nobody has it. */
export async function hungIn(folder: DataFolder): Promise<DataFolderInUse | undefined> {
  const me = { pid: process.pid, space: await pidNamespace() };
  const last = await highest(folder.owner).catch(() => 0);
  const holder = last === 0 ? undefined : await readHolder(join(folder.owner, String(last)));
  if (holder === undefined || holder === 'changed' || !(await lives(holder, me, folder))) return undefined;
  const who = named(holder, me);
  return new DataFolderInUse(
    `The database in ${folder.root} does not answer, and ${who} has the folder. Its log and postgres.log in the folder may say why; if it does not come back, end that one and start it again.`,
    who,
  );
}

function lockOn(folder: DataFolder, number: number, me: Holder): OwnerLock {
  const file = join(folder.owner, String(number));
  return {
    closing: async () => {
      const draft = draftName(folder);
      await write(folder, draft, { ...me, closing: true });
      await rename(draft, file);
    },
    release: async () => {
      await truncate(file, 0).catch((error: NodeJS.ErrnoException) => {
        // The whole data folder was removed under us.
        if (error.code !== 'ENOENT') throw error;
      });
    },
  };
}

/**
 * Makes the number ours if it is new and still the highest; only `takeOwnership` has a reason to. A link appears with
 * its content, and fails if the name is taken; `open('wx')` would show an empty file first.
 */
export async function claim(folder: DataFolder, number: number, me: Holder): Promise<boolean> {
  const file = join(folder.owner, String(number));
  const draft = draftName(folder);
  try {
    await write(folder, draft, me);
    await link(draft, file);
  } catch (error) {
    // ENOENT: the winner swept our draft away.
    if (['EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  if ((await highest(folder.owner)) !== number) {
    await rm(file, { force: true });
    return false;
  }
  const others = (await readdir(folder.owner)).filter((name) => name !== String(number) && !(Number(name) > number));
  await Promise.all(others.map((name) => rm(join(folder.owner, name), { force: true })));
  return true;
}

function draftName(folder: DataFolder): string {
  return join(folder.owner, `draft-${randomBytes(6).toString('hex')}`);
}

async function write(folder: DataFolder, draft: string, holder: Holder): Promise<void> {
  await writeFile(draft, JSON.stringify(holder));
  await giveToFolderOwner(folder, draft);
}

async function highest(owner: string): Promise<number> {
  const numbers = (await readdir(owner)).map(Number).filter((n) => n > 0);
  return Math.max(0, ...numbers);
}

async function readHolder(file: string): Promise<Holder | 'changed' | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'changed';
    // Empty: free. Half a file is what a power cut left, and nobody who wrote it lives.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** In another container its pid says nothing to us, but the socket lies in the folder that we share with it. */
async function lives(holder: Holder, me: Us, folder: DataFolder): Promise<boolean> {
  return holder.space === me.space ? (await birthOf(holder.pid)) === holder.born : isAnswered(folder.run);
}

/** As a sentence names it. */
function named({ pid, space }: Holder, me: Us): string {
  if (space !== me.space) return `process ${pid} of another container`;
  return pid === me.pid ? 'this very process' : `process ${pid}`;
}

function inUse(dataDir: string, holder: Holder, me: Us): DataFolderInUse {
  const { passing, closing } = holder;
  const who = named(holder, me);
  const what = closing ? ', which is stopping and does not come to an end' : passing ? ', a command that goes on' : '';
  return new DataFolderInUse(
    `The data folder ${dataDir} is in use by ${who}${what}. Stop that one first, or give this one a folder of its own with --data.`,
    who,
  );
}
