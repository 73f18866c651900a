import type { Clock } from '../../../platform/clock.ts';
import type { Db } from '../../../platform/database/pool.ts';
import { messageOf, UserError } from '../../../platform/errors.ts';
import type { ImapAddress } from '../../../platform/imap-address.ts';
import type { Log } from '../../../platform/log.ts';
import { startLoop, type Turn } from '../../../platform/loop.ts';
import type { Presence } from '../../../platform/presence.ts';
import { ensureWatched, findPlace, updatePlace } from '../../store/watched.sql.ts';
import type { Receiver } from '../receive.ts';
import { type OpenMailbox, openMailbox } from './connection.ts';
import { nextOf, pauseAfter, unread } from './place.ts';

/** How often we ask, where the server does not tell by itself, or we missed it. */
const ASK_EVERY_MS = 2 * 60_000;
/** Mailboxes lead by their numbers, away from those of connections and imports. */
const MATTER = -1000;

export interface MailboxState {
  name: string;
  /** Why it can not be read at the moment. */
  problem: string | undefined;
}

export interface Watch {
  state(): MailboxState;
  close(): Promise<void>;
}

/**
 * Watches a mailbox: the server tells of new mail (IDLE), and it is asked now and then. One process at a time does so.
 * How far it is read is written down after what was read is, so that a mail may be read twice and is never missed.
 */
export function watchMailbox(
  o: { db: Db; presence: Presence; workspaceId: number; receiver: Receiver; clock: Clock; log: Log },
  address: ImapAddress,
): Watch {
  const log = o.log.child({ mailbox: address.name });
  let id: number | undefined;
  let mailbox: OpenMailbox | undefined;
  let problem: string | undefined;
  let failures = 0;
  const ending = new AbortController();
  let pausedUntil = 0;
  let askAt = 0;
  let news = true;

  const hangUp = async (): Promise<void> => {
    const open = mailbox;
    mailbox = undefined;
    await open?.close();
  };

  const turn = async (): Promise<Turn> => {
    id ??= await ensureWatched(o.db, o.workspaceId, address.name);
    if (!(await o.presence.leads(MATTER - id))) {
      await hangUp();
      return undefined;
    }
    if (ending.signal.aborted || performance.now() < pausedUntil) return undefined;
    try {
      if (!mailbox?.usable) await connect();
      if (mailbox && performance.now() >= askAt) {
        await mailbox.ask();
        news = true;
      }
      if (mailbox && news) await read(mailbox, id);
      failures = 0;
      problem = undefined;
    } catch (error) {
      await rest(error);
    }
    return undefined;
  };

  const connect = async (): Promise<void> => {
    await hangUp();
    const onNews = (): void => {
      news = true;
      loop.nudge();
    };
    mailbox = await openMailbox(address, { onNews, signal: ending.signal });
    news = true;
    log.info(failures > 0 ? 'the mailbox is watched for replies again' : 'the mailbox is watched for replies');
    if (ending.signal.aborted) await hangUp();
  };

  const read = async (open: OpenMailbox, own: number): Promise<void> => {
    // Before it is asked: what comes meanwhile is news again.
    news = false;
    askAt = performance.now() + ASK_EVERY_MS;
    const { uidValidity } = open;
    const next = nextOf(await findPlace(o.db, own), open);
    const keep = (lastUid: number) => updatePlace(o.db, own, { uidValidity, lastUid, readAt: o.clock.now() });
    if (next.do === 'begin') return keep(next.after);
    const uids =
      next.do === 'go on'
        ? unread(await open.list({ from: next.after + 1 }), next.after)
        : unread(await open.list({ since: next.since }), 0);
    if (next.do === 'look back')
      log.warn({ mails: uids.length }, 'the server has numbered its mails anew: looked back');
    for await (const { uid, head, arrivedAt } of open.heads(uids)) {
      if (ending.signal.aborted) return;
      await take(open, uid, head, arrivedAt);
      await keep(uid);
    }
    // Those that were deleted meanwhile have no head, and need not be asked for again.
    await keep(uids.at(-1) ?? (next.do === 'go on' ? next.after : open.uidNext - 1));
  };

  const take = async (open: OpenMailbox, uid: number, head: Buffer, arrivedAt: Date | undefined): Promise<void> => {
    const mail = { head, start: () => open.start(uid), ...(arrivedAt ? { arrivedAt: notLater(arrivedAt) } : {}) };
    try {
      await o.receiver.receiveHead(o.workspaceId, mail);
    } catch (error) {
      // Too early: it is read again. Whatever else is wrong with a mail stays wrong.
      if (!(error instanceof UserError) || error.status === 409) throw error;
      log.warn({ uid, why: error.message }, 'a mail in the mailbox is left alone');
    }
  };

  const notLater = (at: Date): Date => (at > o.clock.now() ? o.clock.now() : at);

  const rest = async (error: unknown): Promise<void> => {
    if (ending.signal.aborted) return;
    failures += 1;
    pausedUntil = performance.now() + pauseAfter(failures);
    if (problem !== messageOf(error))
      log.warn({ why: messageOf(error) }, 'the mailbox can not be read: it is tried again');
    problem = messageOf(error);
    await hangUp();
  };

  const loop = startLoop({ name: 'mailbox', turn, clock: o.clock, log });
  return {
    state: () => ({ name: address.name, problem }),
    async close() {
      ending.abort();
      // What is on its way in a turn is broken off; a mail that was not recorded is read again.
      await hangUp();
      await loop.close();
      await hangUp();
    },
  };
}
