import { randomUUID } from 'node:crypto';
import type { Template } from '@tributary/model';
import { publicId } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import type { People, PeopleNamed, PeopleUnited } from '../people/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Queryable, Tx } from '../platform/database/pool.ts';
import type { Log } from '../platform/log.ts';
import { notify, type Presence } from '../platform/presence.ts';
import type { EmailChannel } from './channels/channel.ts';
import { erase } from './erase.ts';
import { follow, giveBack } from './follow.ts';
import type { ChannelState } from './outbox/gate.ts';
import { createLoader } from './outbox/load.ts';
import { type Outbox, startOutbox } from './outbox/outbox.ts';
import { startUncertain } from './outbox/uncertain.ts';
import { displayTypesOf } from './render/display-types.ts';
import { insertMessages } from './store/outbox.sql.ts';
import {
  countsByJourney,
  listOfPerson,
  listUncertain,
  type MessageCounts,
  type MessageRow,
  type OutboxState,
  outboxState,
} from './store/reading.sql.ts';
import { findTemplatesNamed, listMissingNames } from './store/template.sql.ts';
import { dropUncertain, resendUncertain } from './store/uncertain.sql.ts';
import { createTemplateCache, putTemplate } from './templates.ts';
import { createJournal } from './tracking/journal.ts';
import { createTouchRecorder } from './tracking/recorder.ts';
import { trackingRoutes } from './tracking/routes.ts';
import { createSecrets } from './tracking/secrets.ts';
import type { MessageRequest, WhenUncertain } from './types.ts';

export type { EmailChannel, Mail, SendOutcome } from './channels/channel.ts';
export { smtpChannel } from './channels/smtp.ts';
export { createMailbox, type Mailbox, type MailboxMail } from './mailbox/mailbox.ts';
export type { ChannelState } from './outbox/gate.ts';
export { whyNot as whyNoMail } from './outbox/prepare.ts';
export { type EmailPreview, previewEmail } from './preview.ts';
export { displayTypesOf } from './render/display-types.ts';
export { checkEmail as checkTemplate } from './render/email.ts';
export type { Subject } from './render/scope.ts';
export { renderText } from './render/text.ts';
export type { Counts, MessageCounts, MessageRow, OutboxState } from './store/reading.sql.ts';
export type { DisplayTypes, MessageRequest, MessageState, WhenUncertain } from './types.ts';

/** What is sent to people, and what became of it. */
export interface Messages {
  /** Saves a template under its name. Throws a `UserError` with the part and the line at fault. */
  putTemplate(tx: Tx, workspaceId: number, name: string, template: Template): Promise<void>;
  /** Those of these names that no template has. */
  missingTemplates(db: Queryable, workspaceId: number, names: readonly string[]): Promise<string[]>;
  /** The templates that have these names, by name. */
  templatesNamed(db: Queryable, workspaceId: number, names: readonly string[]): Promise<Map<string, Template>>;
  /** Writes messages down in the caller's transaction: they leave once it commits, and not before they are due. */
  queue(tx: Tx, requests: readonly MessageRequest[]): Promise<void>;
  /** The messages of the absorbed are the survivor's from now on; those on their way go to the survivor's address. */
  hearUnited(tx: Tx, pieces: readonly PeopleUnited[]): Promise<void>;
  /** The messages that came with them go back with them. */
  hearSeparated(tx: Tx, pieces: readonly PeopleUnited[]): Promise<void>;
  countsByJourney(db: Queryable, journeyId: number): Promise<MessageCounts>;
  /** A person's messages, newest first. */
  listOfPerson(db: Queryable, workspaceId: number, personId: string, limit: number): Promise<MessageRow[]>;
  /** Messages that are uncertain or once were. */
  listUncertain(db: Queryable, limit: number): Promise<MessageRow[]>;
  /** Settles a message that is uncertain. False when there is none of that id. */
  settleUncertain(db: Queryable, id: string, how: 'resend' | 'drop'): Promise<boolean>;
  outboxState(db: Queryable): Promise<OutboxState>;
  /** Forgets what is personal in the messages of people who were deleted. */
  hearDeleted(tx: Tx, pieces: readonly PeopleNamed[]): Promise<void>;
  /** Whether this process can reach the mail server. */
  channelState(): ChannelState;
  /** The addresses that links in e-mails lead to, under `/t/`. */
  routes(app: FastifyInstance): void;
  /**
   * Begins to send. Closing it, after the HTTP server, finishes what is on the
   * wire and writes everything down; the channel is its maker's to close.
   */
  start(): { close(): Promise<void> };
}

