import type { Queryable, Tx } from '../../platform/database/pool.ts';

export interface SuppressionRow {
  email: string;
  reason: string;
  createdAt: Date;
}

/** How a list of suppressed addresses is to be read. */
export interface SuppressionPage {
  limit: number;
  offset: number;
  sort: 'email' | 'created_at';
  order: 'asc' | 'desc';
}

/** Why an address is on the list, and since when. */
export type Suppressed = Omit<SuppressionRow, 'email'>;

/** Those of these addresses, in small letters, that are suppressed. */
export async function findSuppressed(
  db: Queryable,
  workspaceId: number,
  emails: readonly string[],
): Promise<Map<string, Suppressed>> {
  if (emails.length === 0) return new Map();
  const { rows } = await db.query<SuppressionRow>({
    name: 'suppression.find',
    text: `select email, reason, created_at as "createdAt" from suppression
           where workspace_id = $1 and email = any($2::text[])`,
    values: [workspaceId, emails],
  });
  return new Map(rows.map((row) => [row.email, row]));
}

/** Adds addresses, in one order against deadlocks. Returns those that were not there. */
export async function insertSuppressed(
  tx: Tx,
  workspaceId: number,
  emails: readonly string[],
  reason: string,
  now: Date,
): Promise<string[]> {
  const { rows } = await tx.query<{ email: string }>(
    `insert into suppression (workspace_id, email, reason, created_at)
     select $1, email, $3, $4 from (select distinct unnest($2::text[]) as email) e order by email
     on conflict do nothing returning email`,
    [workspaceId, emails, reason, now],
  );
  return rows.map((row) => row.email);
}

/** Takes addresses off. Returns those that were there. */
export async function deleteSuppressed(tx: Tx, workspaceId: number, emails: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ email: string }>(
    `with own as materialized (
       select email from suppression where workspace_id = $1 and email = any($2::text[]) order by email for update
     )
     delete from suppression s using own where s.workspace_id = $1 and s.email = own.email returning s.email`,
    [workspaceId, emails],
  );
  return rows.map((row) => row.email);
}

/** Says of these people whether the address that finds them is on the list, and since when, where they say otherwise. */
export async function updateMarks(tx: Tx, workspaceId: number, ids: readonly string[]): Promise<void> {
  await tx.query(
    `with listed as (
       select p.id, (
         select replace(to_char(s.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '.000Z', 'Z')
         from identity i join suppression s on s.workspace_id = $1 and s.email = i.value
         where i.workspace_id = $1 and i.field_id = 'str::email' and i.person_id = p.id
           and i.value = lower(p.fields->>'str::email')) as since
       from person p where p.workspace_id = $1 and p.id = any($2::bigint[])
     )
     update person p
     set fields = case when l.since is null then p.fields - '{tme::sa,bol::hb}'::text[]
                       else p.fields || jsonb_build_object('tme::sa', l.since) end
     from listed l where l.id = p.id and l.since is distinct from p.fields->>'tme::sa'`,
    [workspaceId, ids],
  );
}

const orders = {
  email: { asc: 'email', desc: 'email desc' },
  created_at: { asc: 'created_at, email', desc: 'created_at desc, email desc' },
} as const;

export async function listSuppressed(
  db: Queryable,
  workspaceId: number,
  page: SuppressionPage,
): Promise<SuppressionRow[]> {
  const { rows } = await db.query<SuppressionRow>(
    `select email, reason, created_at as "createdAt" from suppression where workspace_id = $1
     order by ${orders[page.sort][page.order]} limit $2 offset $3`,
    [workspaceId, page.limit, page.offset],
  );
  return rows;
}

export async function countSuppressed(db: Queryable, workspaceId: number): Promise<number> {
  const { rows } = await db.query<{ n: number }>('select count(*)::int as n from suppression where workspace_id = $1', [
    workspaceId,
  ]);
  return rows[0]!.n;
}
