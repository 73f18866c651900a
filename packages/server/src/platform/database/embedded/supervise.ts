import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedDatabaseError } from './errors.ts';
import { type ServerPlan, startServer } from './server.ts';

const MOST_RESTARTS = 5;
const WITHIN_MS = 60_000;

export interface Supervised {
  close(): Promise<void>;
}

/** Starts the server and, whenever it dies under us, starts it again at the same address. */
export async function supervise(plan: ServerPlan, onFatal: (error: Error) => void): Promise<Supervised> {
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
      if (recent.length > MOST_RESTARTS) {
        const text = `PostgreSQL ended ${recent.length} times within a minute. The end of ${plan.folder.log}:`;
        return onFatal(new EmbeddedDatabaseError([text, ...lines].join('\n')));
      }
      plan.log('PostgreSQL ended under us; starting it again', { code, lines });
      try {
        server = await startServer(plan, closing.signal);
        if (closing.signal.aborted) server.stop();
        else plan.log('PostgreSQL is back', { ms: Math.round(performance.now() - now) });
      } catch (error) {
        if (closing.signal.aborted) return;
        plan.log('PostgreSQL could not be started again', { error });
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
