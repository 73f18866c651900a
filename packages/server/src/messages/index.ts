import { randomUUID } from 'node:crypto';
import type { MessageChannel, MessageContent, SendingDefaults, SendingRules, Template } from '@tributary/model';
import type { FastifyInstance } from 'fastify';
import type { Audiences } from '../audiences/index.ts';
import type { People, PeopleNamed, PeopleUnited } from '../people/index.ts';
import type { Clock } from '../platform/clock.ts';
import { type Db, type Queryable, type Tx, transaction } from '../platform/database/pool.ts';
import type { ImapAddress } from '../platform/imap-address.ts';
import type { Log } from '../platform/log.ts';
import { notify, type Presence, signal } from '../platform/presence.ts';
import type { EmailChannel } from './channels/channel.ts';
import { webhookSecret } from './channels/signature.ts';
import { type WebChannel, webChannel } from './channels/web.ts';
import { createDisplay } from './display.ts';
import { erase } from './erase.ts';
import { follow, giveBack } from './follow.ts';
import { problemWithMailbox } from './inbound/imap/connection.ts';
import { type MailboxState, type Watch, watchMailbox } from './inbound/imap/watch.ts';
import { createReceiver, type Received, type TakenFor } from './inbound/receive.ts';
import { createContentCache } from './made.ts';
import { messageIdOf } from './message-id.ts';
import { dropUncertain } from './outbox/drop.ts';
import type { ChannelState } from './outbox/gate.ts';
import { createLoader } from './outbox/load.ts';
import { type MailLane, mailLane } from './outbox/mail-lane.ts';
import { startOutbox } from './outbox/outbox.ts';
import type { Loaded } from './outbox/prepare.ts';
import { whyClosed } from './outbox/rules.ts';
import { startUncertain } from './outbox/uncertain.ts';
import { webLane } from './outbox/web-lane.ts';
import { type Preview, type PreviewAsked, preview, problemsWith } from './preview.ts';
import { changeDefaults, lookAnew, SENDING } from './sending-defaults.ts';
import { findDefaults } from './store/default.sql.ts';
import { wakeLeft } from './store/left.sql.ts';
import { listCounted } from './store/place.sql.ts';
import { insertMessages } from './store/queue.sql.ts';
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
import { resendUncertain } from './store/uncertain.sql.ts';
import { createTemplateCache, putTemplate } from './templates.ts';
import { createJournal } from './tracking/journal.ts';
import { createPreferences } from './tracking/preferences.ts';
import { createTouchRecorder } from './tracking/recorder.ts';
import { trackingRoutes } from './tracking/routes.ts';
import { createSecrets } from './tracking/secrets.ts';
import type { Counted, DisplayTypes, LeftRun, MessageRequest, Objections, WhenUncertain } from './types.ts';

export type { EmailChannel, Mail, SendOutcome } from './channels/channel.ts';
export { smtpChannel, trySmtp } from './channels/smtp.ts';
export { createDisplay } from './display.ts';
export type { Received, TakenFor } from './inbound/receive.ts';
export { createMailbox, type Mailbox, type MailboxMail } from './mailbox/mailbox.ts';
export type { ZoneChanged } from './news.ts';
export type { ChannelState } from './outbox/gate.ts';
export { counts } from './outbox/rules.ts';
export { judge, type Verdict } from './outbox/verdict.ts';
export {
  type EmailPreview,
  type Preview,
  type PreviewAsked,
  previewNotice,
  previewTemplate,
  previewWebhook,
} from './preview.ts';
export { checkEmail as checkTemplate } from './render/email.ts';
export { notesOn as templateNotes, notesOnText as textNotes } from './render/notes.ts';
export { problemsWithTexts, problemWithText } from './render/problems.ts';
export { type Subject, shown as shownInText } from './render/scope.ts';
export { renderText } from './render/text.ts';
export { countsByTemplate, type TemplateCounts } from './store/by-template.sql.ts';
export type { Counts, MessageCounts, MessageRow, OutboxState } from './store/reading.sql.ts';
export { JOURNALS } from './tracking/journal.ts';
export { isOfMail, unknownLink } from './tracking/unknown.ts';
export type {
  Counted,
  DisplayTypes,
  LeftRun,
  MessageRequest,
  MessageState,
  Objection,
  OfRun,
  WaitsFor,
  WhenUncertain,
} from './types.ts';
export { DROPPED } from './types.ts';
export { noTemplate, whyNotMade } from './why-not-made.ts';