export interface MessagesOptions {
  db: Db;
  people: People;
  presence: Presence;
  clock: Clock;
  log: Log;
  channel: EmailChannel;
  /** Where people's mail programs find us, without a slash at the end. */
  publicUrl: () => string;
  from: { name: string; email: string };
  whenUncertain: WhenUncertain;
  /** Where what readers do is kept while the database is away. */
  dataDir: string;
  /** No other process shares the database. */
  alone: boolean;
}

const TOUCHES_CLOSE_MS = 5000;

export function createMessages(o: MessagesOptions): Messages {
  const { db, people, clock, log, presence } = o;
  const secrets = createSecrets(db);
  const touches = createTouchRecorder({ db, people, log, journal: createJournal(o.dataDir, randomUUID()) });
  const host = o.from.email.slice(o.from.email.lastIndexOf('@') + 1);
  const load = createLoader({
    db,
    people,
    secrets,
    templates: createTemplateCache(),
    displayTypes: async (workspaceId) => displayTypesOf(await people.schema(db, workspaceId)),
  });
  let outbox: Outbox | undefined;

  return {
    putTemplate: (tx, workspaceId, name, template) => putTemplate(tx, workspaceId, name, template, clock.now()),
    missingTemplates: listMissingNames,
    async templatesNamed(queryable, workspaceId, names) {
      const rows = names.length > 0 ? await findTemplatesNamed(queryable, workspaceId, names) : [];
      return new Map(rows.map(({ name, content }) => [name, content]));
    },
    async queue(tx, requests) {
      if (requests.length === 0) return;
      if ((await insertMessages(tx, requests)) > 0) await tx.query(notify('message'));
    },
    hearUnited: (tx, pieces) => follow(tx, people, pieces),
    hearSeparated: giveBack,
    countsByJourney,
    listOfPerson,
    listUncertain,
    async settleUncertain(queryable, id, how) {
      if (how === 'drop') return dropUncertain(queryable, id);
      const found = await resendUncertain(queryable, id, clock.now());
      if (found) await queryable.query(notify('message'));
      return found;
    },
    hearDeleted: (tx, pieces) => erase(tx, pieces, clock.now()),
    outboxState: (queryable) => outboxState(queryable, clock.now()),
    channelState: () => outbox?.channelState() ?? { reachable: true },
    routes: (app) => trackingRoutes(app, { recorder: touches, secrets, clock, log, sender: o.from.name }),
    start() {
      secrets.load().catch((error: unknown) => log.warn({ err: error }, 'secrets are read when they are needed'));
      touches.replay().catch((error: unknown) => {
        log.error({ err: error }, 'opens and clicks kept on disk could not be recorded: they stay there');
      });
      const sending = startOutbox({
        db,
        people,
        process: presence.process,
        clock,
        log,
        channel: o.channel,
        load,
        sender: (message) => ({
          from: o.from,
          publicUrl: o.publicUrl(),
          messageId: `${publicId(message.id, 'message')}@${host}`,
          now: clock.now(),
        }),
        onUncertain: () => uncertain.nudge(),
      });
      outbox = sending;
      presence.on('message', sending.nudge);
      const uncertain = startUncertain({ ...o, process: presence.process, released: sending.nudge });
      return {
        async close() {
          await uncertain.close();
          await sending.close();
          await touches.close(TOUCHES_CLOSE_MS);
        },
      };
    },
  };
}
