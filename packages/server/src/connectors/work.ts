import { BadWebhook, type Hint, NeedsReconnect, RetryLater } from '@tributary/connector-kit';
import { DatabaseError } from 'pg';
import type { Tx } from '../platform/database/pool.ts';
import { messageOf } from '../platform/errors.ts';
import type { Turn } from '../platform/loop.ts';
import { createBackfill } from './backfill.ts';
import type { Connection, Work } from './connections.ts';
import { keep } from './keep.ts';
import { memoryOf } from './memory.ts';
import { findSettings, updateConnectionState } from './store/connection.sql.ts';
import { deleteHooks, type HookRow, listHooks, updateHookError } from './store/inbox.sql.ts';
import { writeDue } from './write-due.ts';

const HOOKS_AT_ONCE = 250;
const PAUSE_MAX_MS = 60_000;
/** Lost webhooks are made good after this at the latest. */
const CATCH_UP_EVERY_MS = 10 * 60_000;
/** Signalled where webhooks may have been lost. */
export const CATCH_UP = 'catch up';

/**
 * The turns of one connection: reads what webhooks pointed at, now and then what none told of, then writes what
 * is due, and so on while there is either. Only one process at a time does so
 * for a connection, for the other side counts our requests. When the other side
 * fails, everything waits where it is, with a growing pause.
 */
export function createTurns(work: Work, connection: Connection): () => Promise<Turn> {
  let failures = 0;
  /** A pause that has not begun is none: the clock was set back. */
  let paused: { from: Date; until: Date } | undefined;
  /** Undefined when what happened may have passed us by: we begin to lead, or a webhook was switched off. */
  let caughtUpAt: Date | undefined;
  work.presence.on(CATCH_UP, () => {
    caughtUpAt = undefined;
  });
  const backfill = createBackfill(work, connection);
  const isThere = () => connection.session.isThere?.() ?? catchUp(work, connection);

  return async () => {
    if (!(await work.presence.leads(connection.id))) {
      caughtUpAt = undefined;
      return undefined;
    }
    const now = work.clock.now();
    if (paused && paused.from <= now && now < paused.until) return paused.until;
    try {
      // Before the hooks: those that were tried again after we came back tell less than what is read here.
      if (!caughtUpAt || failures > 0 || Math.abs(now.getTime() - caughtUpAt.getTime()) >= CATCH_UP_EVERY_MS) {
        // Set before, so that a signal that comes while it is at work is not lost.
        caughtUpAt = now;
        await catchUp(work, connection).catch((error: unknown) => {
          caughtUpAt = undefined;
          throw error;
        });
      }
      if (work.closing.aborted) return undefined;
      const read = await readHooks(work, connection);
      if (work.closing.aborted) return undefined;
      const wrote = await writeDue(work, connection, isThere);
      if (failures > 0) {
        work.log.info({ connection: connection.id }, `${connection.connector.name}: goes on`);
        await updateConnectionState(work.db, connection.id, 'on', null);
      }
      failures = 0;
      paused = undefined;
      // What was there before can wait for all else.
      return read || wrote ? 'more' : await backfill();
    } catch (error) {
      // It may only be that the request after the one in hand was not begun.
      if (work.closing.aborted && error instanceof RetryLater) return undefined;
      failures += 1;
      if (!(error instanceof RetryLater) && !(error instanceof NeedsReconnect)) {
        // Ours, and not over there: the loop tries again, and whoever looks sees why nothing goes on.
        await updateConnectionState(work.db, connection.id, 'on', messageOf(error)).catch(() => undefined);
        throw error;
      }
      const from = work.clock.now();
      const until = new Date(
        Math.max(
          from.getTime() + Math.min(500 * 2 ** failures, PAUSE_MAX_MS),
          error instanceof RetryLater ? (error.notBefore?.getTime() ?? 0) : 0,
        ),
      );
      paused = { from, until };
      const state = error instanceof NeedsReconnect ? 'needs_reconnect' : 'on';
      await updateConnectionState(work.db, connection.id, state, error.message);
      work.log.warn(
        { connection: connection.id, failures, until },
        `${connection.connector.name} waits: ${error.message}`,
      );
      return until;
    }
  };
}

/** Reads what the waiting webhooks point at, many at once, and records it as they leave the inbox. */
async function readHooks(work: Work, connection: Connection): Promise<boolean> {
  await connection.session.ready?.();
  const hooks = await listHooks(work.db, connection.id, HOOKS_AT_ONCE);
  if (hooks.length === 0) return false;
  await readThese(work, connection, hooks).catch(async (error: unknown) => {
    if (!isOfTheData(error)) throw error;
    // What one of them tells can not be written down: it holds up only itself.
    for (const hook of hooks) {
      await readThese(work, connection, [hook]).catch(async (alone: unknown) => {
        if (!isOfTheData(alone)) throw alone;
        work.log.error({ connection: connection.id, hook: hook.id, err: alone }, 'a webhook can not be recorded');
        await updateHookError(work.db, hook.id, messageOf(alone));
      });
    }
  });
  return hooks.length === HOOKS_AT_ONCE;
}

async function readThese(work: Work, connection: Connection, hooks: readonly HookRow[]): Promise<void> {
  const hints: Hint[] = [];
  const readable: string[] = [];
  for (const hook of hooks) {
    try {
      hints.push(...connection.connector.parseWebhook(hook.body, hook.contentType));
      readable.push(hook.id);
    } catch (error) {
      if (!(error instanceof BadWebhook)) throw error;
      await updateHookError(work.db, hook.id, error.message);
    }
  }
  const reading = await connection.session.read(hints, memoryOf(work, connection));
  // Gone already: another process led for a moment, and recorded them.
  await keep(work, connection, reading, async (tx) => (await deleteHooks(tx, readable)) > 0);
}

/** What PostgreSQL says of a value that it can not hold (classes 22 and 54). */
const isOfTheData = (error: unknown): boolean => error instanceof DatabaseError && /^(22|54)/.test(error.code ?? '');

/** Reads what no webhook told since the last time, and records it as those of webhooks are. */
async function catchUp(work: Work, connection: Connection): Promise<void> {
  const readings = connection.session.catchUp?.(memoryOf(work, connection)) ?? [];
  // Not once it has ended, or leads to another account: what is remembered of the one would be taken for the other's.
  const isStillOurs = (tx: Tx) => findSettings(tx, connection.id, connection.sealed);
  for await (const reading of readings) await keep(work, connection, reading, isStillOurs);
}
