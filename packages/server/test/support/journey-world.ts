import { type ParsedMail, simpleParser } from 'mailparser';
import { createKey } from '../../src/access/index.ts';
import { readConfig } from '../../src/config.ts';
import { publicJourneyId } from '../../src/journeys/index.ts';
import { type MovableClock, movableClock } from '../../src/platform/clock.ts';
import { type Db, transaction } from '../../src/platform/database/pool.ts';
import { startTributary, type Tributary } from '../../src/tributary.ts';
import { silent, testDatabase } from './database.ts';
import { described } from './described.ts';
import { due, isNothing } from './due.ts';
import { until } from './until.ts';
import { urlOf } from './url-of.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire.
  json: any;
}

/** Tributary by itself, on a clock that can be moved, with people who sign up and buy. */
export interface JourneyWorld {
  clock: MovableClock;
  tributary: Tributary;
  db: Db;
  databaseUrl: string;
  ws: number;
  call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Answer>;
  /** Puts a journey on, and returns its id outside. */
  push(journey: Json): Promise<string>;
  /** Somebody does something: `signed-up`, `bought`, `called`. */
  does(email: string, what: string, attributes?: Json): Promise<void>;
  /** Where her runs wait, or why they left, in the order they began. */
  runsOf(email: string): Promise<string[]>;
  /** What her runs did, oldest first: `shape: did`. */
  movesOf(email: string): Promise<string[]>;
  mailsTo(email: string): Promise<ParsedMail[]>;
  subjectsTo(email: string): Promise<string[]>;
  /** Time passes, and everything that comes of it has happened. */
  pass(ms: number): Promise<void>;
  quiet(): Promise<void>;
  close(): Promise<void>;
}

const BEGINNING = new Date('2026-03-02T08:00:00Z');
export const TEMPLATES = ['Hello', 'Later', 'Offer A', 'Offer B'];

/** A journey that says hello, waits two days and says something more; who buys leaves. */
export function welcome(change: Json = {}): Json {
  return {
    name: 'Welcome',
    entry: { kind: 'activity', activity: 'act:cm:signed-up', again: 'after-leaving' },
    exits: [{ '$act::has_occurred': { field_id: 'act:cm:bought' } }],
    start: 'hello',
    shapes: {
      hello: { kind: 'email', template: 'Hello', next: 'pause' },
      pause: { kind: 'delay', for: { days: 2 }, next: 'later' },
      later: { kind: 'email', template: 'Later', next: 'end' },
      end: { kind: 'exit' },
    },
    ...change,
  };
}

/** Begins on a Monday morning unless told otherwise. */
export async function openJourneyWorld({ beginning = BEGINNING } = {}): Promise<JourneyWorld> {
  const database = await testDatabase();
  const clock = movableClock(beginning);
  const config = { ...readConfig({}), databaseUrl: urlOf(database.connection), port: 0 };
  const tributary = await startTributary(config, { clock, log: silent }).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  const { db, workspace, messages, journeys, people } = tributary;
  // These stories are about journeys: how much mail is too much is told elsewhere.
  await messages.changeDefaults(workspace.id, { cap: 'none' });
  const { key } = await createKey(db, workspace, 'Anna’s key', clock.now());
  await transaction(db, async (tx) => {
    for (const name of TEMPLATES)
      await messages.putTemplate(tx, workspace.id, name, {
        subject: name,
        html: `<p>${name}, {{ people.first-name | default: "you" }}! <a href="https://example.com/">Look</a> <a href="{{ unsubscribe_url }}">Unsubscribe</a></p>`,
      });
  });

  const idOf = async (email: string): Promise<string | null> =>
    (await people.findByEmail(db, workspace.id, email)) ?? null;
  const world: JourneyWorld = {
    clock,
    tributary,
    db,
    databaseUrl: config.databaseUrl,
    ws: workspace.id,
    async call(method, path, body) {
      const answer = await fetch(`${tributary.url}${path}`, {
        method,
        headers: { 'x-api-key': key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      described({ method, path, body }, { status: answer.status, type: answer.headers.get('content-type'), text });
      return { status: answer.status, json: text === '' ? undefined : JSON.parse(text) };
    },
    async push(journey) {
      return publicJourneyId(await transaction(db, (tx) => journeys.publish(tx, workspace.id, journey)));
    },
    async does(email, what, attributes = {}) {
      await doing({ activity_id: `act:cm:${what}`, fields: { 'str::email': email, 'bol::p': true }, attributes });
      await world.quiet();
    },
    async runsOf(email) {
      const { rows } = await db.query<{ at: string }>(
        `select coalesce('left: ' || left_reason, shape_id, 'not begun') || case when held and left_at is null then ' (held)' else '' end
                || coalesce(' (parked: ' || parked_error || ')', '') as at
         from run where person_id = $1 order by entered_at, id`,
        [await idOf(email)],
      );
      return rows.map((row) => row.at);
    },
    async movesOf(email) {
      const { rows } = await db.query<{ move: string }>(
        `select coalesce(m.shape_id, '–') || ': ' || m.did as move from move m join run r on r.id = m.run_id
         where r.person_id = $1 order by r.entered_at, r.id, m.at, m.number`,
        [await idOf(email)],
      );
      return rows.map((row) => row.move);
    },
    async mailsTo(email) {
      return Promise.all((await tributary.mailbox!.mailsTo(email)).map(({ source }) => simpleParser(source)));
    },
    subjectsTo: async (email) => (await world.mailsTo(email)).map(({ subject }) => subject ?? ''),
    async pass(ms) {
      clock.advance(ms);
      await world.quiet();
    },
    async quiet() {
      const waiting = () => due(db, clock, ['news', 'runs', 'messages', 'contests', 'line', 'building', 'checks']);
      await until('nothing is on its way any more', async () => isNothing(await waiting()), { told: waiting });
    },
    async close() {
      await tributary.close();
      await database.close();
    },
  };
  const doing = async (activity: Json): Promise<void> => {
    const { status, json } = await world.call('POST', '/v1/activities/create', {
      activities: [activity],
      merge_by: ['str::email'],
    });
    if (status !== 200) throw new Error(JSON.stringify(json));
  };
  for (const name of ['Signed up', 'Bought', 'Called'])
    await world.call('POST', '/v1/definitions/activity/create', { name });
  return world;
}
