import pg from 'pg';
import { type ConnectionSettings, type Db, send, type Tx } from './database/pool.ts';
import { letGo } from './database/silence.ts';
import { streamOf } from './database/stream.ts';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';

/** The first half of the two-part advisory lock that says "process N lives". */
const PROCESS_LOCK = 7_482_001;
/** The first half of the lock that says "one process leads in matter N". */
const LEADER_LOCK = 7_482_005;
const CHANNEL = 'tributary';
const RECONNECT_MS = 200;
/**
 * How often the connection is tried, and how long it may take to answer. A firewall that forgets it, or a server that is
 * gone without a word, is told of by nobody: the lock goes one day, and others believe us dead while we go on.
 */
const TRY_EVERY_MS = 2000;
const ANSWER_MS = 5000;
const CONNECT_MS = 10_000;
/**
 * After a restart of the database every process has lost its lock for a moment;
 * nobody is called dead until the living have had this long to take it back.
 */
const GRACE_SECONDS = 10;

/**
 * This process as the others see it: a number with a lock on it that goes with
 * the process, however it ends, and an ear for signals between processes.
 */
export interface Presence {
  readonly process: number;
  /** Whether it has its lock, as far as it knows: without, others may do its work, and it is to begin none. */
  readonly present: boolean;
  /**
   * Calls back when any process signals that name, with the moment it was signalled of, if one was; and after every
   * reconnect, as signals may have been missed.
   */
  on(name: string, callback: (of?: Date) => void): void;
  /** Whether this process is the one that leads in a matter; it stays so until it ends or loses the database. */
  leads(matter: number): Promise<boolean>;
  close(): Promise<void>;
}

/** Signals every process once the transaction commits. To be put in a statement: `select pg_notify(...)`. */
export function notify(name: string, of?: Date): { text: string; values: string[] } {
  return { text: `select pg_notify('${CHANNEL}', $1)`, values: [of ? `${name}@${of.getTime()}` : name] };
}

/** Signals every process once the transaction commits: of what is to be done, or will be at a moment. */
export function signal(tx: Tx, name: string, of?: Date): void {
  send(tx, { name: 'signal', ...notify(name, of) });
}

export async function openPresence(connection: ConnectionSettings, log: Log): Promise<Presence> {
  const callbacks = new Map<string, ((of?: Date) => void)[]>();
  const led = new Set<number>();
  let closed = false;
  let client = new pg.Client({ ...connection, application_name: 'tributary presence' });
  let process: number | undefined;
  let present = false;
  let reconnecting: NodeJS.Timeout | undefined;
  let trying: NodeJS.Timeout | undefined;

  const join = async (): Promise<void> => {
    const joining = new pg.Client({
      ...connection,
      application_name: 'tributary presence',
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      pipeline: true,
    });
    joining.on('error', (error) => log.warn({ why: messageOf(error) }, 'the presence connection was lost'));
    joining.on('end', () => {
      led.clear();
      if (joining !== client) return;
      present = false;
      clearTimeout(trying);
      if (!closed) reconnect();
    });
    joining.on('notification', ({ payload }) => {
      const [name, of] = (payload ?? '').split('@');
      for (const callback of callbacks.get(name!) ?? []) callback(of === undefined ? undefined : new Date(Number(of)));
    });
    await joining.connect();
    // A host that is gone without a word while we come back is told of by nobody, either.
    const late = setTimeout(() => streamOf(joining).destroy(), CONNECT_MS);
    await takePlace(joining).finally(() => clearTimeout(late));
    if (closed) return joining.end();
    client = joining;
    present = true;
    watch(joining);
  };

  /** Its number, with the lock on it, and an ear for the others. */
  const takePlace = async (joining: pg.Client): Promise<void> => {
    letGo(joining);
    process ??= (await joining.query<{ n: number }>(`select nextval('process_number')::int as n`)).rows[0]!.n;
    await joining.query(
      `-- The connection before this one may be gone for us alone, with the lock and all that we led.
       select pg_terminate_backend(pid) from pg_locks join pg_stat_activity a using (pid)
       where locktype = 'advisory' and classid = $1 and objid = $2 and granted
         and a.datname = current_database() and a.application_name = 'tributary presence'`,
      [PROCESS_LOCK, process],
    );
    await joining.query('select pg_advisory_lock($1, $2)', [PROCESS_LOCK, process]);
    await joining.query(`listen ${CHANNEL}`);
  };

  /** Tries the connection now and then, and ends one that does not answer as if it had broken. */
  const watch = (joined: pg.Client): void => {
    trying = setTimeout(() => {
      let waits = true;
      const late = setTimeout(() => {
        // What came while this process was busy is read before that.
        setImmediate(() => {
          if (waits) hangUp(joined);
        });
      }, ANSWER_MS);
      const answered = joined.query('select').catch((error: unknown) => log.debug(`presence: ${messageOf(error)}`));
      void answered.then(() => {
        waits = false;
        clearTimeout(late);
        if (present && !closed && joined === client) watch(joined);
      });
    }, TRY_EVERY_MS);
  };

  const hangUp = (joined: pg.Client): void => {
    log.warn('the presence connection does not answer: another is made');
    streamOf(joined).destroy();
  };

  const reconnect = (): void => {
    reconnecting = setTimeout(() => {
      if (closed) return;
      join().then(
        () => {
          for (const list of callbacks.values()) for (const callback of list) callback();
        },
        (error: unknown) => {
          log.debug(`presence: ${messageOf(error)}`);
          reconnect();
        },
      );
    }, RECONNECT_MS);
  };

  /** Without a connection nobody leads; which is no error, for it comes back. */
  const tryToLead = (matter: number): Promise<boolean> =>
    client
      .query<{ mine: boolean }>('select pg_try_advisory_lock($1, $2) as mine', [LEADER_LOCK, matter])
      .then(({ rows }) => rows[0]?.mine === true)
      .catch((error: unknown) => {
        log.debug(`presence: ${messageOf(error)}`);
        return false;
      });
  let asking: Promise<unknown> = Promise.resolve();

  await join();
  return {
    process: process!,
    get present() {
      return present;
    },
    on(name, callback) {
      callbacks.set(name, [...(callbacks.get(name) ?? []), callback]);
    },
    async leads(matter) {
      if (led.has(matter)) return true;
      // One after the other: several loops ask on the one connection.
      const asked = asking.then(() => tryToLead(matter));
      asking = asked;
      if (await asked) led.add(matter);
      return led.has(matter);
    },
    async close() {
      closed = true;
      clearTimeout(reconnecting);
      clearTimeout(trying);
      const late = setTimeout(() => streamOf(client).destroy(), ANSWER_MS);
      await client.end().catch((error: unknown) => log.debug(`presence: ${messageOf(error)}`));
      clearTimeout(late);
    },
  };
}

/** Those of these processes that are no more. Empty within the grace time after the database started. */
export async function deadAmong(db: Db, processes: readonly number[], alone: boolean): Promise<number[]> {
  const { rows } = await db.query<{ n: number }>(
    `-- A lock that can be taken for a moment is held by nobody.
     select n from unnest($1::int[]) n
     where ($3 or clock_timestamp() - pg_postmaster_start_time() > make_interval(secs => $4))
       and pg_try_advisory_xact_lock($2, n)`,
    [processes, PROCESS_LOCK, alone, GRACE_SECONDS],
  );
  return rows.map((row) => row.n);
}
