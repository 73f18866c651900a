import type { Queryable } from '../../platform/database/pool.ts';

/** Audiences by their numbers or names, those in use first, the oldest first. */
export async function findTopics(
  db: Queryable,
  workspaceId: number,
  numbers: readonly number[],
  names: readonly string[],
): Promise<{ id: number; name: string; createdAt: Date; archivedAt: Date | null }[]> {
  const { rows } = await db.query<{ id: number; name: string; createdAt: Date; archivedAt: Date | null }>({
    name: 'audience.topics',
    text: `select id, name, created_at as "createdAt", archived_at as "archivedAt" from audience
           where workspace_id = $1 and not hidden and (id = any($2::int[]) or name = any($3::text[]))
           order by archived_at is not null, id`,
    values: [workspaceId, numbers, names],
  });
  return rows;
}

/** Which of these people belong to which of these audiences, and what they said of them; by "audience/person". */
export async function listStandings(
  db: Queryable,
  workspaceId: number,
  pairs: readonly { personId: string; audienceId: number }[],
): Promise<Map<string, { subscribed: boolean | null; smsOptedIn: boolean | null }>> {
  if (pairs.length === 0) return new Map();
  const { rows } = await db.query<{
    pair: string;
    subscribed: boolean | null;
    smsOptedIn: boolean | null;
  }>({
    name: 'audience.standings',
    text: `select m.audience_id || '/' || m.person_id as pair, s.subscribed, s.sms_opted_in as "smsOptedIn"
           from unnest($2::int[], $3::bigint[]) as asked(audience_id, person_id)
           join audience_member m on m.audience_id = asked.audience_id and m.person_id = asked.person_id
           left join audience_subscriber s on s.audience_id = m.audience_id and s.person_id = m.person_id
           where m.workspace_id = $1`,
    values: [workspaceId, pairs.map(({ audienceId }) => audienceId), pairs.map(({ personId }) => personId)],
  });
  return new Map(rows.map(({ pair, ...said }) => [pair, said]));
}
