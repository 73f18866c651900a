import type { PeopleUnited } from '../../people/index.ts';
import type { Queryable, Tx } from '../../platform/database/pool.ts';

/** What somebody says of an audience, with the moment since when they get its mail. */
export interface Says {
  subscribed: boolean | null;
  subscribedAt: Date | null;
  smsOptedIn: boolean | null;
}

/** Who became the survivor, of an audience of which they had said something. */
export interface SaidUnited {
  mergeId: string;
  audienceId: number;
  /** What the survivor said before. */
  before: Says;
  absorbed: Says;
  /** What the survivor has said themselves since. */
  mailSince: boolean;
  smsSince: boolean;
}

/** What the absorbed said is said by the survivor too: of the two the stricter. What the survivor said before is kept. */
export async function copySaid(tx: Tx, { workspaceId, mergeId, survivor, absorbed }: PeopleUnited): Promise<void> {
  await tx.query(
    `insert into audience_united (workspace_id, merge_id, audience_id, survivor_id, absorbed_id,
                                  subscribed, subscribed_at, sms_opted_in)
     select $1, $4, a.audience_id, $3, $2, s.subscribed, s.subscribed_at, s.sms_opted_in
     from audience_subscriber a
     left join audience_subscriber s on s.audience_id = a.audience_id and s.person_id = $3
     where a.workspace_id = $1 and a.person_id = $2
       and exists (select from audience where audience.id = a.audience_id)
       and exists (select from person_merge_snapshot where merge_id = $4)
     on conflict do nothing`,
    [workspaceId, absorbed, survivor, mergeId],
  );
  await tx.query(
    `insert into audience_subscriber as s (workspace_id, audience_id, person_id, subscribed, subscribed_at, sms_opted_in)
     select workspace_id, audience_id, $3::bigint, subscribed, subscribed_at, sms_opted_in
     from audience_subscriber where workspace_id = $1 and person_id = $2
     on conflict (audience_id, person_id) do update set
       subscribed = coalesce(s.subscribed and excluded.subscribed, s.subscribed, excluded.subscribed),
       subscribed_at = case when s.subscribed is not false and excluded.subscribed is not false
                            then coalesce(s.subscribed_at, excluded.subscribed_at) end,
       sms_opted_in = coalesce(s.sms_opted_in and excluded.sms_opted_in, s.sms_opted_in, excluded.sms_opted_in)`,
    [workspaceId, absorbed, survivor],
  );
}

/** What people say themselves stays theirs when whoever became them is somebody of their own again. */
export async function updateSaidSince(
  tx: Tx,
  audienceId: number,
  said: readonly { personId: string; mail: boolean; sms: boolean }[],
): Promise<void> {
  await tx.query(
    `update audience_united u set mail_since = u.mail_since or x.mail, sms_since = u.sms_since or x.sms
     from (select person_id, bool_or(mail) as mail, bool_or(sms) as sms
           from unnest($2::bigint[], $3::boolean[], $4::boolean[]) as said(person_id, mail, sms) group by person_id) x
     where u.survivor_id = x.person_id and u.audience_id = $1`,
    [audienceId, said.map(({ personId }) => personId), said.map(({ mail }) => mail), said.map(({ sms }) => sms)],
  );
}

/** All who became this survivor, of the audiences of which the one of that merge had said something; the oldest first. */
export async function listSaidUnited(db: Queryable, { mergeId, survivor }: PeopleUnited): Promise<SaidUnited[]> {
  const said = (row: string) => `json_build_object('subscribed', ${row}.subscribed,
    'subscribedAt', ${row}.subscribed_at, 'smsOptedIn', ${row}.sms_opted_in)`;
  type Told = Omit<Says, 'subscribedAt'> & { subscribedAt: string | null };
  const { rows } = await db.query<Omit<SaidUnited, 'before' | 'absorbed'> & { before: Told; absorbed: Told }>(
    `select u.merge_id as "mergeId", u.audience_id as "audienceId", ${said('u')} as before, ${said('a')} as absorbed,
            u.mail_since as "mailSince", u.sms_since as "smsSince"
     from audience_united u
     left join audience_subscriber a on a.audience_id = u.audience_id and a.person_id = u.absorbed_id
     where u.survivor_id = $1 and u.audience_id in (select audience_id from audience_united where merge_id = $2)
     order by u.merge_id`,
    [survivor, mergeId],
  );
  const read = (told: Told): Says => ({
    ...told,
    subscribedAt: told.subscribedAt ? new Date(told.subscribedAt) : null,
  });
  return rows.map((row) => ({ ...row, before: read(row.before), absorbed: read(row.absorbed) }));
}

/** What somebody says of these audiences. */
export async function listSays(
  db: Queryable,
  personId: string,
  audienceIds: readonly number[],
): Promise<Map<number, Says>> {
  const { rows } = await db.query<Says & { audienceId: number }>(
    `select audience_id as "audienceId", subscribed, subscribed_at as "subscribedAt", sms_opted_in as "smsOptedIn"
     from audience_subscriber where person_id = $1 and audience_id = any($2::int[])`,
    [personId, audienceIds],
  );
  return new Map(rows.map(({ audienceId, ...says }) => [audienceId, says]));
}

/** The survivor says this from now on, and said that before those who are still in them came. */
export async function updateToApart(
  tx: Tx,
  { workspaceId, mergeId, survivor }: PeopleUnited,
  says: readonly (Says & { audienceId: number })[],
  stages: readonly SaidUnited[],
): Promise<void> {
  await tx.query(
    `insert into audience_subscriber (workspace_id, audience_id, person_id, subscribed, subscribed_at, sms_opted_in)
     select $1, x.audience_id, $2, x.subscribed, x.subscribed_at, x.sms
     from unnest($3::int[], $4::boolean[], $5::timestamptz[], $6::boolean[]) as x(audience_id, subscribed, subscribed_at, sms)
     on conflict (audience_id, person_id) do update set subscribed = excluded.subscribed,
       subscribed_at = excluded.subscribed_at, sms_opted_in = excluded.sms_opted_in`,
    [workspaceId, survivor, says.map(({ audienceId }) => audienceId), ...columnsOf(says)],
  );
  await tx.query(
    `update audience_united u set subscribed = x.subscribed, subscribed_at = x.subscribed_at, sms_opted_in = x.sms
     from unnest($1::bigint[], $2::int[], $3::boolean[], $4::timestamptz[], $5::boolean[])
       as x(merge_id, audience_id, subscribed, subscribed_at, sms)
     where u.merge_id = x.merge_id and u.audience_id = x.audience_id`,
    [
      stages.map((stage) => stage.mergeId),
      stages.map(({ audienceId }) => audienceId),
      ...columnsOf(stages.map(({ before }) => before)),
    ],
  );
  await tx.query('delete from audience_united where merge_id = $1', [mergeId]);
}

function columnsOf(says: readonly Says[]): unknown[] {
  return [
    says.map(({ subscribed }) => subscribed),
    says.map(({ subscribedAt }) => subscribedAt),
    says.map(({ smsOptedIn }) => smsOptedIn),
  ];
}
