import { publicId } from '@tributary/model';
import type { Clock } from '../../platform/clock.ts';
import { type Db, type Queryable, type Tx, transaction } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import type { Recorder } from '../recorder.ts';
import type { Schema } from '../schema.ts';
import { findCurrent, holdPeople } from './find.ts';
import { SEPARABLE_MS, separate } from './separate.ts';
import { findFormer } from './store/alias.sql.ts';
import { listDuplicates, updateToDismissed } from './store/duplicate.sql.ts';
import { deleteSnapshots, holdMerges, listMergesInto, type MergeRow } from './store/merge.sql.ts';
import { mergeBehind, unite, type Work } from './unite.ts';

/** Two people who became one. */
export interface Merge extends MergeRow {
  /** Until when they can be separated. */
  separableUntil: Date;
}

/** Two people whom somebody's records name as one. */
export interface Duplicate {
  people: [string, string];
  /** The key fields by which they did. */
  fields: string[];
  times: number;
  firstSeenAt: Date;
  lastSeenAt: Date;
}

/** Who is who: two people that turn out to be one, and two again. */
export interface Identity {
  /**
   * Makes one person of two, and returns how; of two who are one already, the
   * merge that made them so. Throws `person_not_found`, `same_person`.
   */
  unite(
    workspaceId: number,
    asked: { people: readonly [string, string]; survivor?: string; by: string },
  ): Promise<Merge>;
  /** Throws `merge_not_found`, `merge_undone`, `merge_buried`, `merge_too_old`. */
  separate(workspaceId: number, asked: { survivor: string; mergeId: string; by: string }): Promise<Merge>;
  /** Those who became this person, the latest first. Throws `person_not_found`. */
  merges(db: Queryable, workspaceId: number, personId: string): Promise<Merge[]>;
  duplicates(db: Queryable, workspaceId: number, o: { limit: number; offset: number }): Promise<Duplicate[]>;
  /** They are two, somebody says. False when nothing said they were one. */
  dismiss(workspaceId: number, pair: readonly [string, string]): Promise<boolean>;
  /** Who these ids are now; ids of nobody are absent. */
  current(db: Queryable, workspaceId: number, ids: readonly string[]): Promise<Map<string, string>>;
  /** The same, and nobody of them becomes another until the transaction ends. */
  hold(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<Map<string, string>>;
  /** The ids of those who have become these people; who was never two is absent. */
  former(db: Queryable, workspaceId: number, ids: readonly string[]): Promise<Map<string, string[]>>;
  /** Of these merges, those not undone; none is until the transaction ends. */
  holdMerges(tx: Tx, mergeIds: readonly string[]): Promise<Set<string>>;
  /** Lets go of what is too old to separate by. */
  purge(): Promise<void>;
}

const MERGES_MAX = 1000;

export function createIdentity(o: {
  db: Db;
  clock: Clock;
  recorder: Recorder;
  schema: (db: Queryable, workspaceId: number) => Promise<Schema>;
}): Identity {
  const { db, clock } = o;
  const work = <T>(workspaceId: number, does: (work: Work) => Promise<T>): Promise<T> =>
    transaction(db, async (tx) => {
      const schema = await o.schema(tx, workspaceId);
      return does({ tx, recorder: o.recorder, workspaceId, schema, now: clock.now() });
    });
  return {
    unite: (workspaceId, { people, survivor, by }) => {
      if (people[0] === people[1]) throw new UserError('same_person', 'a person can not become one with themselves');
      return work(workspaceId, async (at) => {
        const merge = (await unite(at, { people, survivor, reason: 'by hand', by })) ?? (await mergeBehind(at, people));
        if (!merge) throw new UserError('same_person', 'these two are one already');
        return told(merge);
      });
    },
    separate: (workspaceId, asked) => work(workspaceId, async (at) => told(await separate(at, asked))),
    async merges(queryable, workspaceId, personId) {
      const person = (await findCurrent(queryable, workspaceId, [personId])).get(personId);
      if (!person) throw new UserError('person_not_found', `there is no person ${publicId(personId)}`, 404);
      return (await listMergesInto(queryable, workspaceId, person.id, MERGES_MAX)).map(told);
    },
    async duplicates(queryable, workspaceId, page) {
      const rows = await listDuplicates(queryable, workspaceId, page);
      return rows.map(({ personId, otherId, ...row }) => ({ people: [personId, otherId], ...row }));
    },
    dismiss: (workspaceId, pair) => updateToDismissed(db, workspaceId, pair, clock.now()),
    async current(queryable, workspaceId, ids) {
      const rows = await findCurrent(queryable, workspaceId, ids);
      return new Map([...rows].map(([id, row]) => [id, row.id]));
    },
    hold: holdPeople,
    former: findFormer,
    holdMerges,
    async purge() {
      await deleteSnapshots(db, new Date(clock.now().getTime() - SEPARABLE_MS));
    },
  };
}

function told(merge: MergeRow): Merge {
  return { ...merge, separableUntil: new Date(merge.mergedAt.getTime() + SEPARABLE_MS) };
}
