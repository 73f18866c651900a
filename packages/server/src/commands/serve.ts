import type { Config } from '../config.ts';
import { systemClock } from '../platform/clock.ts';
import { createLog, type Log } from '../platform/log.ts';
import { startTributary, type Tributary } from '../tributary.ts';
import { untilStopped } from './until-stopped.ts';

/**
 * How long what is in flight may take to finish. Mail and writes that are on the wire have 70 s between them, and a service
 * manager kills after 90.
 */
const FINISH_MS = 80_000;

/** Runs the server until it is told to stop; then what is in flight finishes, and the database stops. */
export async function serve(config: Config, { finishMs = FINISH_MS } = {}): Promise<number> {
  const log = createLog(config.logLevel);
  const stopped = untilStopped();
  let tributary: Tributary | undefined;
  // Also where it has not come up yet, and waits for a database that hangs.
  void stopped.then(() => endAfter(finishMs, () => tributary?.left() ?? ['the start'], log));
  tributary = await startTributary(config, { clock: systemClock, log });
  log.info(
    { url: tributary.url, ...(config.smtpUrl ? {} : { mailbox: `${tributary.url}/mailbox` }) },
    `Tributary listens on ${tributary.url}`,
  );
  if (!config.smtpUrl) log.info(`no SMTP_URL: mail stays in the built-in mailbox, ${tributary.url}/mailbox`);
  const signal = await stopped;
  log.info(`${signal}: finishing what is in flight`);
  await tributary.close();
  return 0;
}

/** What hangs is not waited for: all that was acknowledged is durable, and what was in flight is settled at the next start. */
function endAfter(ms: number, left: () => string[], log: Log): void {
  setTimeout(() => {
    log.error({ left: left() }, `not finished within ${ms / 1000} s: ended all the same, as if it had been killed`);
    process.exit(1);
  }, ms).unref();
}
