import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, parseCronItems, type Runner, run } from 'graphile-worker';
import type { Db } from './database/pool.ts';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';

/** Something done from time to time, by one of the processes. It must bear being done twice. */
export interface ScheduledJob {
  name: string;
  /** Five fields, UTC, as crontab reads them. */
  cron: string;
  run(): Promise<void>;
}

export interface Jobs {
  db: Db;
  log: Log;
  jobs: readonly ScheduledJob[];
}

/** How long after it has stopped the next try to start it. */
const AGAIN_MS = 5000;

/**
 * Runs scheduled jobs on graphile-worker: the schedule is kept in the database,
 * so that several processes do each job once, and a failed one is tried again
 * with a growing pause. Where graphile-worker gives up, such as over a database that is gone when a job ends, it is started
 * again.
 */
export async function startJobs(o: Jobs): Promise<{ close(): Promise<void> }> {
  const closing = new AbortController();
  let runner = await runJobs(o);
  const startAgain = async (): Promise<Runner> => {
    for (;;) {
      await sleep(AGAIN_MS, undefined, { signal: closing.signal });
      try {
        return await runJobs(o);
      } catch (error) {
        o.log.warn({ why: messageOf(error) }, 'scheduled jobs can not be started');
      }
    }
  };
  const stop = (): Promise<void> => runner.stop().catch((error) => o.log.debug(`jobs: ${messageOf(error)}`));
  const keepRunning = async (): Promise<void> => {
    for (;;) {
      if (closing.signal.aborted) return stop();
      await runner.promise.catch((error: unknown) => o.log.error({ err: error }, `jobs: ${messageOf(error)}`));
      if (closing.signal.aborted) return;
      o.log.error('scheduled jobs have stopped: they are started again');
      runner = await startAgain();
    }
  };
  // The pause before a start may be broken off.
  const running = keepRunning().catch((error: unknown) => o.log.debug(`jobs: ${messageOf(error)}`));
  return {
    async close() {
      closing.abort();
      await stop();
      await running;
    },
  };
}

function runJobs(o: Jobs): Promise<Runner> {
  const tasks = Object.fromEntries(
    o.jobs.map((job) => [
      job.name,
      async () => {
        try {
          await job.run();
        } catch (error) {
          o.log.warn({ err: error, job: job.name }, `${job.name}: ${messageOf(error)}`);
          throw error;
        }
      },
    ]),
  );
  // In batches, if of one: what else is told of a job's end nobody waits for, and its failure ends the process (0.17.3).
  const ends = { completeJobBatchDelay: 0, failJobBatchDelay: 0 };
  return run({
    pgPool: o.db,
    taskList: tasks,
    parsedCronItems: parseCronItems(
      o.jobs.map((job) => ({ task: job.name, match: job.cron, identifier: job.name, options: { maxAttempts: 3 } })),
    ),
    noHandleSignals: true,
    logger: new Logger(() => (level, message) => o.log[level === 'error' ? 'error' : 'debug'](`jobs: ${message}`)),
    preset: { worker: { concurrentJobs: 1, pollInterval: 10_000, schema: 'graphile_worker', ...ends } },
  });
}
