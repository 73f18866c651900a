import type { Queryable, Tx } from '../../platform/database/pool.ts';

/** What somebody says of an audience's mail and SMS; null where they say nothing. */
export interface Said {
  personId: string;
  subscribed: boolean | null;
  smsOptedIn: boolean | null;
}

/** Writes what they say; of what they say nothing, what they said before stays. */
export async function upsertSaid(
  tx: Tx,
  of: { workspaceId: number; audienceId: number; now: Date },
  said: readonly Said[],
): Promise<void> {
  await tx.query(
    `insert into audience_subscriber as s (workspace_id, audience_id, person_id, subscribed, subscribed_at, sms_opted_in)
     select $1, $2, x.person_id, x.subscribed, case when x.subscribed then $3::timestamptz end, x.sms
     from unnest($4::bigint[], $5::boolean[], $6::boolean[]) as x(person_id, subscribed, sms)
     on conflict (audience_id, person_id) do update set
       subscribed = coalesce(excluded.subscribed, s.subscribed),
       subscribed_at = case when excluded.subscribed and s.subscribed is not true then $3
                            when excluded.subscribed is false then null else s.subscribed_at end,
       sms_opted_in = coalesce(excluded.sms_opted_in, s.sms_opted_in)`,
    [
      of.workspaceId,
      of.audienceId,
      of.now,
      said.map(({ personId }) => personId),
      said.map(({ subscribed }) => subscribed),
      said.map(({ smsOptedIn }) => smsOptedIn),
    ],
  );
}

export async function listSaid(db: Queryable, audienceId: number, people: readonly string[]): Promise<Said[]> {
  const { rows } = await db.query<Said>(
    `select person_id as "personId", subscribed, sms_opted_in as "smsOptedIn" from audience_subscriber
     where audience_id = $1 and person_id = any($2::bigint[])`,
    [audienceId, people],
  );
  return rows;
}

/** The same of every audience, by person and audience; nobody who said nothing. */
export async function listAllSaid(db: Queryable, people: readonly string[]): Promise<Map<string, Map<number, Said>>> {
  const { rows } = await db.query<Said & { audienceId: number }>({
    name: 'audience.said',
    text: `select audience_id as "audienceId", person_id as "personId", subscribed, sms_opted_in as "smsOptedIn"
           from audience_subscriber where person_id = any($1::bigint[])`,
    values: [people],
  });
  const said = new Map<string, Map<number, Said>>();
  for (const row of rows) {
    const known = said.get(row.personId) ?? new Map<number, Said>();
    said.set(row.personId, known.set(row.audienceId, row));
  }
  return said;
}

/** A person's membership, with what they said. */
export interface SubscriptionRow extends Said {
  audienceId: number;
  audienceName: string;
  audienceCreatedAt: Date;
  publicName: string;
  publicDescription: string;
  isPublic: boolean;
  since: Date;
  subscribedAt: Date | null;
}

export async function listSubscriptions(
  db: Queryable,
  workspaceId: number,
  people: readonly string[],
): Promise<SubscriptionRow[]> {
  const { rows } = await db.query<SubscriptionRow>(
    `select m.person_id as "personId", m.audience_id as "audienceId", a.name as "audienceName",
            a.created_at as "audienceCreatedAt", a.public_name as "publicName",
            a.public_description as "publicDescription", a.is_public as "isPublic", m.since, s.subscribed, s.subscribed_at as "subscribedAt",
            s.sms_opted_in as "smsOptedIn"
     from audience_member m
     join audience a on a.id = m.audience_id and a.archived_at is null and not a.hidden
     left join audience_subscriber s on s.audience_id = m.audience_id and s.person_id = m.person_id
     where m.workspace_id = $1 and m.person_id = any($2::bigint[]) order by m.person_id, m.audience_id`,
    [workspaceId, people],
  );
  return rows;
}

/** All that is kept of people who are gone; their memberships count no more. */
export async function deletePeopleFromAudiences(tx: Tx, workspaceId: number, people: readonly string[]): Promise<void> {
  await tx.query(
    `with gone as (delete from audience_member where workspace_id = $1 and person_id = any($2::bigint[])
                   returning audience_id),
          due as (delete from audience_check where workspace_id = $1 and person_id = any($2::bigint[])),
          said as (delete from audience_subscriber where workspace_id = $1 and person_id = any($2::bigint[]))
     update audience set members = members - g.n
     from (select audience_id, count(*) as n from gone group by audience_id) g where g.audience_id = audience.id`,
    [workspaceId, people],
  );
}
