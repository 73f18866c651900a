import { dirname } from 'node:path';
import { type Binaries, copied, findPackage, type PostgresPackage, packaged } from './binaries.ts';
import { EmbeddedDatabaseError } from './errors.ts';
import { type DataFolder, isRoot } from './folder.ts';
import { type Runner, run, runners } from './runner.ts';

export interface Way {
  readonly runner: Runner;
  readonly binaries: Binaries;
  readonly major: string;
}

/**
 * Who runs which copy of PostgreSQL. Each way is really tried, with `postgres --version`: permissions, access lists,
 * capabilities and what a container's kernel forbids are too many to reckon with. Takes some 10 ms.
 */
export async function chooseWay(folder: DataFolder): Promise<Way> {
  const pack = findPackage();
  const failed: string[] = [];
  for (const runner of await runners(folder)) {
    const result = await tryRunner(runner, pack, folder);
    if (typeof result !== 'string') return { runner, binaries: result, major: pack.major };
    failed.push(`as ${runner.name}: ${result}`);
  }
  const advice = isRoot()
    ? 'PostgreSQL does not run as root, and no other user can be used here. Keep the data where every user may pass, ' +
      'for example --data /var/lib/tributary; or start as an ordinary user; or set DATABASE_URL to a server of your own.'
    : 'Set DATABASE_URL to a PostgreSQL server of your own if this machine cannot run the one that is included.';
  throw new EmbeddedDatabaseError(`PostgreSQL cannot be run on ${folder.root}. ${advice} Tried ${failed.join('; ')}.`);
}

const NO_DATA = 91;
const NO_BINARIES = 92;
const PROBE = `cd -- "$1" 2>/dev/null || exit ${NO_DATA}; [ -x "$2" ] || exit ${NO_BINARIES}; exec "$2" --version`;

async function tryRunner(runner: Runner, pack: PostgresPackage, folder: DataFolder): Promise<Binaries | string> {
  const probe = ({ postgres }: Binaries) => run(runner, ['/bin/sh', '-c', PROBE, 'probe', folder.root, postgres]);
  const inPackage = await packaged(pack);
  const first = inPackage === undefined ? { code: NO_BINARIES, output: '' } : await probe(inPackage);
  if (inPackage !== undefined && first.code === 0) return inPackage;
  if (first.code === NO_DATA) return `cannot enter ${await firstClosed(runner, folder.root)}`;
  if (first.code !== NO_BINARIES) return first.output;
  const copy = await copied(pack, folder);
  const second = await probe(copy);
  return second.code === 0 ? copy : second.output || `cannot run ${copy.postgres}`;
}

async function firstClosed(runner: Runner, path: string): Promise<string> {
  const parent = dirname(path);
  if (parent === path) return path;
  const { code } = await run(runner, ['/bin/sh', '-c', 'cd -- "$1"', 'probe', parent]);
  return code === 0 ? path : firstClosed(runner, parent);
}
