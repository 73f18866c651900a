import type { KeyObject } from 'node:crypto';
import { type IntakeItem, publicId } from '@tributary/model';
import type { People } from '../../people/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Db, type Tx, transaction } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import { about } from '../about.ts';
import { messageNamedBy } from '../message-id.ts';
import { type AnsweredMessage, insertReply, lockAnswered, updateReplied } from '../store/inbound.sql.ts';
import type { Secrets } from '../tracking/secrets.ts';
import { automaticReason } from './automatic.ts';
import { bounce } from './bounce.ts';
import { complain } from './complaint.ts';
import { answeredIn, fingerprintOf, type Head, headOf } from './head.ts';
import { isOurs, ownDomainsOf } from './ours.ts';
import { record } from './record.ts';
import { type Complaint, isReport, readReport } from './report.ts';
import { beginningOf, HEAD_MAX_BYTES } from './source.ts';

/** What a mail that came in was taken for. */
export type Received = { as: 'unrelated' } | (Named & Taken);

/** The message that it names, and whose that is. */
interface Named {
  messageId: string;
  personId: string;
}

type Taken =
  /** Somebody answered. `before`: this very mail is recorded already. `nobody`: whoever got the message is gone. */
  | { as: 'reply'; recorded: 'now' | 'before' | 'nobody' }
  /** A program answered, by itself. */
  | { as: 'automatic'; why: string }
  /** One of us went on writing in the thread. */
  | { as: 'ours' }
  /** A mail server gave the message up; `recorded` says whether that was news. */
  | { as: 'bounce'; recorded: 'now' | 'before' | 'nobody'; why: string }
  /** Whoever got the message called it spam, and their provider passes that on. `nobody`: they are gone. */
  | { as: 'complaint'; recorded: 'now' | 'before' | 'nobody'; why: Complaint }
  /** A mail server told something that changes nothing, such as that the message is late. */
  | { as: 'report' };

export type TakenFor = Received['as'];

/** The one door for mail that comes in. */
export interface Receiver {
  /**
   * Takes one mail as it came, and says what it is once that is durable. Mail that names none of our messages leaves
   * nothing behind. Throws a `UserError` where it is too large, or no mail.
   */
  receive(workspaceId: number, source: AsyncIterable<Uint8Array>, arrivedAt?: Date): Promise<Received>;
  /** The same of a mail of which the head is at hand, and more only if it is needed. */
  receiveHead(
    workspaceId: number,
    mail: { head: Buffer; start: () => Promise<Buffer>; arrivedAt?: Date },
  ): Promise<Received>;
}

export function createReceiver(o: {
  db: Db;
  people: People;
  secrets: Secrets;
  clock: Clock;
  log: Log;
  /** Where our mail comes from. */
  from: { email: string };
  /** Told of every mail. */
  onReceived?: ((as: TakenFor) => void) | undefined;
}): Receiver {
  const decide = async (workspaceId: number, head: Head, start: () => Promise<Buffer>, at: Date): Promise<Received> => {
    const secret = await o.secrets.get(workspaceId);
    if (!secret) throw new Error(`there is no workspace ${workspaceId}`);
    const report = isReport(head) ? await readReport(await start()) : undefined;
    const id = namedIn([...(report?.about ?? []), ...answeredIn(head)], secret);
    if (id === undefined) return { as: 'unrelated' };
    return transaction(o.db, async (tx) => {
      const message = await lockAnswered(tx, workspaceId, id);
      if (message?.channel !== 'email') return { as: 'unrelated' };
      const named = { messageId: id, personId: message.personId };
      if (report?.undelivered) return { ...named, ...(await bounce(tx, o, message, report.undelivered)) };
      const moment = notBefore(message.sentAt, at);
      if (report?.complaint) return { ...named, ...(await complain(tx, o.people, message, report.complaint, moment)) };
      if (report) return { ...named, as: 'report' };
      const why = automaticReason(head, ownDomainsOf(message, o.from.email));
      if (why !== undefined) return { ...named, as: 'automatic', why };
      if (isOurs(head, message, o.from.email)) return { ...named, as: 'ours' };
      return { ...named, as: 'reply', recorded: await reply(tx, o.people, message, head, moment) };
    });
  };

  const receiver: Receiver = {
    async receive(workspaceId, source, arrivedAt) {
      const { head, start } = await beginningOf(source);
      return receiver.receiveHead(workspaceId, {
        head,
        start: async () => start,
        ...(arrivedAt ? { arrivedAt } : {}),
      });
    },
    async receiveHead(workspaceId, mail) {
      if (mail.head.length > HEAD_MAX_BYTES)
        throw new UserError('mail_head_too_large', `the head of a mail may have ${HEAD_MAX_BYTES / 1024} kB`, 413);
      const head = headOf(mail.head);
      if (head.count === 0)
        throw new UserError('mail_unreadable', 'this is no mail: there is no header field at its beginning');
      const received = await decide(workspaceId, head, mail.start, mail.arrivedAt ?? o.clock.now());
      o.onReceived?.(received.as);
      tell(o.log, received);
      return received;
    },
  };
  return receiver;
}

/** The first that one of our messages has. */
function namedIn(ids: readonly string[], secret: KeyObject): string | undefined {
  for (const one of ids) {
    const id = messageNamedBy(secret, one);
    if (id !== undefined) return id;
  }
  return undefined;
}

/** Clocks differ: nobody answers before they were written to. */
const notBefore = (sentAt: Date | null, at: Date): Date => (sentAt && sentAt > at ? sentAt : at);

/** Puts an answer on the timeline of whoever got the message. */
async function reply(
  tx: Tx,
  people: People,
  message: AnsweredMessage,
  head: Head,
  at: Date,
): Promise<'now' | 'before' | 'nobody'> {
  const { id: messageId, workspaceId, personId } = message;
  const mail = fingerprintOf(head);
  if (!(await insertReply(tx, { workspaceId, messageId, mail, at }))) return 'before';
  await updateReplied(tx, messageId, at);
  const item: IntakeItem = {
    who: { personId },
    fields: {},
    source: 'Email',
    // An answer may be found long after: moved into a folder that is watched, it has its day still.
    history: true,
    activity: { id: 'act::re', attributes: about(message), at, key: `reply/${messageId}/${mail.toString('hex')}` },
  };
  return record(tx, people, workspaceId, item, 'an answer');
}

function tell(log: Log, received: Received): void {
  if (received.as === 'unrelated') {
    log.debug('a mail came in that names none of our messages');
    return;
  }
  const { messageId, personId: _, as, ...more } = received;
  log.info({ message: publicId(messageId, 'message'), takenFor: as, ...more }, SAID[as]);
}

const SAID: Readonly<Record<Taken['as'], string>> = {
  reply: 'somebody answered a message',
  automatic: 'a program answered a message by itself: that is no reply',
  ours: 'one of us went on writing about a message: that is no reply',
  bounce: 'a mail server gave a message up',
  complaint: 'somebody called a message spam',
  report: 'a mail server told of a message, which changes nothing',
};
