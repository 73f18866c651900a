import { readFile } from 'node:fs/promises';
import { type KommoSandbox, startKommoSandbox } from '@tributary/kommo-sandbox';
import { readConfig } from '../../../src/config.ts';
import { type MovableClock, movableClock } from '../../../src/platform/clock.ts';
import { migrate } from '../../../src/platform/database/migrate.ts';
import type { Db } from '../../../src/platform/database/pool.ts';
import { seal } from '../../../src/platform/seal.ts';
import { startTributary, type Tributary } from '../../../src/tributary.ts';
import { databaseAt, silent } from '../../support/database.ts';
import type { Answer } from '../../support/journey-world.ts';
import { type SmtpSink, startSmtpSink } from '../../support/smtp-sink.ts';
import { until } from '../../support/until.ts';
import { urlOf } from '../../support/url-of.ts';

/** A database that an earlier version wrote and was killed over, with the present server on it. See README.md beside. */
export interface Used {
  readonly clock: MovableClock;
  readonly tributary: Tributary;
  readonly db: Db;
  /** The account as it was: Anna's deal is `deals.Anna`. */
  readonly kommo: KommoSandbox;
  readonly deals: Readonly<Record<string, number>>;
  readonly sink: SmtpSink;
  /** How many rows each table had, before and after it was migrated. */
  readonly before: Readonly<Record<string, number>>;
  readonly after: Readonly<Record<string, number>>;
  call(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<Answer & { text: string }>;
  /** Where the runs of a person in a journey stand, or why they left, oldest first. */
  runsOf(email: string, journey?: string): Promise<string[]>;
  close(): Promise<void>;
}

export const FOLLOW_UP = 'Qualification follow-up';
const DEALS = [
  'Anna',
  'Ben',
  'Cara',
  'Dan',
  'Eve',
  'Finn',
  'Gus',
  'Second of Gus',
  'Held0',
  'Held1',
  'Held2',
  'Held3',
  'Ida',
  'Jon',
];
const WON = 142;

export async function openUsed(migrations: number): Promise<Used> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    const rows = await readFile(new URL(`../${String(migrations).padStart(4, '0')}.sql`, import.meta.url), 'utf8');
    const key = /^-- The key: (\S+)$/m.exec(rows)![1]!;
    const database = await databaseAt(migrations);
    closers.push(database.close);
    const { db } = database;
    await db.query(rows);
    const clock = movableClock((await db.query<{ at: Date }>('select max(at) as at from move')).rows[0]!.at);
    const sink = await startSmtpSink();
    closers.push(sink.close);
    const kommo = await startKommoSandbox({ now: clock.now, requestsPerSecond: 0, retryScale: 1e-4 });
    closers.push(kommo.close);
    const deals = Object.fromEntries(DEALS.map((name) => [name, addDeal(kommo, name)]));
    await moveKommo(db, kommo);

    const before = await countRows(db);
    await migrate(db);
    const after = await countRows(db);
    const config = { ...readConfig({}), databaseUrl: urlOf(database.connection), port: 0, smtpUrl: sink.url };
    const tributary = await startTributary(config, { clock, log: silent });
    closers.push(tributary.close);
    await tributary.connectors.check();
    return {
      ...{ clock, tributary, db: tributary.db, kommo, deals, sink, before, after, close },
      async call(method, path, body) {
        const answer = await fetch(tributary.url + path, {
          method,
          headers: { 'x-api-key': key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await answer.text();
        const isJson = answer.headers.get('content-type')?.startsWith('application/json');
        return { status: answer.status, text, json: isJson ? JSON.parse(text) : undefined };
      },
      async runsOf(email, journey = FOLLOW_UP) {
        const { rows } = await db.query<{ at: string }>(
          `select coalesce('left: ' || r.left_reason, 'parked: ' || r.parked_error, r.shape_id, 'not begun') as at
           from run r join journey j on j.id = r.journey_id join identity i on i.person_id = r.person_id
           where i.field_id = 'str::email' and i.value = $1 and j.name = $2 order by r.entered_at, r.id`,
          [email, journey],
        );
        return rows.map((row) => row.at);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** As it was made then, in the same order, so that it has the same id. */
function addDeal(kommo: KommoSandbox, name: string): number {
  const first = name.split(' ').at(-1)!;
  const contact = { first_name: first, last_name: 'Example', email: `${first.toLowerCase()}@example.com` };
  const statusId = name === 'Cara' ? WON : kommo.stage('Qualification').statusId;
  return kommo.addLead({ name: name === first ? `Deal of ${first}` : name, price: 1000, contact, statusId }).id;
}

/** The account has another address now. */
async function moveKommo(db: Db, { url, token }: KommoSandbox): Promise<void> {
  const { rows } = await db.query<{ secret: Buffer }>('select secret from workspace');
  const settings = seal(rows[0]!.secret, 'connection settings', JSON.stringify({ url, token }));
  await db.query('update connection set settings = $1', [settings]);
}

async function countRows(db: Db): Promise<Record<string, number>> {
  const { rows: tables } = await db.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname <> 'migration'`,
  );
  const counts = tables.map(async ({ name }) => {
    const { rows } = await db.query<{ n: number }>(`select count(*)::int as n from ${name}`);
    return [name, rows[0]!.n] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

/** Looks until a query answers with a row. */
export function found<T extends object>(db: Db, what: string, sql: string, values: unknown[] = []): Promise<T> {
  return until(what, async () => (await db.query<T>(sql, values)).rows[0]);
}
