import { fileURLToPath } from 'node:url';
import { type KommoSandbox, type SandboxOptions, startKommoSandbox } from '@tributary/kommo-sandbox';
import { type ParsedMail, simpleParser } from 'mailparser';
import { createKey } from '../../src/access/index.ts';
import { readConfig } from '../../src/config.ts';
import type { JourneyRow } from '../../src/journeys/index.ts';
import { type MovableClock, movableClock } from '../../src/platform/clock.ts';
import type { Db } from '../../src/platform/database/pool.ts';
import { pushPlaybook } from '../../src/playbook.ts';
import { wholePlaybook } from '../../src/playbooks/whole.ts';
import { startTributary, type Tributary } from '../../src/tributary.ts';
import { silent, testDatabase } from './database.ts';
import { described } from './described.ts';
import { due, isNothing } from './due.ts';
import type { SmtpSink } from './smtp-sink.ts';
import { until } from './until.ts';
import { urlOf } from './url-of.ts';

/** Tributary, Kommo and the mailboxes of everyone, in one process and on one clock that can be moved. */
export interface World {
  clock: MovableClock;
  kommo: KommoSandbox;
  readonly tributary: Tributary;
  readonly db: Db;
  /** For commands, which open it by themselves. */
  databaseUrl: string;
  /** The mail that arrived for an address, oldest first. */
  mailsTo(address: string): Promise<ParsedMail[]>;
  /** Calls the API with a key: with JSON, or with a mail as it came. */
  api(path: string, body: object | Buffer): Promise<{ status: number; body: unknown }>;
  /** Puts the playbook on, with changes to its journey, and with more templates. */
  push(change?: Record<string, unknown>, templates?: Record<string, unknown>): Promise<JourneyRow>;
  /** Time passes, and everything that comes of it has happened. */
  pass(ms: number): Promise<void>;
  /** Another one on the same database, as another process would be: with connections, claims and locks of its own. */
  another(): Promise<Tributary>;
  /** Tributary is down while this happens, and starts again where it was. */
  away(meanwhile: () => unknown): Promise<void>;
  /** Nothing is on its way any more, and nothing is due. With `pausesPass`, the pauses of what is tried again do not last. */
  quiet(o?: { pausesPass?: boolean }): Promise<void>;
  /** What is on its way or due, by where it is. */
  pending(): Promise<Pending>;
  close(): Promise<void>;
}

const PENDING = ['news', 'runs', 'messages', 'hooks', 'writes'] as const;
type Pending = Record<(typeof PENDING)[number], number>;

export const SECOND = 1000;
/** Longer than most pauses before something is tried again. */
const PAUSE = 15_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const PLAYBOOK = new URL('../../../../playbooks/qualification-follow-up.journey.yaml', import.meta.url);
/** A Monday morning. Written down, so that no story depends on the day it is told. */
const BEGINNING = new Date('2026-03-02T08:00:00Z');

/** The playbook that ships, as it is read from its file. */
export async function playbook(): Promise<{ journey: Record<string, unknown>; templates: Record<string, unknown> }> {
  const { journey, templates } = await wholePlaybook(fileURLToPath(PLAYBOOK));
  return { journey, templates };
}

/**
 * Connected to Kommo, with the playbook's journey on and nobody held out. Without a sink, mail goes to the built-in
 * mailbox. The workspace has no cap, unless the story is about it: days would pass before a second mail.
 */
