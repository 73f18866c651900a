import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A server in a process of its own, started as a user would start it. */
export interface Child {
  pid: number;
  /** Ends it, as Ctrl-C does, and waits until it is gone. */
  close(): Promise<void>;
}

export function startChild(
  script: URL,
  args: readonly string[],
  o: { env?: Readonly<Record<string, string>>; nodeArgs?: readonly string[] } = {},
): Child {
  const child = spawn(process.execPath, [...(o.nodeArgs ?? []), fileURLToPath(script), ...args], {
    env: { ...process.env, ...o.env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return { pid: child.pid!, close: () => end(child) };
}

/** Runs a command to its end; returns what it printed. */
export async function run(
  script: URL,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const options = { env: { ...process.env, ...env } };
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(script), ...args], options);
  return stdout;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
