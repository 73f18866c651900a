import assert from 'node:assert/strict';
import type { Fields, IntakeItem } from '@tributary/model';
import { createKey } from '../../src/access/index.ts';
import { readConfig } from '../../src/config.ts';
import type { JourneyRow } from '../../src/journeys/index.ts';
import { type MovableClock, movableClock } from '../../src/platform/clock.ts';
import { type ConnectionSettings, type Db, transaction } from '../../src/platform/database/pool.ts';
import { startTributary, type Tributary } from '../../src/tributary.ts';
import { silent, testDatabase } from './database.ts';
import { described } from './described.ts';
import { due, isNothing } from './due.ts';
import { until } from './until.ts';

/** What is answered, as it is read. */
// biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it.
type Answer = any;

/** One installation, of so many processes, on a clock that can be moved. */
export interface Place {
  clock: MovableClock;
  db: Db;
  tributary: Tributary;
  processes: readonly Tributary[];
  ws: number;
  /** Records one item, by e-mail unless it says otherwise; returns the person's id. */
  merge(fields: Fields, more?: Partial<IntakeItem>): Promise<string>;
  /** Puts a journey on: one that waits for a day, unless shapes are given. */
  push(journey: { name: string; entry: object } & Record<string, unknown>): Promise<JourneyRow>;
  api(path: string, body?: object, method?: string): Promise<{ status: number; body: Answer }>;
  /** Nothing is left to do. */
  quiet(): Promise<void>;
  pass(ms: number): Promise<void>;
  /** Goes to a moment that is to come. */
  at(moment: string): Promise<void>;
  /** The runs of a journey, by who it is and oldest first, as "who where": "anna wait", "bo left: completed". */
  runs(journey: string): Promise<string[]>;
  /** What the timeline of somebody says of journeys, oldest first. */
  story(personId: string): Promise<string[]>;
  /** No process runs while this happens. */
  away(meanwhile: () => unknown): Promise<void>;
  close(): Promise<void>;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A journey in which people wait for a day. */
export const waiting = {
  start: 'wait',
  shapes: { wait: { kind: 'delay', for: { days: 1 }, next: 'end' }, end: { kind: 'exit' } },
};
/** One that is over at once. */
export const brief = { start: 'end', shapes: { end: { kind: 'exit' } } };

/** On a Monday morning, unless it begins at another moment. */
export async function openPlace(o: { processes?: number; begins?: string } = {}): Promise<Place> {
  const database = await testDatabase();
  const clock = movableClock(new Date(o.begins ?? '2026-03-02T08:00:00Z'));
  const config = { ...readConfig({}), databaseUrl: urlOf(database.connection), port: 0 };
  const open = (): Promise<Tributary> => startTributary(config, { clock, log: silent, schedules: false });
  const processes = [await open()];
  const { db } = database;
  for (let i = 1; i < (o.processes ?? 1); i++) processes.push(await open());
  const ws = processes[0]!.workspace.id;
  const { key } = await createKey(db, processes[0]!.workspace, 'Entries', clock.now());

  const place: Place = {
    clock,
    db,
    ws,
    processes,
    get tributary() {
      return processes[0]!;
    },
    async merge(fields, more = {}) {
      const item = { who: { by: ['str::email'] }, fields, source: 'API', ...more };
      const [outcome] = await place.tributary.people.record(ws, [item]);
      if (!outcome || !('personId' in outcome)) throw new Error(JSON.stringify(outcome));
      return outcome.personId;
    },
    push: (journey) =>
      transaction(db, (tx) =>
        place.tributary.journeys.publish(tx, ws, { ...('shapes' in journey ? {} : waiting), ...journey }),
      ),
    async api(path, body, method = 'POST') {
      const answer = await fetch(`${place.tributary.url}${path}`, {
        method,
        headers: { 'x-api-key': key, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      described({ method, path, body }, { status: answer.status, type: answer.headers.get('content-type'), text });
      return { status: answer.status, body: JSON.parse(text) as Answer };
    },
    async quiet() {
      await until('nothing is left to do', async () => isNothing(await pending()), { told: pending });
    },
    async pass(ms) {
      clock.advance(ms);
      await place.quiet();
    },
    async at(moment) {
      const ms = Date.parse(moment) - clock.now().getTime();
      assert.ok(ms >= 0, `${moment} has passed: it is ${clock.now().toISOString()}`);
      await place.pass(ms);
    },
    async runs(journey) {
      const { rows } = await db.query<{ run: string }>(
        `select concat(split_part(p.fields->>'str::email', '@', 1), ' ',
                       case when r.held_out then 'held out'
                            else coalesce('left: ' || r.left_reason, r.shape_id, 'not begun') end,
                       ' (parked: ' || r.parked_error || ')') as run
         from run r join journey j on j.id = r.journey_id join person p on p.id = r.person_id
         where j.name = $1 order by p.fields->>'str::email', r.entered_at, r.id`,
        [journey],
      );
      return rows.map(({ run }) => run);
    },
    async story(personId) {
      const told = await place.tributary.people.timeline(db, ws, personId, 1000);
      return told
        .toReversed()
        .filter(({ activityId }) => ['act::ej', 'act::lj', 'act::sja', 'act::fja'].includes(activityId))
        .map(({ activityId, attributes }) =>
          [activityId.slice(5), attributes['str::cn'], attributes['str::jsl']].filter(Boolean).join(' '),
        );
    },
    async away(meanwhile) {
      for (const each of processes) await each.close();
      await meanwhile();
      for (let i = 0; i < processes.length; i++) processes[i] = await open();
      await place.quiet();
    },
    async close() {
      for (const each of processes) await each.close();
      await database.close();
    },
  };
  const pending = () => due(db, clock, ['news', 'runs', 'line', 'building', 'checks', 'enrolments', 'scheduled']);
  return place;
}

function urlOf({ host = '', port, user = '', password, database = '' }: ConnectionSettings): string {
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(String(password))}`;
  return host.startsWith('/')
    ? `postgres://${login}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`
    : `postgres://${login}@${host}:${port}/${database}`;
}

/** What is done, in words; the doing; and the runs there are then. */
export type Beat = readonly [when: string, act: (place: Place) => unknown, runs: readonly string[]];

/** Plays a story of one journey beat by beat. */
export async function play(place: Place, journey: string, beats: readonly Beat[]): Promise<void> {
  for (const [when, act, runs] of beats) {
    await act(place);
    await place.quiet();
    assert.deepEqual(await place.runs(journey), runs, `after “${when}”`);
  }
}
