import pg from 'pg';
import type { Log } from '../log.ts';
import { SharingPool } from './sharing-pool.ts';
import { endSilent, letGo } from './silence.ts';
import { streamOf } from './stream.ts';
import { encoded, types } from './wire.ts';

/** Anything that runs a statement. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/** A pool of connections: every statement may land on another one. */
export type Db = pg.Pool;

declare const inTransaction: unique symbol;
/** One connection inside a transaction. Functions that take it can not be called outside one. */
export type Tx = Queryable & { readonly [inTransaction]: true };

export type ConnectionSettings = pg.PoolConfig;

/** A pool that outlives a restart of the server: broken idle connections are logged and replaced. */
export function openPool(connection: ConnectionSettings, log: Log, max = 12, o: { lookEveryMs?: number } = {}): Db {
  const settings = {
    ...connection,
    max,
    application_name: 'tributary',
    // Statements that do not wait for each other's answers are sent together.
    pipeline: true,
    types,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
  const pool = new SharingPool(settings, (connections) =>
    log.warn(
      { connections, wanted: max },
      'the database gives fewer connections than are wanted: work waits for those',
    ),
  );
  // A connection that breaks while it is lent out: its query rejects too, so here it is only noted. In words, for the
  // pool hangs the whole connection on the error, a hundred kilobytes of log.
  pool.on('connect', (client) => {
    client.on('error', (error) => log.debug(`a connection broke: ${error.message}`));
    letGo(client);
  });
  endSilent(pool, connection, log, o.lookEveryMs);
  pool.on('error', (error) => {
    // While the pool closes, a connection may hear of the database's end before its own.
    if (!pool.ending) log.warn({ why: error.message }, 'a database connection was lost');
  });
  return pool;
}

/** Deadlock and serialization failures: the loser may simply try again. */
const RETRIABLE = new Set(['40P01', '40001']);
const TRIES = 5;

/**
 * Runs `work` in a transaction; a deadlock's loser starts over, so `work` must have no effect but on the database. `failed`
 * where the same has failed for another reason, so that it may do less (`hasFailed`).
 */
export async function transaction<T>(db: Db, work: (tx: Tx) => Promise<T>, { failed = false } = {}): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(db, work, { again: attempt > 1, failed });
    } catch (error) {
      if (attempt >= TRIES || !isRetriable(error)) throw error;
    }
  }
}

/** The same on a connection beside the pool's: all of those may be waiting for whoever asks for this. */
export async function transactionAside<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  // The password is there, and not among what is copied.
  const options = { ...db.options, password: db.options.password, max: 1 };
  const own = new pg.Pool(options);
  endSilent(own, options);
  // It rejects as well.
  own.on('error', () => undefined);
  try {
    return await transaction(own, work);
  } finally {
    await own.end();
  }
}

/** What the database says, or work that found out for itself that it lost a race. */
function isRetriable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && RETRIABLE.has(String(error.code));
}

/** What transactions have sent and not waited for. */
const unanswered = new WeakMap<Queryable, Promise<unknown>[]>();

/** Transactions that are tried again. */
const triedBefore = new WeakSet<Queryable>();

/** Whether this transaction has been tried before, so that what is taken for granted the first time is to be looked at. */
export const isTriedAgain = (tx: Tx): boolean => triedBefore.has(tx);

/** Transactions whose work has failed before, and not for a lost race. */
const failedBefore = new WeakSet<Queryable>();

/** Whether what this transaction does has failed before: what can be left to others is, lest it fail again. */
export const hasFailed = (tx: Tx): boolean => failedBefore.has(tx);

/**
 * Sends a statement whose answer nobody waits for; it travels with the commit, which fails when it does. Three round
 * trips saved where a batch ends in three writes. Whoever wants the answer after all has it once there is a commit.
 */
export function send<Row extends pg.QueryResultRow>(tx: Tx, statement: pg.QueryConfig): Promise<pg.QueryResult<Row>> {
  return unawaited(tx, tx.query<Row>(statement));
}

/**
 * Sends rows that are not there yet, as far as anybody can see. Where one is after all, the transaction is tried again
 * (`isTriedAgain`), and has to look.
 */
export function sendNew(tx: Tx, statement: pg.QueryConfig): void {
  const isThere = (error: unknown): never => {
    throw error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION ? new IsThere(error.message) : error;
  };
  unawaited(tx, tx.query(statement).catch(isThere));
}

const UNIQUE_VIOLATION = '23505';

class IsThere extends Error {
  readonly code = '40001';
}

/** A statement's answer in a transaction that another statement has aborted. */
const isEcho = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === '25P02';

function unawaited<Answer>(tx: Tx, sent: Promise<Answer>): Promise<Answer> {
  // Looked at with the commit; until then nobody may call it unhandled.
  sent.catch(() => undefined);
  unanswered.get(tx)!.push(sent);
  return sent;
}

/** Reads on one connection, outside of a transaction: what `work` asks in one turn leaves in one write. */
export async function reading<T>(db: Db, work: (on: Queryable) => Promise<T>): Promise<T> {
  const client = await db.connect();
  const { tx, over } = gathering(client);
  try {
    return await work(tx);
  } finally {
    over();
    client.release();
  }
}

/**
 * One connection, until `over`: what was begun side by side and goes on must not write outside of its transaction. What
 * it is asked in one turn leaves in one write: these were a third of the intake's time.
 */
function gathering(client: pg.PoolClient): { tx: Tx; over: () => void } {
  let isOver = false;
  const stream = streamOf(client);
  const query = (statement: string | pg.QueryConfig, values?: unknown[]): unknown => {
    if (isOver) return Promise.reject(new Error('this transaction is over'));
    stream.cork();
    process.nextTick(() => stream.uncork());
    if (typeof statement === 'string') return client.query(statement, values && encoded(values));
    return client.query(statement.values ? { ...statement, values: encoded(statement.values) } : statement);
  };
  const over = (): void => {
    isOver = true;
  };
  return { tx: { query } as unknown as Tx, over };
}

async function once<T>(
  db: Db,
  work: (tx: Tx) => Promise<T>,
  { again, failed }: { again: boolean; failed: boolean },
): Promise<T> {
  const client = await db.connect();
  let broken: Error | undefined;
  // A connection lost between two statements is an event, not a rejected query.
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  const { tx, over } = gathering(client);
  unanswered.set(tx, []);
  if (again) triedBefore.add(tx);
  if (failed) failedBefore.add(tx);
  try {
    send(tx, { text: 'begin' });
    const result = await work(tx);
    send(tx, { text: 'commit' });
    over();
    // The first to fail, in the order they were sent, is the reason: PostgreSQL makes the commit behind it a rollback.
    for (const answer of unanswered.get(tx)!) await answer;
    return result;
  } catch (error) {
    over();
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    // What failed first says why; whatever came after it only heard that the transaction was aborted.
    const answers = await Promise.allSettled(unanswered.get(tx)!);
    const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
    throw failures.find((failure) => !isEcho(failure)) ?? error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}
