import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '../log.ts';
import { streamOf } from './stream.ts';

/** How often connections are looked at: one that owes an answer, and has said nothing since the last look, is asked about. */
const LOOK_EVERY_MS = 5000;
/** How long the database has to say so. */
const ANSWER_MS = 5000;

interface Watched {
  client: pg.PoolClient;
  /** By which the database knows it; a pooler in between tells the driver another. */
  pid: number | undefined;
  /** How much had come when it was last looked at and owed an answer. */
  heard: number | undefined;
}

/**
 * What the database is to do where it is us who vanish: what we hold there is let go within a minute. By itself, a system
 * tries a silent connection after two hours, and until then others wait for our locks.
 */
const LET_GO = `select set_config('idle_in_transaction_session_timeout', '60s', false),
  set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
  set_config('tcp_keepalives_count', '4', false), set_config('tcp_user_timeout', '30s', false)`;
/** Whether whoever asked is still there; not every system can tell. */
const LOOK_UP = `select set_config('client_connection_check_interval', '10s', false)`;

/** Says so on a connection that has just been made. Nobody waits for it, and it is no harm where it is refused. */
export function letGo(client: pg.ClientBase): void {
  for (const statement of [LET_GO, LOOK_UP]) client.query(statement).catch(() => undefined);
}

/**
 * Ends the connections of a pool that are silent because nobody is there: a host that vanishes, a firewall that forgets, a
 * database that hangs tell nobody, and whoever waits would wait for ever. Work may take any time, as long as the database
 * says that it is at it ([decision 15](../../../../../docs/decisions/0015-silence-not-slowness.md)).
 */
export function endSilent(pool: pg.Pool, connection: pg.PoolConfig, log?: Log, everyMs = LOOK_EVERY_MS): void {
  const watched = new Set<Watched>();
  let timer: NodeJS.Timeout | undefined;
  let asking = false;

  const look = async (): Promise<void> => {
    const silent = [...watched].filter(isSilent);
    // Its goodbye is not answered.
    for (const one of silent) if (streamOf(one.client).writableEnded) streamOf(one.client).destroy();
    const owing = silent.filter(({ client }) => !streamOf(client).destroyed);
    if (owing.length === 0 || asking) return;
    asking = true;
    const atWork = await backendsAtWork(connection).finally(() => (asking = false));
    if (atWork === 'unknown') return;
    // What came meanwhile is read before that.
    await sleep(everyMs / 5);
    const lost = owing.filter((one) => !(one.pid !== undefined && atWork.has(one.pid)) && stillSilent(one));
    if (lost.length === 0) return;
    log?.warn({ connections: lost.length }, 'the database answers no more on connections to it: they are given up');
    for (const { client } of lost) streamOf(client).destroy();
  };

  pool.on('connect', (client) => {
    const one: Watched = { client, pid: undefined, heard: undefined };
    watched.add(one);
    client.query<{ pid: number }>('select pg_backend_pid() as pid').then(
      ({ rows }) => (one.pid = rows[0]!.pid),
      () => undefined,
    );
    client.once('end', () => {
      watched.delete(one);
      if (watched.size === 0) clearInterval(timer);
    });
    if (watched.size === 1) timer = setInterval(() => void look(), everyMs).unref();
  });
}

const owes = ({ client }: Watched): boolean =>
  !(client as unknown as { readyForQuery: boolean }).readyForQuery || streamOf(client).writableEnded;

const stillSilent = (one: Watched): boolean => owes(one) && streamOf(one.client).bytesRead === one.heard;

/** Notes how much it has said. */
function isSilent(one: Watched): boolean {
  if (stillSilent(one)) return true;
  one.heard = owes(one) ? streamOf(one.client).bytesRead : undefined;
  return false;
}

/**
 * The backends that work on what they were asked, waiting for locks among it; none where nobody answers. Where PostgreSQL
 * itself says why it can not tell, such as that no connection is left, it is there: `unknown`.
 */
async function backendsAtWork(connection: pg.PoolConfig): Promise<ReadonlySet<number> | 'unknown'> {
  const client = new pg.Client({
    ...connection,
    application_name: 'tributary',
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where state is null or state not like 'idle%'`,
    );
    return new Set(rows.map(({ pid }) => pid));
  } catch (error) {
    return error instanceof pg.DatabaseError ? 'unknown' : new Set();
  } finally {
    streamOf(client).destroy();
  }
}
