import type { Queryable, Tx } from '../../platform/database/pool.ts';
import { type ActivityRow, findActivities } from '../store/activity.sql.ts';
import { type FoundPerson, findPeople, lockIds, lockPeople, type PersonRow } from '../store/person.sql.ts';
import { findAliases } from './store/alias.sql.ts';
import { lockWhole } from './store/whole.sql.ts';

/** People by the ids they were asked for: also by the ids of those who have become them. */
export async function findCurrent(
  db: Queryable,
  workspaceId: number,
  ids: readonly string[],
): Promise<Map<string, FoundPerson>> {
  const found = new Map((await findPeople(db, workspaceId, ids)).map((row) => [row.id, row]));
  const missing = ids.filter((id) => !found.has(id));
  if (missing.length === 0) return found;
  return new Map([...found, ...(await follow(db, workspaceId, missing, (now) => findPeople(db, workspaceId, now)))]);
}

/** These ids, with whom they lead to in place of those that are nobody's any more; each once. */
export async function currentIds(db: Queryable, workspaceId: number, ids: readonly string[]): Promise<string[]> {
  const aliases = await findAliases(db, workspaceId, ids);
  return [...new Set(ids.map((id) => aliases.get(id) ?? id))];
}

/** Whom ids lead to that are nobody's any more; locked as `lockPeople` does. */
export function lockAliased(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<Map<string, PersonRow>> {
  return follow(tx, workspaceId, ids, (now) => lockPeople(tx, workspaceId, now, []));
}

/**
 * Locks people for this transaction: nobody of them can become another until it
 * ends. Whom each id leads to; ids of nobody are absent.
 */
export async function holdPeople(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<Map<string, string>> {
  const asked = [...new Set(ids)];
  const held = new Map((await lockIds(tx, workspaceId, asked)).map((id) => [id, id]));
  const missing = asked.filter((id) => !held.has(id));
  if (missing.length > 0) for (const [id, row] of await lockAliased(tx, workspaceId, missing)) held.set(id, row.id);
  return held;
}

/**
 * The same for those who are to become one, whether archived or not: nothing is
 * held while it is looked again, so that people united from many sides at once
 * do not wait for each other in a circle.
 */
export async function holdAtOnce(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<Map<string, string>> {
  while (true) {
    const now = new Map([...(await findCurrent(tx, workspaceId, ids))].map(([id, row]) => [id, row.id]));
    const people = [...new Set(now.values())];
    await tx.query('savepoint held');
    const held = await lockWhole(tx, workspaceId, people);
    if (held.length === people.length) return now;
    // Somebody has become another, or is gone, since they were looked up.
    await tx.query('rollback to savepoint held');
  }
}

/** Activities by where they were stored: those of somebody who has become another are with the other by now. */
export async function findMoved(
  tx: Tx,
  workspaceId: number,
  at: readonly { personId: string; occurredAt: Date; id: string }[],
): Promise<ActivityRow[]> {
  const found = await findActivities(tx, at);
  if (found.length === at.length) return found;
  const ids = new Set(found.map((row) => row.id));
  const missing = at.filter(({ id }) => !ids.has(id));
  const aliases = await findAliases(tx, workspaceId, [...new Set(missing.map(({ personId }) => personId))]);
  const moved = missing.flatMap((a) => {
    const personId = aliases.get(a.personId);
    return personId === undefined ? [] : [{ ...a, personId }];
  });
  return [...found, ...(await findActivities(tx, moved))];
}

/**
 * Somebody may become another, or themselves again, between two looks, so it is looked again while ids lead somewhere
 * else than before.
 */
async function follow<Row extends PersonRow>(
  db: Queryable,
  workspaceId: number,
  ids: readonly string[],
  read: (ids: string[]) => Promise<Row[]>,
): Promise<Map<string, Row>> {
  const found = new Map<string, Row>();
  const tried = new Map<string, string>();
  let missing = [...new Set(ids)];
  while (missing.length > 0) {
    const aliases = await findAliases(db, workspaceId, missing);
    const leadsTo = (id: string): string => aliases.get(id) ?? id;
    const fresh = missing.filter((id) => leadsTo(id) !== tried.get(id));
    const rows = new Map((await read([...new Set(fresh.map(leadsTo))])).map((row) => [row.id, row]));
    for (const id of fresh) {
      const now = leadsTo(id);
      tried.set(id, now);
      if (rows.has(now)) found.set(id, rows.get(now)!);
    }
    missing = fresh.filter((id) => !found.has(id));
  }
  return found;
}
