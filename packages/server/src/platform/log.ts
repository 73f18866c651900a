import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type Log = Logger;

/** For a person on a terminal, JSON lines for everything else. Always on stderr: stdout is for results. */
export function createLog(level: string): Log {
  const human = process.stderr.isTTY === true;
  const stream = human
    ? pretty({ destination: 2, sync: true, ignore: 'pid,hostname', singleLine: true })
    : pino.destination(2);
  return pino({ level, base: null }, stream);
}
