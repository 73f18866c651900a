import { publicId } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import { SMTPServer } from 'smtp-server';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database/pool.ts';
import { createGroupCommit } from '../../platform/group-commit.ts';
import type { Log } from '../../platform/log.ts';
import { deleteOldMails, findMailsOf, insertMails, listMailsTo, type NewMail } from '../store/mailbox.sql.ts';
import { mailboxRoutes } from './routes.ts';

/** A mail that the mailbox was given. */
export interface MailboxMail extends NewMail {
  id: string;
}

/** The mail server for those who have none yet: it keeps what it gets, to be read at `/mailbox`. */
export interface Mailbox {
  /** Where to hand mails over: `smtp://127.0.0.1:…`. */
  readonly smtpUrl: string;
  routes(app: FastifyInstance): void;
  /** The mails an address got, oldest first. */
  mailsTo(address: string): Promise<MailboxMail[]>;
  /** The mails that these messages became, by message: those that are still here. */
  mailsOf(messages: readonly { id: string; address: string | null }[]): Promise<Map<string, string>>;
  close(): Promise<void>;
}

const KEPT = 5000;
const PRUNED_EVERY = 500;
const MAIL_MAX_BYTES = 25_000_000;

export async function createMailbox(o: { db: Db; clock: Clock; log: Log; port?: number }): Promise<Mailbox> {
  let sincePruned = 0;
  const prune = (added: number): void => {
    sincePruned += added;
    if (sincePruned < PRUNED_EVERY) return;
    sincePruned = 0;
    deleteOldMails(o.db, KEPT).catch((error: unknown) => o.log.warn({ err: error }, 'old mails in the mailbox stay'));
  };
  const store = createGroupCommit<NewMail, string>(async (mails) => {
    const ids = await insertMails(o.db, mails);
    prune(ids.length);
    return ids;
  });

  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAIL_MAX_BYTES,
    closeTimeout: 2000,
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.once('error', done);
      stream.once('end', () => {
        const mail: NewMail = {
          receivedAt: o.clock.now(),
          mailFrom: envelope.mailFrom ? envelope.mailFrom.address : '',
          rcptTo: envelope.rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks),
        };
        // "250" is said once it is durable, as any mail server must.
        store.submit([mail]).then(
          () => done(),
          (error: unknown) => {
            o.log.warn({ err: error }, 'the mailbox could not keep a mail');
            done(Object.assign(new Error('could not be kept, try again later'), { responseCode: 451 }));
          },
        );
      });
    },
  });
  server.on('error', (error) => o.log.debug({ err: error }, 'mailbox'));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(o.port ?? 0, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  return {
    smtpUrl: `smtp://127.0.0.1:${port}`,
    routes: (app) => mailboxRoutes(app, o.db),
    mailsTo: (address) => listMailsTo(o.db, address),
    mailsOf: (messages) => mailsOf(o.db, messages),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function mailsOf(
  db: Db,
  messages: readonly { id: string; address: string | null }[],
): Promise<Map<string, string>> {
  const addresses = messages.flatMap(({ address }) => address ?? []);
  const ids = new Map(messages.map(({ id }) => [publicId(id, 'message'), id]));
  const found = await findMailsOf(db, [...new Set(addresses)], [...ids.keys()]);
  return new Map(found.map(({ message, id }) => [ids.get(message)!, id]));
}
