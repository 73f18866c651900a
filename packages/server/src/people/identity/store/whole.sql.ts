import type { Queryable, Tx } from '../../../platform/database/pool.ts';
import type { PersonRow } from '../../store/person.sql.ts';
import { ANONYMOUS_ID } from '../anonymous.ts';

/** A person as far as they change when two become one. */
export interface WholePerson extends PersonRow {
  archivedAt: Date | null;
}

export const wholeColumns = `id, fields, created_at as "createdAt", first_seen_at as "firstSeenAt",
  last_seen_at as "lastSeenAt", subscribed_at as "subscribedAt", unsubscribed_at as "unsubscribedAt", tags,
  archived_at as "archivedAt"`;

/** The columns of a person's row that `updateWhole` writes, as `to_jsonb` names them. */
export function wholeJson(person: WholePerson): string {
  const { fields, tags, createdAt, firstSeenAt, lastSeenAt, subscribedAt, unsubscribedAt } = person;
  return JSON.stringify({
    fields,
    tags,
    created_at: createdAt,
    first_seen_at: firstSeenAt,
    last_seen_at: lastSeenAt,
    subscribed_at: subscribedAt,
    unsubscribed_at: unsubscribedAt,
  });
}

/** Reads people as they are and keeps everyone else from changing them; in one order, against deadlocks. */
export async function lockWhole(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<WholePerson[]> {
  const { rows } = await tx.query<WholePerson>(
    `select ${wholeColumns} from person where workspace_id = $1 and id = any($2::bigint[]) order by id for update`,
    [workspaceId, ids],
  );
  return rows;
}

/** Writes what uniting or separating has made of a person. */
export async function updateWhole(tx: Tx, workspaceId: number, person: WholePerson, now: Date): Promise<void> {
  await tx.query(
    `update person set fields = $3, edited_at = $4, created_at = $5, first_seen_at = $6, last_seen_at = $7,
            subscribed_at = $8, unsubscribed_at = $9, tags = $10::int[]
     where workspace_id = $1 and id = $2`,
    [
      workspaceId,
      person.id,
      JSON.stringify(person.fields),
      now,
      person.createdAt,
      person.firstSeenAt,
      person.lastSeenAt,
      person.subscribedAt,
      person.unsubscribedAt,
      person.tags,
    ],
  );
}

/**
 * Whoever links by the same anonymous id waits here until the transaction ends,
 * before anything else is held: what is recorded in parts claims its keys in
 * parts, and would wait in a circle for others that do. Sixteen bits of a hash,
 * in one order; a few wait without need.
 */
export async function lockAnonymousIds(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.query({
    name: 'anonymous.lock',
    text: `select pg_advisory_xact_lock(7482021, h)
           from (select distinct hashtext(id) & 65535 as h from unnest($1::text[]) as u(id) order by 1) as hashes`,
    values: [ids],
  });
}

/** Of these people, those whom nothing but anonymous ids is known to find. */
export async function listAnonymous(db: Queryable, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(
    `select u.id from unnest($1::bigint[]) as u(id)
     where not exists (select from identity i where i.person_id = u.id and i.field_id <> $2)`,
    [ids, ANONYMOUS_ID],
  );
  return new Set(rows.map((row) => row.id));
}
