import { type IntakeItem, type IntakeOutcome, publicId } from '@tributary/model';
import type { Clock } from '../../platform/clock.ts';
import { type Db, type Queryable, type Tx, transaction } from '../../platform/database/pool.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import type { Turn } from '../../platform/loop.ts';
import type { NewSchema } from '../define.ts';
import { unlessAllRefused } from '../keys.ts';
import type { Schema } from '../schema.ts';
import {
  countIntake,
  type IntakeRow,
  insertIntake,
  postponeIntake,
  takeIntake,
  takeOneIntake,
} from '../store/intake.sql.ts';

/** Requests recorded in one transaction: up to two thousand records. */
const AT_ONCE = 20;

/** Records that nobody waits for: written down durably, and recorded in the order they came, among themselves: others do not wait for them. */
export interface IntakeQueue {
  /**
   * Takes those that are right as far as can be seen without the people; says what is wrong with the others. What they
   * need `first` is made with them, and not at all where every one is refused.
   */
  add(workspaceId: number, items: readonly IntakeItem[], first?: NewSchema): Promise<QueueOutcome[]>;
  /** How many requests wait. */
  waiting(db: Queryable): Promise<number>;
  /** Records what waits. What is wrong with a record, nobody can be told any more: the log has it. */
  turn(log: Log): Promise<Turn>;
}

/** What is said of a record at once. */
export type QueueOutcome = { status: 'queued' } | { status: 'invalid' | 'not_found'; error: string };

type RecordAll = (tx: Tx, workspaceId: number, items: readonly IntakeItem[]) => Promise<IntakeOutcome[]>;

/** For each item what is wrong with it, if anything is. */
type Check = (
  on: Queryable,
  workspaceId: number,
  items: readonly IntakeItem[],
  schema?: Schema,
) => Promise<readonly object[]>;

/** Makes it in this transaction; the schema with it. */
type Make = (tx: Tx, workspaceId: number, what: NewSchema) => Promise<Schema>;

export function createQueue(o: {
  db: Db;
  clock: Clock;
  recordAll: RecordAll;
  check: Check;
  make: Make;
  /** What has been made is there for others, or has been taken back. */
  forget(): void;
}): IntakeQueue {
  const { db, clock } = o;

  const addIn = async (
    on: Queryable,
    workspaceId: number,
    items: readonly IntakeItem[],
    schema?: Schema,
  ): Promise<QueueOutcome[]> => {
    const outcomes = (await o.check(on, workspaceId, items, schema)).map((checked, i): QueueOutcome => {
      if ('error' in checked) return { status: 'invalid', error: String(checked.error) };
      return isNobody(items[i]!) ? { status: 'not_found', error: 'Person not found' } : { status: 'queued' };
    });
    const good = items.filter((_, i) => outcomes[i]!.status === 'queued');
    // Its moment is when it came, not when its turn comes.
    if (good.length > 0) await insertIntake(on, workspaceId, good.map(dated(clock.now())), clock.now());
    return outcomes;
  };

  const recordRows = async (tx: Tx, rows: readonly IntakeRow[]): Promise<Problem[]> => {
    const problems: Problem[] = [];
    for (const workspaceId of new Set(rows.map((row) => row.workspaceId))) {
      const items = rows.filter((row) => row.workspaceId === workspaceId).flatMap((row) => row.items.map(revive));
      const outcomes = await o.recordAll(tx, workspaceId, items);
      for (const [i, outcome] of outcomes.entries()) {
        if ('error' in outcome) problems.push({ workspaceId, item: items[i]!, error: outcome.error });
      }
    }
    return problems;
  };

  /** One bad request must not hold up the others: each is recorded alone, and the bad ones wait. */
  const recordOne = async (id: string, log: Log): Promise<void> => {
    try {
      tell(log, await transaction(db, async (tx) => recordRows(tx, await takeOneIntake(tx, id))));
    } catch (error) {
      log.error({ err: error, intake: id }, `records can not be recorded and wait: ${messageOf(error)}`);
      await postponeIntake(db, id, clock.now(), messageOf(error));
    }
  };

  return {
    add(workspaceId, items, first) {
      if (!first) return addIn(db, workspaceId, items);
      const adding = async (tx: Tx) => addIn(tx, workspaceId, items, await o.make(tx, workspaceId, first));
      return unlessAllRefused(db, adding).finally(o.forget);
    },
    waiting: countIntake,
    async turn(log) {
      let taken: IntakeRow[] = [];
      try {
        const problems = await transaction(db, async (tx) => {
          taken = (await takeIntake(tx, clock.now(), AT_ONCE)) ?? [];
          return recordRows(tx, taken);
        });
        tell(log, problems);
      } catch (error) {
        if (taken.length === 0) throw error;
        for (const { id } of taken) await recordOne(id, log);
      }
      return taken.length === AT_ONCE ? 'more' : undefined;
    },
  };
}

interface Problem {
  workspaceId: number;
  item: IntakeItem;
  error: string;
}

function tell(log: Log, problems: readonly Problem[]): void {
  for (const { workspaceId, item, error } of problems) {
    log.warn(
      { workspace: workspaceId, who: sender(item.who), error },
      `a record taken with async was not recorded: ${error}`,
    );
  }
}

/** Whether what was sent for an id can be nobody's. */
const isNobody = ({ who }: IntakeItem): boolean => 'personId' in who && who.said !== undefined;

/** An id as whoever sent it knows it. */
const sender = (who: IntakeItem['who']) =>
  'personId' in who ? { person_id: who.said ?? publicId(who.personId) } : who;

const dated =
  (now: Date) =>
  (item: IntakeItem): IntakeItem =>
    item.activity ? { ...item, activity: { ...item.activity, at: item.activity.at ?? now } } : item;

/** JSON knows no moments. */
function revive(item: IntakeItem): IntakeItem {
  return item.activity?.at ? { ...item, activity: { ...item.activity, at: new Date(item.activity.at) } } : item;
}
