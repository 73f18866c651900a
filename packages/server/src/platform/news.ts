import type { Clock } from './clock.ts';
import { type Db, send, type Tx, transaction } from './database/pool.ts';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';
import { type Loop, startLoop, type Turn } from './loop.ts';
import { notify, type Presence } from './presence.ts';

/** What a room tells the rooms after it, by name. Each room declares its own and merges it in here. */
// biome-ignore lint/suspicious/noEmptyInterface: rooms add to it by declaration merging.
export interface News {}

type Name = keyof News & string;

/**
 * Acts on several pieces of one kind of news, in the transaction that takes
 * them off the queue: what it writes and the news' end are one. It must have no
 * effect but on the database, for it is run again when the transaction fails.
 */
export type Hearer<N extends Name> = (tx: Tx, pieces: readonly News[N][]) => Promise<void>;

/**
 * One that first reads what it needs to know whether the news concerns it. All who hear of a name look together, before
 * any of them acts: most news concerns nobody, and is done with in one round trip.
 */
export interface LookingHearer<N extends Name, Seen> {
  look(tx: Tx, pieces: readonly News[N][]): Promise<Seen>;
  act(tx: Tx, pieces: readonly News[N][], seen: Seen): Promise<void>;
}

const TAKEN_AT_ONCE = 32;
const BACKOFF_MAX_SECONDS = 600;

/** Leaves a piece of news in the transaction that made it true: it is heard if, and only if, that commits. */
export function leave<N extends Name>(tx: Tx, now: Date, name: N, piece: News[N]): void {
  send(tx, {
    name: 'news.leave',
    text: `with piece as (insert into news (name, payload, not_before) values ($2, $3, $4)) ${signal.text}`,
    values: [...signal.values, name, piece, now],
  });
}

const signal = notify('news');

export interface Hearers {
  hear<N extends Name, Seen>(name: N, hearer: Hearer<N> | LookingHearer<N, Seen>): void;
  start(): Loop;
}

/** What each workspace that is spoken of answers, asked at once. */
export async function eachWorkspace<Answer>(
  pieces: readonly { workspaceId: number }[],
  ask: (workspaceId: number) => Promise<Answer>,
): Promise<Map<number, Answer>> {
  const ids = [...new Set(pieces.map(({ workspaceId }) => workspaceId))];
  const answers = await Promise.all(ids.map(ask));
  return new Map(ids.map((id, i) => [id, answers[i]!]));
}

/** The hearing end: takes due news in order, in batches, and hands each to those who hear that name. */
export function createHearers(o: { db: Db; presence: Presence; clock: Clock; log: Log }): Hearers {
  const hearers = new Map<string, LookingHearer<Name, unknown>[]>();

  const hearAll = async (tx: Tx, rows: readonly Row[]): Promise<void> => {
    for (const name of new Set(rows.map((row) => row.name))) {
      const pieces = rows.filter((row) => row.name === name).map((row) => row.payload);
      const own = hearers.get(name);
      // Thrown, so that it stays: whoever left it meant somebody to hear it.
      if (!own) throw new Error(`nobody hears the news "${name}": was it left by a newer Tributary?`);
      const seen = await Promise.all(own.map(({ look }) => look(tx, pieces as News[Name][])));
      for (const [i, { act }] of own.entries()) await act(tx, pieces as News[Name][], seen[i]);
    }
  };

  const turn = async (): Promise<Turn> => {
    let taken: Row[] = [];
    try {
      await transaction(o.db, async (tx) => {
        taken = await takeNews(tx, o.clock.now(), TAKEN_AT_ONCE);
        await hearAll(tx, taken);
      });
    } catch (error) {
      if (taken.length === 0) throw error;
      // One bad piece must not hold up the others: each is heard alone, and the bad ones wait.
      for (const { id } of taken) await hearOne(id);
    }
    return taken.length === TAKEN_AT_ONCE ? 'more' : undefined;
  };

  const hearOne = async (id: string): Promise<void> => {
    try {
      await transaction(o.db, async (tx) => hearAll(tx, await takeOne(tx, id)), { failed: true });
    } catch (error) {
      o.log.error({ err: error, news: id }, `news could not be acted on and waits: ${messageOf(error)}`);
      await postpone(o.db, id, o.clock.now(), messageOf(error));
    }
  };

  return {
    hear(name, hearer) {
      const looking = typeof hearer === 'function' ? { look: async () => undefined, act: hearer } : hearer;
      hearers.set(name, [...(hearers.get(name) ?? []), looking as LookingHearer<Name, unknown>]);
    },
    start() {
      namesWaiting(o.db).then(
        (names) => {
          const unheard = names.filter((name) => !hearers.has(name));
          if (unheard.length > 0) o.log.error({ unheard }, 'news wait that nobody hears: they are kept (see "doctor")');
        },
        (error: unknown) => o.log.warn({ why: messageOf(error) }, 'what news wait could not be read'),
      );
      const loop = startLoop({ name: 'news', turn, clock: o.clock, log: o.log });
      o.presence.on('news', loop.nudge);
      return loop;
    },
  };
}

interface Row {
  id: string;
  name: string;
  payload: unknown;
}

async function takeNews(tx: Tx, now: Date, limit: number): Promise<Row[]> {
  const { rows } = await tx.query<Row>({
    name: 'news.take',
    text: `delete from news where id in (
             -- What has just been left is due whatever our clock says, and nothing waits longer than it ever should: a clock may
             -- be set back, or be another process's.
             select id from news where attempts = 0 or not_before not between $1 and $3
             order by id limit $2 for update skip locked
           ) returning id, name, payload`,
    values: [now, limit, new Date(now.getTime() + BACKOFF_MAX_SECONDS * 1000)],
  });
  return rows.sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
}

async function takeOne(tx: Tx, id: string): Promise<Row[]> {
  const { rows } = await tx.query<Row>(
    `delete from news where id = (select id from news where id = $1 for update skip locked)
     returning id, name, payload`,
    [id],
  );
  return rows;
}

async function postpone(db: Db, id: string, now: Date, error: string): Promise<void> {
  await db.query(
    `update news set attempts = attempts + 1, error = $3,
            not_before = $2::timestamptz + make_interval(secs => least(power(2, attempts), $4))
     where id = $1`,
    [id, now, error, BACKOFF_MAX_SECONDS],
  );
}

async function namesWaiting(db: Db): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>('select distinct name from news');
  return rows.map(({ name }) => name);
}

/** How much news waits, and how much of it has failed before; for metrics and `doctor`. */
export async function newsWaiting(db: Db): Promise<{ waiting: number; failing: number; lastError: string | null }> {
  const { rows } = await db.query<{ waiting: number; failing: number; lastError: string | null }>(
    `select count(*)::int as waiting, (count(*) filter (where attempts > 0))::int as failing,
            max(error) as "lastError" from news`,
  );
  return rows[0]!;
}
