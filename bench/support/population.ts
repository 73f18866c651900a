import { withDatabase } from '../../packages/server/src/commands/with-database.ts';
import { readConfig } from '../../packages/server/src/config.ts';
import type { Db } from '../../packages/server/src/platform/database/pool.ts';
import type { Tributary } from './tributary.ts';

const DAY_SECONDS = 86_400;
/** As far back as activities go. */
const DAYS = 60;
/** So many statements: each is one transaction, and none grows without bound. */
const PARTS = 40;

/** The custom fields and activities that `populate` fills. */
export const PLAN = 'str:cm:plan';
const ACTIVITIES = ['Page viewed', 'Report made', 'Invited', 'Exported'] as const;

/**
 * Many people with a country, a plan and tags, and activities of theirs over
 * sixty days, a few of them very busy: written straight into the tables, as the
 * intake would have left them. The same numbers give the same people.
 */
export async function populate(tributary: Tributary, people: number, activities: number): Promise<void> {
  await tributary.api('/v1/person/custom-field/create', {
    name: 'Plan',
    type: 'single_select',
    values: ['free', 'pro'],
  });
  for (const name of ACTIVITIES) await tributary.api('/v1/definitions/activity/create', { name });
  await tributary.api('/v1/person/merge', { people: [{ fields: { 'str::email': 'first@example.com' }, tags: TAGS }] });
  await inDatabase(tributary, async (db) => {
    const now = new Date();
    for (let part = 0; part < PARTS; part++) {
      await db.query(PEOPLE, [share(people, part), share(people, part + 1), now]);
    }
    for (let part = 0; part < PARTS; part++) {
      const [from, to] = [share(activities, part), share(activities, part + 1)];
      await db.query(DID, [from, to, people, activities, now]);
    }
    await db.query('vacuum (analyze) person');
    await db.query('vacuum (analyze) activity');
    await db.query('vacuum (analyze) identity');
    await db.query('checkpoint');
  });
}

/** Whether a folder that was kept holds as many already. Throws where it holds others: they would be counted, too. */
export async function isPopulated(tributary: Tributary, people: number, activities: number): Promise<boolean> {
  const { rows } = await inDatabase(tributary, (db) =>
    db.query<{ people: number; activities: number }>(
      `select (select count(*)::int from person) as people, (select count(*)::int from activity) as activities`,
    ),
  );
  const there = rows[0]!;
  if (there.people === 0) return false;
  if (there.people >= people && there.activities >= activities) return true;
  throw new Error(
    `the folder that is kept holds ${there.people} people and ${there.activities} activities: take another`,
  );
}

const TAGS = ['Trial', 'Webinar', 'Partner', 'Newsletter'];

const share = (all: number, part: number): number => Math.floor((all * part) / PARTS);

/** Something asked of the database beside the server. */
export function inDatabase<T>(tributary: Tributary, work: (db: Db) => Promise<T>): Promise<T> {
  const { databaseUrl, dataDir } = tributary;
  const env = { ...process.env, LOG_LEVEL: 'silent', ...(databaseUrl && { DATABASE_URL: databaseUrl }) };
  const config = readConfig(env, databaseUrl ? {} : { data: dataDir });
  return withDatabase(config, ({ db }) => work(db));
}

const PEOPLE = `
  with made as (
    insert into person (workspace_id, id, fields, created_at, edited_at, first_seen_at, last_seen_at, subscribed_at, tags)
    select 1, time_ordered_id(at, 1000000000 + n),
           jsonb_build_object(
             'str::email', 'p' || n || '@example.com', 'str::first', 'First' || n % 1000, 'str::last', 'Last' || n,
             'bol::p', n % 10 > 0, 'bol::sp', false, '${PLAN}', case n % 5 when 0 then 'pro' else 'free' end,
             'geo::country', jsonb_build_object('name', (array['Portugal', 'Germany', 'Brazil', 'Spain'])[1 + n % 4])),
           at, at, at, $3::timestamptz - (n % 90) * interval '1 day', at,
           case n % 8 when 0 then array[1] when 1 then array[2, 3] else '{}'::int[] end
    from generate_series($1::int, $2::int - 1) n
    cross join lateral (select $3::timestamptz - n % ${DAYS * DAY_SECONDS} * interval '1 second' as at) made
    returning id, fields)
  insert into identity (workspace_id, field_id, value, person_id)
  select 1, 'str::email', fields->>'str::email', id from made`;

/** One in three activities is done by one person in fifty. They come in the order of their time, as they do to the intake. */
const DID = `
  insert into activity (workspace_id, person_id, occurred_at, id, definition_id, source, attributes)
  select 1, time_ordered_id($5::timestamptz - who % ${DAYS * DAY_SECONDS} * interval '1 second', 1000000000 + who), at,
         time_ordered_id(at, 1000000000 + n), d.id, 'API', jsonb_build_object('str:cm:page', '/docs/' || n % 97)
  from generate_series($1::int, $2::int - 1) n
  cross join lateral (
    select date_trunc('milliseconds', $5::timestamptz - ${DAYS * DAY_SECONDS} * (1 - n / $4::float8) * interval '1 second') as at,
           case when n % 3 = 0 then (hashint4(n + 7)::bigint & 2147483647) % ($3::int / 50)
                else (hashint4(n + 13)::bigint & 2147483647) % $3::int end as who) s
  join activity_definition d on d.activity_id = (array['act:cm:page-viewed', 'act:cm:page-viewed', 'act:cm:report-made',
                                                       'act:cm:invited', 'act:cm:exported'])[1 + n % 5]
  order by n`;
