import type { Fields } from '@tributary/model';
import type { Queryable } from '../../platform/database/pool.ts';

/** A person as an export writes one: all that is kept of them. */
export interface WholePerson {
  id: string;
  fields: Fields;
  tags: number[];
  createdAt: Date;
  editedAt: Date;
  firstSeenAt: Date | null;
  lastSeenAt: Date | null;
  subscribedAt: Date | null;
  unsubscribedAt: Date | null;
}

/** The people after one of them, by id; those archived are left out. */
export async function listPeopleAfter(
  db: Queryable,
  workspaceId: number,
  o: { after: string; limit: number; ids?: readonly string[] | undefined },
): Promise<WholePerson[]> {
  const { rows } = await db.query<WholePerson>({
    name: 'person.page',
    text: `select id, fields, tags, created_at as "createdAt", edited_at as "editedAt", first_seen_at as "firstSeenAt",
                  last_seen_at as "lastSeenAt", subscribed_at as "subscribedAt", unsubscribed_at as "unsubscribedAt"
           from person
           where workspace_id = $1 and id > $2 and archived_at is null and ($4::bigint[] is null or id = any($4))
           order by id limit $3`,
    values: [workspaceId, o.after, o.limit, o.ids ?? null],
  });
  return rows;
}

export interface WholeActivity {
  id: string;
  personId: string;
  definitionId: number;
  occurredAt: Date;
  source: string | null;
  key: string | null;
  attributes: Fields;
}

export interface ActivitiesWanted {
  from?: Date | undefined;
  /** Before, not at. */
  to?: Date | undefined;
  definitionIds?: readonly number[] | undefined;
}

/** Where a page ends, and the next one begins. */
export interface ActivityCursor {
  personId: string;
  occurredAt: Date;
  id: string;
}

const activityColumns = `id, person_id as "personId", definition_id as "definitionId", occurred_at as "occurredAt",
  source, key, attributes`;

/**
 * What these people did, after a place in the order of people, moments and
 * ids, which is the order of the primary key.
 */
export async function listActivitiesAfter(
  db: Queryable,
  workspaceId: number,
  people: readonly string[],
  wanted: ActivitiesWanted,
  o: { after: ActivityCursor | undefined; limit: number },
): Promise<WholeActivity[]> {
  const { rows } = await db.query<WholeActivity>({
    name: 'activity.page',
    text: `select ${activityColumns} from activity
           where person_id = any($2::bigint[]) and workspace_id = $1
             and ($3::timestamptz is null or occurred_at >= $3) and ($4::timestamptz is null or occurred_at < $4)
             and ($5::int[] is null or definition_id = any($5))
             and ($6::bigint is null or (person_id, occurred_at, id) > ($6, $7::timestamptz, $8::bigint))
           order by person_id, occurred_at, id limit $9`,
    values: [
      workspaceId,
      people,
      wanted.from ?? null,
      wanted.to ?? null,
      wanted.definitionIds ?? null,
      o.after?.personId ?? null,
      o.after?.occurredAt ?? null,
      o.after?.id ?? null,
      o.limit,
    ],
  });
  return rows;
}
