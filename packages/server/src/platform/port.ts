import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from './errors.ts';

/** One that is being stopped lets go of its port within this. */
const PATIENCE_MS = 3000;
const EVERY_MS = 100;

/**
 * Throws where a port can not be listened on, before anything is begun that would then have to be ended. It is let go
 * again: whoever takes it in between is found when it is listened on for good.
 */
export async function findPortFree(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const code = await tryPort(host, port);
    if (code === undefined) return;
    if (code === 'EADDRINUSE' && performance.now() < end) await sleep(EVERY_MS);
    else
      throw new UserError('port_not_free', `${await explain(code, host, port)}, or choose another with PORT or --port`);
  }
}

function tryPort(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

async function explain(code: string, host: string, port: number): Promise<string> {
  const place = `${host}:${port}`;
  if (code === 'EACCES') return `this user may not listen on ${place}: let it`;
  if (code !== 'EADDRINUSE') return `nobody can listen on ${place} (${code}): correct HOST`;
  const who = (await isTributary(host, port)) ? 'another Tributary listens' : 'another program listens';
  return `${who} on ${place} already: stop it (“lsof -i :${port}” names it)`;
}

async function isTributary(host: string, port: number): Promise<boolean> {
  const near = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  try {
    const metrics = await fetch(`http://${near}:${port}/metrics`, { signal: AbortSignal.timeout(1000) });
    return (await metrics.text()).includes('tributary_');
  } catch {
    return false;
  }
}