/** What is sent to people, and what became of it. */
export interface Messages {
  /** Saves a template under its name. Throws a `UserError` with the part and the line at fault. */
  putTemplate(tx: Tx, workspaceId: number, name: string, template: Template): Promise<void>;
  /** Those of these names that no template has. */
  missingTemplates(db: Queryable, workspaceId: number, names: readonly string[]): Promise<string[]>;
  /** The templates that have these names, by name. */
  templatesNamed(db: Queryable, workspaceId: number, names: readonly string[]): Promise<Map<string, Template>>;
  /**
   * Writes messages down in the caller's transaction: they leave once it commits, not before they are due, and as their
   * rules allow, which are asked when they are taken up. A note to several addresses is a message to each.
   */
  queue(tx: Tx, requests: readonly MessageRequest[]): Promise<void>;
  /** What the links in e-mails begin with. */
  publicUrl(): string;
  /** What somebody would be sent, or why it can not be made; nothing is stored and nothing leaves. */
  preview(db: Queryable, workspaceId: number, asked: PreviewAsked): Promise<Preview>;
  /** All that is wrong with a message that is to be sent one day: a template or an audience that is not there, Liquid. */
  problems(
    db: Queryable,
    workspaceId: number,
    message: { content: MessageContent; rules?: SendingRules | undefined },
  ): Promise<{ at: string; problem: string }[]>;
  /** The channels, and of those that nothing can be sent by, why. */
  channels(): Readonly<Record<MessageChannel, { ready: true } | { ready: false; why: string }>>;
  /** What holds for messages that bring no rules of their own. */
  defaults(db: Queryable, workspaceId: number): Promise<SendingDefaults>;
  /** How values are shown in texts, and the time zone of people whose own is not known. From memory. */
  displayTypes(db: Queryable, workspaceId: number): Promise<DisplayTypes>;
  /** Changes that; what is not given stays. What waits for a rule is looked at anew. */
  changeDefaults(workspaceId: number, change: Readonly<Record<string, unknown>>): Promise<SendingDefaults>;
  /** What counts for the caps of a person, since a moment. */
  counted(db: Queryable, personId: string, since: Date): Promise<Counted[]>;
  /** Asks about each message of a run, when it is taken up, what its journey has against it. */
  askOfJourneys(objections: Objections): void;
  /** What waits for a rule, or for its journey, is looked at anew. */
  lookAnew(tx: Tx, workspaceId: number): Promise<void>;
  /** What these runs have asked for and what has not left is looked at anew, for they have left; nobody waits for that. */
  hearLeft(tx: Tx, runs: readonly LeftRun[]): void;
  /** What a server checks the signatures of webhooks with. */
  webhookSecret(workspaceId: number): Promise<string>;
  /** The messages of the absorbed are the survivor's from now on; those on their way go to the survivor's address. */
  hearUnited(tx: Tx, pieces: readonly PeopleUnited[]): Promise<void>;
  /** The messages that came with them go back with them. */
  hearSeparated(tx: Tx, pieces: readonly PeopleUnited[]): Promise<void>;
  countsByJourney(db: Queryable, journeyId: number): Promise<MessageCounts>;
  /** A person's messages, newest first, or those before one of them. */
  listOfPerson(
    db: Queryable,
    workspaceId: number,
    personId: string,
    limit: number,
    before?: string,
  ): Promise<MessageRow[]>;
  /** Messages that are uncertain or once were. */
  listUncertain(db: Queryable, limit: number): Promise<MessageRow[]>;
  /** Settles a message that is uncertain. False when there is none of that id. */
  settleUncertain(id: string, how: 'resend' | 'drop'): Promise<boolean>;
  outboxState(db: Queryable): Promise<OutboxState>;
  /**
   * Takes a mail that came in, as it came: an answer to a message becomes `act::re`, a notification that it was given up
   * a bounce. Says what it was taken for once that is durable; throws a `UserError` where it is too large, or no mail.
   */
  receive(workspaceId: number, mail: AsyncIterable<Uint8Array>): Promise<Received>;
  /** The mailboxes that this process watches for answers, and why one can not be read. */
  watched(): readonly MailboxState[];
  /** Tries to get into each of the mailboxes that are to be watched. */
  tryMailboxes(): Promise<MailboxState[]>;
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
  audiences: Pick<Audiences, 'standings' | 'missing' | 'topics' | 'choose'>;
  presence: Presence;
  clock: Clock;
  log: Log;
  channel: EmailChannel;
  /** How webhooks leave; over HTTP where left out. */
  web?: WebChannel | undefined;
  /** Where people's mail programs find us, without a slash at the end. */
  publicUrl: () => string;
  from: { name: string; email: string };
  whenUncertain: WhenUncertain;
  /** Where what readers do is kept while the database is away. */
  dataDir: string;
  /** No other process shares the database. */
  alone: boolean;
  /** Told of every mail that comes in. */
  onReceived?: ((as: TakenFor) => void) | undefined;
  /** Mailboxes that are watched for answers to this workspace's mail. */
  mailboxes?: { workspaceId: number; addresses: readonly ImapAddress[] } | undefined;
}

