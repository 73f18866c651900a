import { setTimeout as sleep } from 'node:timers/promises';
import { type ServerPlan, startServer } from './server.ts';

/** So many ends within a minute are answered by a new start at once; after that a pause comes first. */
const RESTARTS_AT_ONCE = 5;
const WITHIN_MS = 60_000;
const PAUSE_MS = 2_000;

export interface Supervised {
  close(): Promise<void>;
}

/**
 * Starts the server and, whenever it dies under us, tells of that as trouble and starts it again at the same address. It is never given up: while it
 * does not answer, the rest of Tributary keeps what it has and tries again, and `/readyz` says so.
 */
export async function supervise(plan: ServerPlan, trouble: ServerPlan['log']): Promise<Supervised> {
  const closing = new AbortController();
  let server = await startServer(plan, closing.signal);

  async function watch(): Promise<void> {
    let recent: number[] = [];
    for (;;) {
      const code = await server.ended;
      if (closing.signal.aborted) return;
      const now = performance.now();
      recent = [...recent.filter((then) => now - then < WITHIN_MS), now];
      const lines = await server.lastLines();
      trouble('PostgreSQL ended under us; starting it again', { code, lines, file: plan.folder.log });
      try {
        if (recent.length > RESTARTS_AT_ONCE) {
          trouble(`PostgreSQL ended ${recent.length} times within a minute; a pause comes before the next start`);
          await sleep(PAUSE_MS, undefined, { signal: closing.signal });
        }
        server = await startServer(plan, closing.signal);
        if (closing.signal.aborted) server.stop();
        else plan.log('PostgreSQL is back', { ms: Math.round(performance.now() - now) });
      } catch (error) {
        if (closing.signal.aborted) return;
        trouble('PostgreSQL could not be started again', { error });
        // Nothing runs: the loop comes round at once, so the next try takes its time.
        await sleep(1_000);
      }
    }
  }

  const watching = watch();
  return {
    close: async () => {
      closing.abort();
      server.stop();
      await watching;
    },
  };
}
