import type { Queryable } from '../../platform/database/pool.ts';

/** How an audience grows, and how many of its members may be written to. */
export interface Figures {
  subscribers: number;
  smsOptedIn: number;
  added: number;
}

export async function countFigures(
  db: Queryable,
  workspaceId: number,
  ids: readonly number[],
  since: Date,
): Promise<Map<number, Figures>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<Figures & { id: number }>(
    `select a.id, coalesce(c.subscribers, 0)::float8 as subscribers, coalesce(c.sms, 0)::float8 as "smsOptedIn",
            (select coalesce(sum(g.entered), 0)::float8 from audience_growth g
             where g.audience_id = a.id and g.day > ($3::timestamptz at time zone 'UTC')::date) as added
     from unnest($2::int[]) as a(id)
     left join (
       select m.audience_id,
              count(*) filter (where p.fields @> '{"bol::p": true}' and s.subscribed is not false) as subscribers,
              count(*) filter (where p.fields @> '{"bol::sp": true}' and s.sms_opted_in is not false) as sms
       from audience_member m join person p on p.id = m.person_id
       left join audience_subscriber s on s.audience_id = m.audience_id and s.person_id = m.person_id
       where m.audience_id = any($2) and m.workspace_id = $1 group by m.audience_id
     ) c on c.audience_id = a.id`,
    [workspaceId, ids, since],
  );
  return new Map(rows.map(({ id, ...figures }) => [id, figures]));
}

/** The days on which somebody entered or left, oldest first. */
export async function listGrowth(
  db: Queryable,
  id: number,
  since: Date,
): Promise<{ day: string; entered: number; left: number }[]> {
  const { rows } = await db.query<{ day: string; entered: number; left: number }>(
    `select day::text, entered, "left" from audience_growth
     where audience_id = $1 and day > ($2::timestamptz at time zone 'UTC')::date order by day`,
    [id, since],
  );
  return rows;
}
