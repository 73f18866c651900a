import { type Queryable, send, type Tx } from '../../platform/database/pool.ts';
import type { Counted } from '../types.ts';

/** The first half of the lock that says "I look who may have one more message of person N". */
const PLACES = 7_482_031;

/**
 * Nobody else gives places of these people until the transaction ends: of two who ask at the same moment, the second
 * sees what the first was given. Thirty-two bits of a hash, in one order; a few wait without need.
 */
export async function lockPlaces(tx: Tx, people: readonly string[]): Promise<void> {
  await tx.query({
    name: 'place.lock',
    text: `select pg_advisory_xact_lock($1, h)
           from (select distinct hashint8(id) as h from unnest($2::bigint[]) as u(id) order by 1) as hashes`,
    values: [PLACES, people],
  });
}

/** Messages that count for the caps of these people, each person's since a moment of their own. */
export async function listCounted(
  db: Queryable,
  people: readonly { personId: string; since: Date }[],
): Promise<Counted[]> {
  const { rows } = await db.query<Counted>({
    name: 'place.list',
    text: `select m.person_id as "personId", m.channel, m.counted_at as "countedAt"
           from unnest($1::bigint[], $2::timestamptz[]) as p(id, since)
           join message m on m.person_id = p.id and m.counted_at > p.since`,
    values: [people.map(({ personId }) => personId), people.map(({ since }) => since)],
  });
  return rows;
}

/** Of a message `m`, with its workspace's `sending_default` as `d`: it goes whatever the caps are, and counts once it has left. */
export const countsWithoutCap = `m.channel <> 'notice' and not coalesce((m.rules->>'transactional')::boolean, false)
             and coalesce(m.rules->>'cap', case when m.channel <> 'email' or d.cap is null and d.workspace_id is not null
                                                then 'none' end) = 'none'`;

/** Of these people, what any process has in hand that goes whatever the caps are, counts once it has left, and is none of `except`. */
export async function listInHand(
  db: Queryable,
  people: readonly string[],
  except: readonly string[],
): Promise<Pick<Counted, 'personId' | 'channel'>[]> {
  const { rows } = await db.query<Pick<Counted, 'personId' | 'channel'>>({
    name: 'place.in-hand',
    text: `select m.person_id as "personId", m.channel
           from message m left join sending_default d on d.workspace_id = m.workspace_id
           where m.state = 'sending' and m.person_id = any($1::bigint[]) and m.id <> all($2::bigint[])
             and m.counted_at is null and ${countsWithoutCap}`,
    values: [people, except],
  });
  return rows;
}

/** These messages, in this process's hand, count from now on. */
export function updateCounted(tx: Tx, process: number, ids: readonly string[], now: Date): void {
  if (ids.length === 0) return;
  send(tx, {
    name: 'place.take',
    text: `with own as materialized (
             select id from message where id = any($2::bigint[]) and claimed_by = $1 order by id for update
           )
           update message m set counted_at = $3 from own where m.id = own.id`,
    values: [process, ids, now],
  });
}

/**
 * What waits for the cap of these people is looked at anew: there is a place again. What somebody holds at this moment
 * is left out, for nobody waits here with rows of their own; it is due in its own time. Returns how many that are.
 */
export async function wakePeople(tx: Tx, people: readonly string[], now: Date): Promise<number> {
  const { rowCount } = await tx.query({
    name: 'place.wake',
    text: `with own as materialized (
             select id from message
             where person_id = any($1::bigint[]) and waits_for = 'cap' and state = 'queued' and due_at > $2
             order by id for update skip locked
           )
           update message m set due_at = $2 from own where m.id = own.id`,
    values: [people, now],
  });
  return rowCount ?? 0;
}
