import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fields, MessageContent, SendingRules, Template } from '@tributary/model';
import { pino } from 'pino';
import { silent, type TestDatabase, testDatabase } from '../../../test/support/database.ts';
import { ensureWorkspace } from '../../access/index.ts';
import { type Audiences, createAudiences } from '../../audiences/index.ts';
import { createPeople, type People } from '../../people/index.ts';
import { type MovableClock, movableClock } from '../../platform/clock.ts';
import { type ConnectionSettings, type Db, openPool, transaction } from '../../platform/database/pool.ts';
import type { ImapAddress } from '../../platform/imap-address.ts';
import type { Log } from '../../platform/log.ts';
import { openPresence, type Presence } from '../../platform/presence.ts';
import { webChannel } from '../channels/web.ts';
import {
  createMessages,
  type MessageRow,
  type Messages,
  type MessagesOptions,
  smtpChannel,
  type WhenUncertain,
} from '../index.ts';
import { eventually } from './eventually.ts';

export interface World {
  t: TestDatabase;
  people: People;
  audiences: Audiences;
  /** The writing half: it queues, and sends nothing. */
  messages: Messages;
  workspaceId: number;
  dataDir: string;
  clock: MovableClock;
  /** A process of its own, as far as the database can tell. Stop it, or the test does not end. */
  process(o: ProcessOptions): Promise<TestProcess>;
  putTemplate(name: string, template: Partial<Template>): Promise<void>;
  person(fields: Fields): Promise<string>;
  /** Asks for a message: an e-mail without a cap, unless it is told otherwise. */
  queue(personId: string, o?: Queued): Promise<void>;
  /** The newest message of a person, once it has come to that. */
  message(personId: string, state?: MessageRow['state']): Promise<MessageRow>;
  /** What is on a person's timeline: activity ids, newest first. */
  timeline(personId: string): Promise<{ activityId: string; attributes: Fields }[]>;
  fields(personId: string): Promise<Fields>;
  close(): Promise<void>;
}

export interface Queued {
  template?: string;
  content?: MessageContent;
  rules?: SendingRules;
  key?: string;
  entry?: Fields;
  attributes?: Fields;
}

export interface ProcessOptions {
  /** Left out: there is no mail server. */
  smtp?: string;
  /** How long it waits for another server. */
  web?: { connectMs?: number; answerMs?: number };
  connections?: number;
  whenUncertain?: WhenUncertain;
  alone?: boolean;
  /** Its way to the database, where that is not the usual one. */
  db?: Db;
  /** The same for the connection by which others see it. */
  presence?: ConnectionSettings;
  log?: Log;
  onReceived?: MessagesOptions['onReceived'];
  /** Mailboxes that it watches. */
  mailboxes?: readonly ImapAddress[];
}

export interface TestProcess {
  messages: Messages;
  number: number;
  presence: Presence;
  stop(): Promise<void>;
}

export const CAMPAIGN: Fields = {
  'idt::c': 'c1',
  'str::cn': 'Follow-up',
  'str::ct': 'journey',
  'str::jsi': 'mail-1',
  'idt::jri': 'r1',
};

export async function createWorld(): Promise<World> {
  const t = await testDatabase();
  const clock = movableClock();
  const people = createPeople({ db: t.db, clock });
  const workspaceId = (await transaction(t.db, (tx) => ensureWorkspace(tx, clock.now(), people.seed))).id;
  const presence = await openPresence(t.connection, silent);
  const publicUrl = () => 'https://t.example';
  const from = { name: 'Acme Sales', email: 'sales@acme.example' };
  const dataDir = await mkdtemp(join(tmpdir(), 'tributary-messages-'));
  const audiences = createAudiences({ db: t.db, people, clock, log: silent });
  const common = { people, audiences, clock, publicUrl, from, dataDir };
  const messages = createMessages({
    ...common,
    db: t.db,
    presence,
    log: silent,
    channel: smtpChannel('smtp://127.0.0.1:1'),
    whenUncertain: 'resend',
    alone: false,
  });
  let requests = 0;
  const listed = async (personId: string) => (await messages.listOfPerson(t.db, workspaceId, personId, 10))[0];

  const world: World = {
    t,
    people,
    audiences,
    messages,
    workspaceId,
    dataDir,
    clock,
    async process(o) {
      const own = o.db ? undefined : openPool(t.connection, silent, 4);
      const db = o.db ?? own!;
      const presence = await openPresence(o.presence ?? t.connection, silent);
      const web = webChannel(o.web ? { timeouts: o.web } : {});
      const channel = smtpChannel(o.smtp ?? 'smtp://127.0.0.1:1', {
        ...(o.connections ? { connections: o.connections } : {}),
      });
      const running = createMessages({
        ...common,
        db,
        people: o.db ? createPeople({ db, clock }) : people,
        presence,
        log: o.log ?? silent,
        channel,
        web,
        whenUncertain: o.whenUncertain ?? 'resend',
        alone: o.alone ?? false,
        onReceived: o.onReceived,
        mailboxes: { workspaceId, addresses: o.mailboxes ?? [] },
      });
      const sending = running.start();
      return {
        messages: running,
        number: presence.process,
        presence,
        async stop() {
          await sending.close();
          await channel.close();
          await web.close();
          await presence.close();
          await own?.end();
        },
      };
    },
    putTemplate: (name, template) =>
      transaction(t.db, (tx) =>
        messages.putTemplate(tx, workspaceId, name, { subject: 'Hello', html: '<p>Hi</p>', ...template }),
      ),
    async person(fields) {
      const [outcome] = await people.record(workspaceId, [
        { who: { by: ['str::email', 'str::ei'] }, fields, source: 'API' },
      ]);
      return (outcome as { personId: string }).personId;
    },
    queue: (personId, o = {}) =>
      transaction(t.db, (tx) =>
        messages.queue(tx, [
          {
            workspaceId,
            personId,
            content: o.content ?? { channel: 'email', template: o.template ?? 'hello' },
            rules: o.rules ?? { cap: 'none' },
            requestKey: o.key ?? `request ${++requests}`,
            entry: o.entry ?? {},
            attributes: o.attributes ?? CAMPAIGN,
            at: clock.now(),
            journeyId: 1,
            shapeId: 'mail-1',
          },
        ]),
      ),
    message: (personId, state) =>
      eventually(`a message that is ${state ?? 'there'}`, async () => {
        const row = await listed(personId);
        return row && (state === undefined || row.state === state) && row;
      }),
    timeline: (personId) => people.timeline(t.db, workspaceId, personId, 50),
    fields: async (personId) => (await people.find(t.db, workspaceId, [personId])).get(personId)?.fields ?? {},
    async close() {
      await presence.close();
      await t.close();
      await rm(dataDir, { recursive: true });
    },
  };
  await world.putTemplate('hello', {
    subject: 'Hello {{ people.first-name }}',
    html: '<p>Hi</p><a href="https://a.example/">Go</a>',
  });
  return world;
}

/** A log whose lines a test can read. */
export function listeningLog(): { log: Log; lines: { level: number; msg: string }[] } {
  const lines: { level: number; msg: string }[] = [];
  const log = pino(
    { level: 'info' },
    { write: (line: string) => lines.push(JSON.parse(line) as { level: number; msg: string }) },
  );
  return { log, lines };
}
