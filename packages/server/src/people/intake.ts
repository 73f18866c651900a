import type { IntakeItem, IntakeOutcome } from '@tributary/model';
import type { Clock } from '../platform/clock.ts';
import { type Db, type Queryable, type Tx, transaction } from '../platform/database/pool.ts';
import { createGroupCommit, type GroupCommit } from '../platform/group-commit.ts';
import { checkItem, keyFieldsOf } from './check.ts';
import { type Define, defineIn, type NewSchema } from './define.ts';
import { carryAnonymousIds, recordLinked } from './identity/link.ts';
import { makeKeys, missingKeys, unlessAllRefused, withKeys } from './keys.ts';
import { createQueue, type IntakeQueue } from './queue/index.ts';
import { record } from './record.ts';
import type { Recorder } from './recorder.ts';
import { loadSchema, type Schema, type SchemaCache } from './schema.ts';

export interface HowRecorded {
  /**
   * No activity's key has been recorded before, as far as the caller can know: one round trip less. Where one has been,
   * the transaction is tried again.
   */
  keysAreNew?: boolean;
}

/** The ways in: at once, in the caller's transaction, or written down for later. */
export interface Intake {
  /**
   * Records in a transaction shared with whoever asks at the same moment; resolves once it is durable. What the items
   * need `first` is made with them, and not at all where every one is refused.
   */
  record(workspaceId: number, items: readonly IntakeItem[], first?: NewSchema): Promise<IntakeOutcome[]>;
  /** Records in the caller's transaction. */
  recordIn(tx: Tx, workspaceId: number, items: readonly IntakeItem[], how?: HowRecorded): Promise<IntakeOutcome[]>;
  /** Records that nobody waits for. */
  queue: IntakeQueue;
}

export function createIntake(o: {
  db: Db;
  clock: Clock;
  cache: SchemaCache;
  define: Define;
  recorder: Recorder;
}): Intake {
  const { db, clock, cache, define, recorder } = o;
  const schemaFor = async (
    queryable: Queryable,
    workspaceId: number,
    items: readonly IntakeItem[],
  ): Promise<Schema> => {
    const schema = await cache.get(queryable, workspaceId);
    if (items.every((item) => knows(schema, item))) return schema;
    // Perhaps defined a moment ago by another process, whose signal is still on its way.
    cache.forget();
    return cache.get(queryable, workspaceId);
  };
  /** Makes it, and tells the schema as this transaction has it, which is not for others yet. */
  const make = async (tx: Tx, workspaceId: number, what: NewSchema): Promise<Schema> => {
    await defineIn(tx, define, workspaceId, what);
    return loadSchema(tx, workspaceId);
  };
  const recordWith = (
    tx: Tx,
    workspaceId: number,
    schema: Schema,
    items: readonly IntakeItem[],
    how: HowRecorded = {},
  ) => {
    const of = { workspaceId, schema, now: clock.now(), ...how };
    return carryAnonymousIds(items) ? recordLinked({ tx, recorder, ...of }, items) : record(tx, recorder, of, items);
  };
  const recordIn: Intake['recordIn'] = async (tx, workspaceId, items, how) =>
    recordWith(tx, workspaceId, await schemaFor(tx, workspaceId, items), items, how);
  /** Makes what is needed first in the same transaction, and keys of the fields that the items find people by. */
  const recordMaking = async (
    tx: Tx,
    workspaceId: number,
    items: readonly IntakeItem[],
    first?: NewSchema,
  ): Promise<IntakeOutcome[]> => {
    const schema = first ? await make(tx, workspaceId, first) : await schemaFor(tx, workspaceId, items);
    const missing = missingKeys(schema, items);
    if (missing.length === 0) return recordWith(tx, workspaceId, schema, items);
    await makeKeys(tx, workspaceId, missing);
    return recordWith(tx, workspaceId, await loadSchema(tx, workspaceId), items);
  };
  const intakes = new Map<number, GroupCommit<IntakeItem, IntakeOutcome>>();
  const intakeOf = (workspaceId: number): GroupCommit<IntakeItem, IntakeOutcome> => {
    const known = intakes.get(workspaceId);
    if (known) return known;
    const made = createGroupCommit((items: readonly IntakeItem[]) =>
      transaction(db, (tx) => recordIn(tx, workspaceId, items)),
    );
    intakes.set(workspaceId, made);
    return made;
  };
  const queue = createQueue({
    db,
    clock,
    recordAll: recordMaking,
    make,
    forget: cache.forget,
    async check(on, workspaceId, items, made) {
      const schema = withKeys(made ?? (await schemaFor(on, workspaceId, items)), items);
      return items.map((item) => checkItem(item, schema, clock.now()));
    },
  });

  return {
    async record(workspaceId, items, first) {
      const schema = await cache.get(db, workspaceId);
      if (!first && missingKeys(schema, items).length === 0) return intakeOf(workspaceId).submit(items);
      return unlessAllRefused(db, (tx) => recordMaking(tx, workspaceId, items, first)).finally(cache.forget);
    },
    recordIn,
    queue,
  };
}

function knows(schema: Schema, item: IntakeItem): boolean {
  if (item.activity && !schema.activities.has(item.activity.id)) return false;
  if ('by' in item.who && !keyFieldsOf(item.who.by, item.who.alternatives).every((id) => schema.fields.get(id)?.isKey))
    return false;
  return Object.keys(item.fields).every((id) => schema.fields.has(id));
}
