import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type Log = Logger;

/**
 * An error without what libraries hang on it: a lost connection carries its whole client, a hundred kilobytes a line,
 * its password among them.
 */
export function leanError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, detail, cause } = error as { code?: unknown; detail?: unknown; cause?: unknown };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof detail === 'string' ? { detail } : {}),
    ...(cause instanceof Error ? { cause: leanError(cause) } : {}),
  };
}

/** For a person on a terminal, JSON lines for everything else. Always on stderr: stdout is for results. */
export function createLog(level: string): Log {
  const human = process.stderr.isTTY === true;
  const stream = human
    ? pretty({ destination: 2, sync: true, ignore: 'pid,hostname', singleLine: true })
    : pino.destination(2);
  return pino({ level, base: null, serializers: { err: leanError } }, stream);
}
