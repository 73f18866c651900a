import type { Config } from '../config.ts';
import { systemClock } from '../platform/clock.ts';
import { createLog } from '../platform/log.ts';
import { startTributary } from '../tributary.ts';
import { untilStopped } from './until-stopped.ts';

/** Runs the server until it is told to stop; then what is in flight finishes, and the database stops. */
export async function serve(config: Config): Promise<number> {
  const log = createLog(config.logLevel);
  const stopped = untilStopped();
  const tributary = await startTributary(config, { clock: systemClock, log });
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
