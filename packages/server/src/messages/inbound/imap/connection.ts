import { ImapFlow } from 'imapflow';
import { messageOf } from '../../../platform/errors.ts';
import type { ImapAddress } from '../../../platform/imap-address.ts';
import { REPORT_MAX_BYTES } from '../source.ts';

/** Mails whose heads are asked for at once. */
const HEADS_AT_ONCE = 50;
const CONNECT_MS = 20_000;
/** From the connection to the open folder; and where somebody waits to hear of it. */
const OPEN_MS = 60_000;
const TRY_MS = 10_000;
const LEAVE_MS = 2000;
/** Renewed before routers forget the connection. */
const IDLE_MS = 4 * 60_000;
/** More than servers take as one mail. */
const LITERAL_MAX_BYTES = 128 * 1024 * 1024;

/** A mailbox that is open for reading: nothing in it is changed, not even what is marked as read. */
export interface OpenMailbox {
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly usable: boolean;
  /** The UIDs of mails from that one on, or that came since that day. */
  list(which: { from: number } | { since: Date }): Promise<number[]>;
  /** The heads of these mails, those that are still there. */
  heads(uids: readonly number[]): AsyncIterable<{ uid: number; head: Buffer; arrivedAt: Date | undefined }>;
  /** The beginning of a mail. */
  start(uid: number): Promise<Buffer>;
  /** Asks whether there is news, where the server does not tell by itself. */
  ask(): Promise<void>;
  close(): Promise<void>;
}

/** Logs in and opens the folder, read-only. Throws in words what is wrong. */
export async function openMailbox(
  address: ImapAddress,
  o: { onNews?: () => void; signal?: AbortSignal; withinMs?: number } = {},
): Promise<OpenMailbox> {
  const { onNews = () => undefined, signal, withinMs = OPEN_MS } = o;
  const client = new ImapFlow({
    host: address.host,
    port: address.port,
    secure: address.secure,
    auth: { user: address.user, pass: address.password },
    logger: false,
    connectionTimeout: CONNECT_MS,
    autoIdleDelay: 50,
    maxIdleTime: IDLE_MS,
    maxLiteralSize: LITERAL_MAX_BYTES,
    maxResponseSize: 2 * LITERAL_MAX_BYTES,
  });
  // What breaks the connection is also told to whoever waits for an answer, and `usable` says so to all others.
  client.on('error', onNews);
  client.on('close', onNews);
  const giveUp = () => client.close();
  signal?.addEventListener('abort', giveUp);
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    giveUp();
  }, withinMs);
  try {
    signal?.throwIfAborted();
    await client.connect();
    const { uidValidity, uidNext } = await client.mailboxOpen(address.folder, { readOnly: true });
    client.on('exists', onNews);
    return {
      uidValidity: Number(uidValidity),
      uidNext,
      get usable() {
        return client.usable;
      },
      async list(which) {
        const query = 'from' in which ? { uid: `${which.from}:*` } : { since: which.since };
        const uids = await client.search(query, { uid: true });
        if (!uids) throw new Error('the server does not search');
        return uids;
      },
      async *heads(uids) {
        for (let from = 0; from < uids.length; from += HEADS_AT_ONCE) {
          const some = uids.slice(from, from + HEADS_AT_ONCE);
          // All of them before anything else is asked: a connection answers one question after the other.
          const mails = await client.fetchAll(
            [...some],
            { uid: true, headers: true, internalDate: true },
            { uid: true },
          );
          for (const { uid, headers, internalDate } of mails.sort((a, b) => a.uid - b.uid)) {
            if (headers) yield { uid, head: headers, arrivedAt: internalDate ? new Date(internalDate) : undefined };
          }
        }
      },
      async start(uid) {
        const what = { source: { start: 0, maxLength: REPORT_MAX_BYTES } };
        const mail = await client.fetchOne(String(uid), what, { uid: true });
        return mail ? (mail.source ?? Buffer.alloc(0)) : Buffer.alloc(0);
      },
      ask: () => client.noop(),
      close: () => hangUp(client),
    };
  } catch (error) {
    client.close();
    const words = isLate ? `${address.host}:${address.port} does not answer` : wordsOf(error, address);
    throw new Error(words, { cause: error });
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', giveUp);
  }
}

/** Takes leave, and does not wait long for the answer. */
async function hangUp(client: ImapFlow): Promise<void> {
  const timer = setTimeout(() => client.close(), LEAVE_MS);
  await client.logout().catch(() => client.close());
  clearTimeout(timer);
}

/** What is wrong with the way into a mailbox, or nothing. */
export async function problemWithMailbox(address: ImapAddress): Promise<string | undefined> {
  try {
    await (await openMailbox(address, { withinMs: TRY_MS })).close();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function wordsOf(error: unknown, { host, port, folder, user }: ImapAddress): string {
  const { code, authenticationFailed, responseText } = error as {
    code?: unknown;
    authenticationFailed?: boolean;
    responseText?: string;
  };
  const said = responseText ? `: ${responseText}` : '';
  if (authenticationFailed) return `${host} does not let ${user} in${said}`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `there is no host ${host}`;
  if (code === 'ECONNREFUSED') return `nothing listens at ${host}:${port}`;
  if (code === 'CONNECT_TIMEOUT' || code === 'ETIMEDOUT' || code === 'GREETING_TIMEOUT')
    return `${host}:${port} does not answer`;
  if (responseText) return `the folder ${folder} can not be opened${said}`;
  return `${host}:${port}: ${messageOf(error)}`;
}
