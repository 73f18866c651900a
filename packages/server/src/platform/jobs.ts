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

/**
 * Runs scheduled jobs on graphile-worker: the schedule is kept in the database,
 * so that several processes do each job once, and a failed one is tried again
 * with a growing pause.
 */
export async function startJobs(o: {
  db: Db;
  log: Log;
  jobs: readonly ScheduledJob[];
}): Promise<{ close(): Promise<void> }> {
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
  const runner: Runner = await run({
    pgPool: o.db,
    taskList: tasks,
    parsedCronItems: parseCronItems(
      o.jobs.map((job) => ({ task: job.name, match: job.cron, identifier: job.name, options: { maxAttempts: 3 } })),
    ),
    noHandleSignals: true,
    logger: new Logger(() => (level, message) => o.log[level === 'error' ? 'error' : 'debug'](`jobs: ${message}`)),
    preset: { worker: { concurrentJobs: 1, pollInterval: 10_000, schema: 'graphile_worker' } },
  });
  runner.promise.catch((error: unknown) => o.log.error({ err: error }, 'scheduled jobs have stopped'));
  return { close: () => runner.stop() };
}