export async function openWorld(o: { sink?: SmtpSink; kommo?: SandboxOptions; capped?: boolean } = {}): Promise<World> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    const database = await testDatabase();
    closers.push(database.close);
    const clock = movableClock(BEGINNING);
    // Our own limit stands in the connector. Kommo's, real time too, is for the story that is about it.
    // A hundred late answers would make it switch the webhook off, and here it has one process with us: that may be busy.
    const patient = { retryScale: 1e-4, patienceMs: 30_000 };
    const kommo = await startKommoSandbox({ now: clock.now, requestsPerSecond: 0, ...patient, ...o.kommo });
    closers.push(kommo.close);
    const config = { ...readConfig({}), databaseUrl: urlOf(database.connection), port: 0, smtpUrl: o.sink?.url };
    const own = { clock, log: silent, schedules: false };
    const tributary = await startTributary(config, own);
    const port = Number(new URL(tributary.url).port);
    const start = (at: number): Promise<Tributary> => startTributary({ ...config, port: at }, own);
    const world = worldOf({
      clock,
      kommo,
      tributary,
      sink: o.sink,
      close,
      restart: () => start(port),
      another: () => start(0),
      databaseUrl: config.databaseUrl,
    });
    closers.push(() => world.tributary.close());
    if (!o.capped) await tributary.messages.changeDefaults(tributary.workspace.id, { cap: 'none' });
    await tributary.connectors.connect(tributary.workspace.id, 'kommo', { url: kommo.url, token: kommo.token });
    await world.api('/v1/definitions/activity/create', { name: 'Meeting booked' });
    await world.push();
    return world;
  } catch (error) {
    await close();
    throw error;
  }
}

function worldOf(o: {
  clock: MovableClock;
  kommo: KommoSandbox;
  tributary: Tributary;
  sink: SmtpSink | undefined;
  close: () => Promise<void>;
  restart: () => Promise<Tributary>;
  another: () => Promise<Tributary>;
  databaseUrl: string;
}): World {
  const { clock, kommo, sink } = o;
  let { tributary } = o;
  let key: Promise<{ key: string }> | undefined;

  const world: World = {
    clock,
    kommo,
    get tributary() {
      return tributary;
    },
    get db() {
      return tributary.db;
    },
    async mailsTo(address) {
      const sources = sink ? sink.mailsTo(address) : await tributary.mailbox!.mailsTo(address);
      return Promise.all(sources.map(({ source }) => simpleParser(source)));
    },
    async api(path, body) {
      key ??= createKey(tributary.db, tributary.workspace, 'Stories', clock.now());
      const raw = Buffer.isBuffer(body);
      const answer = await fetch(`${tributary.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': raw ? 'message/rfc822' : 'application/json', 'x-api-key': (await key).key },
        body: raw ? new Uint8Array(body) : JSON.stringify(body),
      });
      const text = await answer.text();
      described(
        { method: 'POST', path, body },
        { status: answer.status, type: answer.headers.get('content-type'), text },
      );
      return { status: answer.status, body: JSON.parse(text) };
    },
    async push(change = {}, more = {}) {
      const { journey, templates } = await playbook();
      return pushPlaybook(tributary, tributary.workspace.id, {
        journey: { ...journey, holdOut: 0, ...change },
        templates: { ...templates, ...more },
      });
    },
    async pass(ms) {
      clock.advance(ms);
      await world.quiet();
    },
    another: o.another,
    databaseUrl: o.databaseUrl,
    async away(meanwhile) {
      await tributary.close();
      await meanwhile();
      tributary = await o.restart();
    },
    async quiet({ pausesPass = false } = {}) {
      let heard = -1;
      await until(
        'nothing is on its way any more',
        async () => {
          await kommo.settled();
          const deliveries = kommo.webhookDeliveries().length;
          const pending = await world.pending();
          const isQuiet = isNothing(pending);
          if (pausesPass && pending.hooks + pending.writes > 0) clock.advance(PAUSE);
          // What we wrote comes back from Kommo as webhooks: none may have come since the last look.
          const wasQuiet = isQuiet && deliveries === heard;
          heard = isQuiet ? deliveries : -1;
          return wasQuiet;
        },
        { told: world.pending, ...(pausesPass ? { everyMs: 50 } : {}) },
      );
    },
    pending: () => due(tributary.db, clock, PENDING),
    close: o.close,
  };
  return world;
}
