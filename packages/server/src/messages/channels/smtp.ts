import { parseConnectionUrl } from 'nodemailer/lib/shared';
import { messageOf } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import type { EmailChannel, Mail, SendOutcome } from './channel.ts';
import { asciiAddress, compose } from './mime.ts';
import { judge } from './refusal.ts';
import { type Line, type LineOutcome, type LineSettings, openLine } from './smtp-line.ts';

const CONNECTIONS = 10;
const IDLE_MS = 60_000;
const TRY_MS = 5000;
/** How long a server's own limit of connections is believed. */
const FEWER_MS = 60_000;

export interface SmtpOptions {
  log?: Log;
  /** At most this many connections. */
  connections?: number;
  timeouts?: Partial<Pick<LineSettings, 'answerMs' | 'acceptMs'> & { connectMs: number }>;
}

/**
 * E-mail over SMTP, on connections that stay open. The address is
 * `smtp://user:password@host:587` or `smtps://…`, with nodemailer's options
 * behind it where they are needed (`?tls.rejectUnauthorized=false`). Connections are ours rather
 * than nodemailer's pool, whose errors can not tell a mail that surely was not
 * sent from one that may have arrived (docs/decisions/0003): the first is tried
 * again at once, the second never by itself.
 */
export function smtpChannel(url: string, o: SmtpOptions = {}): EmailChannel {
  const lines = createLines(settingsFrom(url, o), o.connections ?? CONNECTIONS, o.log);
  return {
    capacity: o.connections ?? CONNECTIONS,
    async send(mail, isStale = () => false) {
      let message: Buffer;
      try {
        message = compose(mail);
      } catch (error) {
        return { did: 'refused', forGood: true, about: 'us', response: messageOf(error) };
      }
      for (;;) {
        const line = await lines.take();
        if ('why' in line) return { did: 'unreachable', why: line.why };
        if (isStale()) {
          lines.giveBack(line);
          return { did: 'stale' };
        }
        const reused = line.used > 0;
        const outcome = await line.send(envelopeOf(mail), message);
        lines.giveBack(line);
        // A connection that had been idle, and was dropped meanwhile: nothing was handed over, so another may be tried.
        if (outcome.did !== 'lost' || !reused) return judged(outcome);
      }
    },
    close: () => lines.close(),
  };
}

/** Why no mail can leave through it: no connection, or no login; undefined where it can. */
export async function trySmtp(url: string): Promise<string | undefined> {
  const lines = createLines(settingsFrom(url, { timeouts: { connectMs: TRY_MS, answerMs: TRY_MS } }), 1, undefined);
  const line = await lines.take();
  if (!('why' in line)) lines.giveBack(line);
  await lines.close();
  return 'why' in line ? line.why : undefined;
}

function settingsFrom(url: string, o: SmtpOptions): LineSettings {
  const { auth, ...server } = parseConnectionUrl(url) as LineSettings['options'] & Pick<LineSettings, 'auth'>;
  const connectMs = o.timeouts?.connectMs ?? 10_000;
  const answerMs = o.timeouts?.answerMs ?? 60_000;
  return {
    options: { connectionTimeout: connectMs, greetingTimeout: connectMs, dnsTimeout: connectMs, ...server },
    auth,
    openMs: connectMs + answerMs,
    answerMs,
    acceptMs: o.timeouts?.acceptMs ?? 600_000,
  };
}

function envelopeOf(mail: Mail): { from: string; to: string } {
  return { from: asciiAddress(mail.from.address), to: asciiAddress(mail.to) };
}

function judged(outcome: LineOutcome): SendOutcome {
  if (outcome.did === 'refused') {
    const { response } = outcome;
    if (outcome.code === undefined) return { did: 'refused', forGood: true, about: 'us', response };
    return { did: 'refused', ...judge(outcome), response };
  }
  // The server can be reached, and broke off over this mail: the mail waits, the others need not.
  if (outcome.did === 'lost')
    return { did: 'refused', forGood: false, about: 'us', response: outcome.why, brokeOff: true };
  return outcome;
}

interface Lines {
  take(): Promise<Line | { why: string }>;
  giveBack(line: Line): void;
  close(): Promise<void>;
}

function createLines(settings: LineSettings, most: number, log: Log | undefined): Lines {
  const idle: { line: Line; goodbye: NodeJS.Timeout }[] = [];
  const waiting: (() => void)[] = [];
  let opening = 0;
  let live = 0;
  let fewer: { limit: number; until: number } | undefined;
  let closed = false;

  const limit = (): number => (fewer && performance.now() < fewer.until ? fewer.limit : most);
  const freed = (): void => waiting.shift()?.();
  const ended = (): void => {
    live -= 1;
    freed();
  };

  const takeIdle = (): Line | undefined => {
    for (let entry = idle.pop(); entry; entry = idle.pop()) {
      clearTimeout(entry.goodbye);
      if (!entry.line.closed) return entry.line;
    }
    return undefined;
  };

  const open = async (): Promise<Line | undefined> => {
    opening += 1;
    try {
      const line = await openLine(settings, ended);
      live += 1;
      return line;
    } catch (error) {
      const why = messageOf(error);
      if (live === 0) throw new Error(why);
      // Some servers take only a few connections from one client: go on with those there are.
      if (limit() === most) log?.info({ why, connections: live }, 'the mail server takes fewer connections');
      fewer = { limit: live, until: performance.now() + FEWER_MS };
      return undefined;
    } finally {
      opening -= 1;
    }
  };

  return {
    async take() {
      for (;;) {
        const line = takeIdle();
        if (line) return line;
        if (opening + live >= limit()) await new Promise<void>((resolve) => waiting.push(resolve));
        else {
          try {
            const opened = await open();
            if (opened) return opened;
          } catch (error) {
            // Those who wait for a connection to be free would wait for ever.
            for (const wake of waiting.splice(0)) wake();
            return { why: messageOf(error) };
          }
        }
      }
    },
    giveBack(line) {
      if (!line.closed) {
        if (closed) line.close();
        else idle.push({ line, goodbye: setTimeout(() => line.close(), IDLE_MS).unref() });
      }
      freed();
    },
    async close() {
      closed = true;
      for (const { line, goodbye } of idle.splice(0)) {
        clearTimeout(goodbye);
        line.close();
      }
    },
  };
}
