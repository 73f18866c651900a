import { once } from 'node:events';
import { chmod, chown, lstat, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DataFolder, isRoot } from './folder.ts';
import { type Runner, run } from './runner.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** No port on a socket: a part of the file's name. */
const PORT = 5432;
const TEMPORARY = 'tributary-';

/**
 * Where the server listens. Best in the data folder: it is there for commands beside a service that has a /tmp of its
 * own, and nobody sweeps it. But a socket's path has room for some 100 bytes only, and shared folders of virtual
 * machines take no socket at all: then a folder in the system's temporary one, and a port on loopback at the last.
 */
export async function chooseAddress(folder: DataFolder, runner: Runner, previous?: Address): Promise<Address> {
  if (await usable(folder.run, runner)) {
    await forgetAddress(previous);
    return { host: folder.run, port: PORT };
  }
  if (isTemporary(previous) && (await isStillOurs(previous.host, runner)) && (await usable(previous.host, runner))) {
    return previous;
  }
  await forgetAddress(previous);
  for (const parent of new Set([tmpdir(), '/tmp'])) {
    const host = await mkdtemp(join(parent, TEMPORARY)).catch(() => undefined);
    if (host === undefined) continue;
    if (await usable(host, runner)) return { host, port: PORT };
    await rm(host, { recursive: true });
  }
  return { host: '127.0.0.1', port: await freePort() };
}

/** Removes a socket's folder from the system's temporary one. The one in the data folder stays. */
export async function forgetAddress(address: Address | undefined): Promise<void> {
  if (isTemporary(address)) await rm(address.host, { recursive: true, force: true });
}

/**
 * Removes what a dead server left in its socket's folder. PostgreSQL would do it, unless the pid in the lock file is
 * in use again. The folder is ours alone, and so is a server on it.
 */
export async function sweepAddress({ host }: Address): Promise<void> {
  if (!host.startsWith('/')) return;
  await Promise.all([socketFile(host), `${socketFile(host)}.lock`].map((path) => rm(path, { force: true })));
}

/** Whether somebody listens there, whoever that is. */
export async function isAnswered(host: string): Promise<boolean> {
  const socket = connect(socketFile(host));
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function isTemporary(address: Address | undefined): address is Address {
  return address !== undefined && /\/tributary-\w{6}$/.test(address.host);
}

/** In a folder that everybody writes in, the name alone proves nothing. */
async function isStillOurs(host: string, runner: Runner): Promise<boolean> {
  const found = await lstat(host).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === runner.uid && (found.mode & 0o077) === 0;
}

async function usable(host: string, runner: Runner): Promise<boolean> {
  // The setting is a list, with quotes and commas: plain names only.
  if (Buffer.byteLength(socketFile(host)) >= 100 || !/^[\w./+-]+$/.test(host)) return false;
  await mkdir(host, { recursive: true });
  if (isRoot()) await chown(host, runner.uid, runner.gid);
  await chmod(host, 0o700);
  const { code } = await run(runner, ['/bin/sh', '-c', 'cd -- "$1"', 'probe', host]);
  return code === 0 && (await takesSockets(host));
}

async function takesSockets(host: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(join(host, 'probe'));
    await once(server, 'listening');
    await chmod(join(host, 'probe'), 0o700);
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function socketFile(host: string): string {
  return join(host, `.s.PGSQL.${PORT}`);
}
