import pg from 'pg';
import { messageOf } from '../errors.ts';
import { isNotNow } from './not-now.ts';
import { explained, type Trouble, type Where } from './trouble.ts';

/** The server that DATABASE_URL names can not be used: what is wrong, and what to do. Never tells the password. */
export class DatabaseUnreachable extends Error {
  override name = 'DatabaseUnreachable';
  readonly problem: string;
  readonly advice: string;

  constructor({ problem, advice }: Trouble, cause?: unknown) {
    super(`${problem}: ${advice}`, { cause });
    this.problem = problem;
    this.advice = advice;
  }
}

const PATIENCE_MS = 10_000;
const OLDEST = 150_000;

/** Whether the server that a DATABASE_URL names is there and can be used: a `DatabaseUnreachable` that explains it if not. */
export async function reach(url: string): Promise<void> {
  const client = clientFor(url);
  const where = whereOf(client);
  // A connection that breaks is an event as well as a rejected promise.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<State>(STATE);
    const trouble = troubleWith(rows[0]!, where);
    if (trouble) throw new DatabaseUnreachable(trouble);
  } catch (error) {
    throw error instanceof DatabaseUnreachable ? error : new DatabaseUnreachable(explained(error, where), error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** By class: connections (08), read-only (25006), not let in (28, 3D000), no room (53), stopped (57P), a disk that fails (58). */
const AWAY = /^(08|25006|28|3D000|53|57P|58)/;

/** What work failed over when it was the database that could not be used, in the same words; undefined where it was not. */
export function unreachable(error: unknown, url: string | undefined): DatabaseUnreachable | undefined {
  const says = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isAway = error instanceof pg.DatabaseError ? AWAY.test(says) : says === '' && isNotNow(error);
  if (!isAway) return undefined;
  if (url) return new DatabaseUnreachable(explained(error, whereOf(clientFor(url))), error);
  return new DatabaseUnreachable(
    {
      problem: `the database can not be used at the moment (it says: ${messageOf(error)})`,
      advice: 'try again; postgres.log in the data folder may have more',
    },
    error,
  );
}

function clientFor(connectionString: string): pg.Client {
  try {
    return new pg.Client({
      connectionString,
      connectionTimeoutMillis: PATIENCE_MS,
      query_timeout: PATIENCE_MS,
      application_name: 'tributary',
    });
  } catch (error) {
    // A file that the address names, such as that of sslrootcert.
    throw new DatabaseUnreachable(
      { problem: `DATABASE_URL can not be used: ${messageOf(error)}`, advice: 'check the files and options it names' },
      error,
    );
  }
}

function whereOf({ host, port, user, database }: pg.Client): Where {
  const server = host.startsWith('/')
    ? `${host}/.s.PGSQL.${port}`
    : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { server, user: user ?? '', database: database ?? '' };
}

interface State {
  version: number;
  shown: string;
  standby: boolean;
  /** Tables of ours can be there, or be made. */
  ours: boolean;
}

const STATE = `select current_setting('server_version_num')::int as version, current_setting('server_version') as shown,
  pg_is_in_recovery() as standby,
  to_regclass('migration') is not null
    or coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)
       and has_database_privilege(current_database(), 'CREATE') as ours`;

function troubleWith({ version, shown, standby, ours }: State, { server, user, database }: Where): Trouble | undefined {
  if (version < OLDEST) {
    return { problem: `PostgreSQL ${shown} at ${server} is too old`, advice: 'it has to be 15 or newer' };
  }
  if (standby) {
    return { problem: `the PostgreSQL at ${server} is a standby, which takes no writes`, advice: 'name the primary' };
  }
  if (!ours) {
    return {
      problem: `"${user}" may make no tables in the database "${database}" at ${server}`,
      advice: `make it the owner, as an administrator: alter database "${database}" owner to "${user}"`,
    };
  }
  return undefined;
}