const TOUCHES_CLOSE_MS = 5000;

const CHANNELS = ['email', 'webhook', 'notice', 'sms', 'push', 'inapp', 'slack'] as const satisfies MessageChannel[];

export function createMessages(o: MessagesOptions): Messages {
  const { db, people, clock, log, presence } = o;
  const secrets = createSecrets(db);
  const own = randomUUID();
  const journal = (name: string) => createJournal(o.dataDir, `${own}-${name}`);
  const touches = createTouchRecorder({ db, people, log, clock, journal });
  const host = o.from.email.slice(o.from.email.lastIndexOf('@') + 1);
  const display = createDisplay(people);
  const displayTypes = display.types;
  presence.on(SENDING, display.forget);
  const load = createLoader({
    db,
    people,
    audiences: o.audiences,
    secrets,
    templates: createTemplateCache(),
    contents: createContentCache(),
    displayTypes: (workspaceId) => displayTypes(db, workspaceId),
    objections: () => objections,
  });
  const receiver = createReceiver({ ...o, secrets });
  let objections: Objections | undefined;
  let mail: MailLane | undefined;
  let watches: readonly Watch[] = [];

  return {
    putTemplate: (tx, workspaceId, name, template) => putTemplate(tx, workspaceId, name, template, clock.now()),
    missingTemplates: listMissingNames,
    async templatesNamed(queryable, workspaceId, names) {
      const rows = names.length > 0 ? await findTemplatesNamed(queryable, workspaceId, names) : [];
      return new Map(rows.map(({ name, content }) => [name, content]));
    },
    async queue(tx, requests) {
      if (requests.length === 0) return;
      for (const lane of await insertMessages(tx, requests.flatMap(eachAddress))) signal(tx, `message ${lane}`);
    },
    publicUrl: o.publicUrl,
    preview: (queryable, workspaceId, asked) =>
      preview({ ...o, displayTypes, now: clock.now }, queryable, workspaceId, asked),
    problems: (queryable, workspaceId, message) => problemsWith(o, queryable, workspaceId, message),
    channels: () =>
      Object.fromEntries(CHANNELS.map((channel) => [channel, standingOf(channel)])) as ReturnType<Messages['channels']>,
    defaults: findDefaults,
    displayTypes,
    changeDefaults: (workspaceId, change) =>
      transaction(db, (tx) => changeDefaults(tx, workspaceId, change, clock.now())).finally(display.forget),
    askOfJourneys(asked) {
      objections = asked;
    },
    lookAnew: (tx, workspaceId) => lookAnew(tx, workspaceId, clock.now()),
    hearLeft(tx, runs) {
      if (runs.length > 0) wakeLeft(tx, runs, clock.now());
    },
    counted: (queryable, personId, since) => listCounted(queryable, [{ personId, since }]),
    async webhookSecret(workspaceId) {
      const secret = await secrets.get(workspaceId);
      if (!secret) throw new Error(`there is no workspace ${workspaceId}`);
      return webhookSecret(secret);
    },
    hearUnited: (tx, pieces) => follow(tx, people, pieces),
    hearSeparated: giveBack,
    countsByJourney,
    listOfPerson,
    listUncertain,
    async settleUncertain(id, how) {
      if (how === 'drop') return dropUncertain(o, id);
      const found = await resendUncertain(db, id, clock.now());
      if (found) await db.query(notify('message'));
      return found;
    },
    receive: (workspaceId, source) => receiver.receive(workspaceId, source),
    watched: () => watches.map((watch) => watch.state()),
    tryMailboxes: () =>
      Promise.all(
        (o.mailboxes?.addresses ?? []).map(async (address) => ({
          name: address.name,
          problem: await problemWithMailbox(address),
        })),
      ),
    hearDeleted: (tx, pieces) => erase(tx, pieces, clock.now()),
    outboxState: (queryable) => outboxState(queryable, clock.now()),
    channelState: () => mail?.state() ?? { reachable: true },
    routes: (app) =>
      trackingRoutes(app, {
        ...{ recorder: touches, preferences: createPreferences({ ...o, displayTypes }), secrets, clock, log },
        sender: o.from.name,
      }),
    start() {
      secrets.load().catch((error: unknown) => log.warn({ err: error }, 'secrets are read when they are needed'));
      touches.replay().catch((error: unknown) => {
        log.error({ err: error }, 'opens and clicks kept on disk could not be recorded: they stay there');
      });
      const web = o.web ?? webChannel();
      const sender = ({ message, secret }: Loaded) => ({
        from: o.from,
        publicUrl: o.publicUrl(),
        messageId: messageIdOf(secret, message.id, host),
        now: clock.now(),
      });
      mail = mailLane({ channel: o.channel, sender, clock, log });
      const lanes = [mail, webLane({ channel: web, clock, log })].map((lane) => {
        const { process } = presence;
        const onUncertain = (): void => uncertain.nudge();
        const present = (): boolean => presence.present;
        const outbox = startOutbox({ db, people, process, present, clock, log, lane, load, onUncertain });
        presence.on(`message ${lane.name}`, outbox.nudge);
        return outbox;
      });
      const nudge = (): void => {
        for (const lane of lanes) lane.nudge();
      };
      presence.on('message', nudge);
      watches = (o.mailboxes?.addresses ?? []).map((address) =>
        watchMailbox({ ...o, receiver, workspaceId: o.mailboxes!.workspaceId }, address),
      );
      const uncertain = startUncertain({ ...o, process: presence.process, released: nudge });
      return {
        async close() {
          await Promise.all(watches.map((watch) => watch.close()));
          await uncertain.close();
          await Promise.all(lanes.map((lane) => lane.close()));
          if (!o.web) await web.close();
          await touches.close(TOUCHES_CLOSE_MS);
        },
      };
    },
  };
}

/** Those who get a note are written to each by themselves: what becomes of one says nothing of the others. */
function eachAddress(request: MessageRequest): MessageRequest[] {
  const { content, requestKey } = request;
  if (content.channel !== 'notice') return [request];
  return [...new Set(content.to)].map((address) => ({
    ...request,
    content: { ...content, to: [address] },
    requestKey: `${requestKey}/${address}`,
  }));
}

function standingOf(channel: MessageChannel): { ready: true } | { ready: false; why: string } {
  const why = whyClosed(channel);
  return why === undefined ? { ready: true } : { ready: false, why };
}
