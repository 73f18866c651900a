import type { Fields } from '@tributary/model';
import { withOnePlan } from '../../platform/database/one-plan.ts';
import { type Queryable, send, type Tx } from '../../platform/database/pool.ts';
import type { Key } from './identity.sql.ts';

export interface PersonRow {
  id: string;
  fields: Fields;
  createdAt: Date;
  firstSeenAt: Date | null;
  lastSeenAt: Date | null;
  subscribedAt: Date | null;
  unsubscribedAt: Date | null;
  tags: number[];
}

/** A person as read outside of intake, which sees nobody who is archived. */
export interface FoundPerson extends PersonRow {
  archivedAt: Date | null;
}

/** So many keys and ids PostgreSQL looks up by the plan that it has. */
const FEW = 8;

const columns = `id, fields, created_at as "createdAt", first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt",
  subscribed_at as "subscribedAt", unsubscribed_at as "unsubscribedAt", tags`;

/** A person as asked for: by a key, or by id. */
export type LockedPerson = PersonRow & (Key | { fieldId: null; value: null });

/**
 * Reads the people with these ids and those whom these keys belong to, a row for each id or key that finds anyone, and
 * keeps everyone else from changing them until the transaction ends. All in one order, against deadlocks. Who is
 * archived is not found, not even by id: they get no updates (Ortto help, archiving).
 */
export async function lockPeople(
  tx: Tx,
  workspaceId: number,
  ids: readonly string[],
  keys: readonly Key[],
): Promise<LockedPerson[]> {
  if (ids.length + keys.length === 0) return [];
  const statement = {
    name: 'person.lock',
    // Each key and each person is looked up by itself, in that order. Joined, by a plan from when the tables were nearly
    // empty, the whole workspace was read for each of them.
    text: `with found as materialized (
             select k.field_id, k.value, i.person_id
             from unnest($3::text[], $4::text[]) as k(field_id, value)
             cross join lateral (
               select person_id from identity i
               where i.workspace_id = $1 and i.field_id = k.field_id and i.value = k.value offset 0
             ) i
             union all select null, null, unnest($2::bigint[])
           ), a as materialized (select * from found order by person_id)
           select a.field_id as "fieldId", a.value, p.*
           from a
           cross join lateral (
             select ${columns} from person
             where person.id = a.person_id and person.workspace_id = $1 and person.archived_at is null for update
           ) p`,
    values: [workspaceId, ids, keys.map((key) => key.fieldId), keys.map((key) => key.value)],
  };
  const ask = () => tx.query<LockedPerson>(statement);
  // For a few, PostgreSQL takes a plan made for just these for the better one, each time: three times what it then runs.
  const { rows } = await (ids.length + keys.length < FEW ? withOnePlan(tx, ask) : ask());
  return rows;
}

/** Keeps everyone else from changing these people, as `lockPeople` does; returns those there are. */
export async function lockIds(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.query<{ id: string }>({
    name: 'person.hold',
    text: `select id from person where id = any($2::bigint[]) and workspace_id = $1 and archived_at is null
           order by id for update`,
    values: [workspaceId, ids],
  });
  return rows.map(({ id }) => id);
}

export async function findPeople(db: Queryable, workspaceId: number, ids: readonly string[]): Promise<FoundPerson[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query<FoundPerson>({
    name: 'person.find',
    text: `select ${columns}, archived_at as "archivedAt" from person where id = any($2::bigint[]) and workspace_id = $1`,
    values: [workspaceId, ids],
  });
  return rows;
}

export function insertPeople(tx: Tx, workspaceId: number, people: readonly PersonRow[], now: Date): void {
  if (people.length === 0) return;
  send(tx, {
    name: 'person.insert',
    text: `insert into person (workspace_id, id, fields, created_at, edited_at, first_seen_at, last_seen_at,
                               subscribed_at, unsubscribed_at, tags)
           select $1, p.id, p.fields, $2, $2, p.first, p.last, p.sub, p.unsub, p.tags::int[]
           from unnest($3::bigint[], $4::jsonb[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
                       $8::timestamptz[], $9::text[]) as p(id, fields, first, last, sub, unsub, tags)`,
    values: [workspaceId, now, ...columnsOf(people)],
  });
}

export function updatePeople(tx: Tx, workspaceId: number, people: readonly PersonRow[], now: Date): void {
  if (people.length === 0) return;
  send(tx, {
    name: 'person.update',
    text: `update person set fields = p.fields, edited_at = $2, first_seen_at = p.first, last_seen_at = p.last,
                  subscribed_at = p.sub, unsubscribed_at = p.unsub, tags = p.tags::int[]
           from unnest($3::bigint[], $4::jsonb[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
                       $8::timestamptz[], $9::text[]) as p(id, fields, first, last, sub, unsub, tags)
           where person.id = p.id and person.workspace_id = $1`,
    values: [workspaceId, now, ...columnsOf(people)],
  });
}

/** Only "last seen" moves: the commonest change by far, and the cheapest. */
export function updateSeen(tx: Tx, workspaceId: number, people: readonly PersonRow[]): void {
  if (people.length === 0) return;
  send(tx, {
    name: 'person.seen',
    text: `update person set first_seen_at = p.first, last_seen_at = p.last
           from unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[]) as p(id, first, last)
           where person.id = p.id and person.workspace_id = $1`,
    values: [workspaceId, people.map((p) => p.id), people.map((p) => p.firstSeenAt), people.map((p) => p.lastSeenAt)],
  });
}

/** A list of lists can not be unnested one list a row, so tags travel as text. */
function columnsOf(people: readonly PersonRow[]): unknown[] {
  return [
    people.map((p) => p.id),
    people.map((p) => JSON.stringify(p.fields)),
    people.map((p) => p.firstSeenAt),
    people.map((p) => p.lastSeenAt),
    people.map((p) => p.subscribedAt),
    people.map((p) => p.unsubscribedAt),
    people.map((p) => `{${p.tags.join(',')}}`),
  ];
}
