import type { Fields, Filter, IntakeItem } from '@tributary/model';
import { silent, testDatabase } from '../../../test/support/database.ts';
import { due, isNothing } from '../../../test/support/due.ts';
import { until } from '../../../test/support/until.ts';
import { ensureWorkspace } from '../../access/index.ts';
import { createPeople, type People } from '../../people/index.ts';
import { type MovableClock, movableClock } from '../../platform/clock.ts';
import { type Db, openPool, transaction } from '../../platform/database/pool.ts';
import { createHearers } from '../../platform/news.ts';
import { openPresence } from '../../platform/presence.ts';
import { type Audiences, createAudiences, publicAudienceId } from '../index.ts';

/** People and audiences on a database of their own, with so many processes that hear and build. */
export interface Groups {
  db: Db;
  clock: MovableClock;
  people: People;
  audiences: Audiences;
  ws: number;
  /** Records one item, by e-mail unless it says otherwise; returns the person's id. */
  merge(fields: Fields, more?: Partial<IntakeItem>): Promise<string>;
  /** Makes an audience and waits until it is built; returns its id outside. */
  make(name: string, filter: Filter, exitFilter?: Filter): Promise<string>;
  /** Nothing is left to hear, to check or to build. */
  quiet(): Promise<void>;
  /** Who belongs, by e-mail, in order. */
  members(id: string): Promise<string[]>;
  /** What the timeline says of audiences, oldest first: "+name" and "-name". */
  story(personId: string): Promise<string[]>;
  close(): Promise<void>;
}

export async function openGroups(o: { processes?: number; defaults?: boolean } = {}): Promise<Groups> {
  const t = await testDatabase();
  const clock = movableClock(new Date('2026-03-02T08:00:00Z'));
  const closers: (() => Promise<unknown>)[] = [t.close];
  const open = async () => {
    const db = openPool(t.connection, silent, 6);
    const presence = await openPresence(t.connection, silent);
    closers.push(() => db.end(), presence.close);
    const people = createPeople({ db, clock, presence });
    const audiences = createAudiences({ db, people, clock, log: silent, presence });
    return { db, presence, people, audiences };
  };
  const processes = await Promise.all(Array.from({ length: o.processes ?? 1 }, open));
  const { people, audiences } = processes[0]!;
  const ws = (await transaction(t.db, (tx) => ensureWorkspace(tx, clock.now(), people.seed))).id;
  await people.preparePartitions();
  if (o.defaults) await audiences.ensureDefaults(ws);
  for (const process of processes) {
    const news = createHearers({ ...process, clock, log: silent });
    news.hear('people.recorded', process.audiences.hear);
    news.hear('people.united', process.audiences.hearUnited);
    news.hear('people.separated', process.audiences.hearSeparated);
    closers.push(news.start().close, process.audiences.start().close);
  }

  const groups: Groups = {
    db: t.db,
    clock,
    people,
    audiences,
    ws,
    async merge(fields, more = {}) {
      const [outcome] = await people.record(ws, [{ who: { by: ['str::email'] }, fields, source: 'API', ...more }]);
      if (!outcome || !('personId' in outcome)) throw new Error(JSON.stringify(outcome));
      return outcome.personId;
    },
    async make(name, filter, exitFilter) {
      const id = publicAudienceId(await audiences.create(ws, { name, filter, exitFilter: exitFilter ?? null }));
      await groups.quiet();
      return id;
    },
    async quiet() {
      const waiting = () => due(t.db, clock, ['news', 'building', 'checks']);
      await until('nothing is left to do', async () => isNothing(await waiting()), { told: waiting });
    },
    async members(id) {
      const { rows } = await t.db.query<{ email: string }>(
        `select p.fields->>'str::email' as email from audience_member m join person p on p.id = m.person_id
         where m.audience_id = $1 order by 1`,
        [Number.parseInt(id.slice(8), 16)],
      );
      return rows.map(({ email }) => email.split('@')[0]!);
    },
    async story(personId) {
      const told = await people.timeline(t.db, ws, personId, 100);
      return told
        .toReversed()
        .filter(({ activityId }) => /(enter|leave)-audience$/.test(activityId))
        .map(({ activityId, attributes }) => `${activityId.includes('enter') ? '+' : '-'}${attributes['str::name']}`);
    },
    async close() {
      for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
    },
  };
  return groups;
}
