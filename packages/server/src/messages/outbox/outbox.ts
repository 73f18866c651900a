import { setTimeout as pause } from 'node:timers/promises';
import type { People } from '../../people/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database/pool.ts';
import type { Log } from '../../platform/log.ts';
import { startLoop, type Turn } from '../../platform/loop.ts';
import type { Made } from '../made.ts';
import { type ClaimedMessage, claimMessages, giveBackStrays, nextDueAt } from '../store/outbox.sql.ts';
import { admit } from './admit.ts';
import type { Lane } from './lane.ts';
import type { Loader } from './load.ts';
import type { Loaded } from './prepare.ts';
import { createRecorder } from './recorder.ts';
import { type Result, type Settled, settle } from './settle.ts';

/**
 * Messages taken up beyond those the lane carries, so that it never runs
 * dry while the next are fetched. Few on purpose: what is in hand when this
 * process is killed is uncertain, though most of it never left.
 */
const PREFETCH = 40;
/** What the rules said holds for so long: of what has waited longer in hand, behind a slow server, they are asked anew. */
const RULED_MS = 1000;
/** Outcomes that may wait to be written down before no more is sent. */
const UNWRITTEN_MAX = 500;
/** An outcome that is refused even without its activities is tried again after this, and then ever more rarely. */
const REFUSED_MIN_MS = 1000;
const REFUSED_MAX_MS = 60_000;
/** How often claims that went astray are looked for. */
const STRAYS_MS = 5000;
const CLOSE_SENDS_MS = 30_000;
const CLOSE_WRITES_MS = 10_000;

export interface OutboxOptions {
  db: Db;
  people: People;
  process: number;
  /** Whether the others know that this process lives: if not, they may send what it has in hand. */
  present: () => boolean;
  clock: Clock;
  log: Log;
  lane: Lane;
  load: Loader;
  /** A message has become uncertain, and that is written down. */
  onUncertain: () => void;
}

export interface Outbox {
  /** There may be messages to send: look now. */
  nudge(): void;
  /** Messages on the wire are finished and written down; those not yet handed over go back to the queue. */
  close(): Promise<void>;
}

/**
 * Sends what is due of one lane: takes up as many messages as it carries, asks the rules, hands over those that may go,
 * and writes down what became of them all.
 */
export function startOutbox(o: OutboxOptions): Outbox {
  const { db, clock, lane, log } = o;
  const recorder = createRecorder(o);
  /** Taken up, and the outcome not written down yet. */
  const inHand = new Map<string, ClaimedMessage>();
  /** Taken up, and not handed over yet; and when the rules let them go. */
  const waiting: { loaded: Loaded; ruledAt: number }[] = [];
  const onTheWire = new Set<Promise<void>>();
  let closing = false;
  const closed = new AbortController();
  /** As many were there as were asked for, or nobody looked: more may be due, without anybody telling us again. */
  let moreMayBeDue = true;
  let straysSoughtAt = Number.NEGATIVE_INFINITY;

  const turn = async (): Promise<Turn> => {
    if (!o.present()) return undefined;
    await seekStrays();
    const until = lane.closedUntil();
    if (until) return until;
    const held = waiting.length + onTheWire.size;
    const room = (lane.doubtful ? 1 : lane.capacity + PREFETCH) - held;
    if (room < 1 || (held > 0 && room < PREFETCH / 2) || inHand.size - held > UNWRITTEN_MAX) {
      moreMayBeDue = true;
      return undefined;
    }
    const claimed = await claim(room);
    moreMayBeDue = claimed.length === room;
    if (!moreMayBeDue) return nextDueAt(db, lane.name, [...inHand.keys()]);
    return 'more';
  };

  const claim = async (limit: number): Promise<ClaimedMessage[]> => {
    let claimed: ClaimedMessage[];
    try {
      claimed = await claimMessages(db, {
        process: o.process,
        lane: lane.name,
        now: clock.now(),
        limit,
        inHand: [...inHand.keys()],
      });
    } catch (error) {
      straysSoughtAt = Number.NEGATIVE_INFINITY;
      throw error;
    }
    for (const message of claimed) inHand.set(message.id, message);
    try {
      const { admitted, turnedAway, ...written } = await admit(o, await o.load(claimed), clock.now());
      const ruledAt = clock.now().getTime();
      waiting.push(...admitted.map((loaded) => ({ loaded, ruledAt })));
      for (const { message } of written.waiting) inHand.delete(message.id);
      for (const { loaded, result } of turnedAway) write(loaded.message, loaded.made, result);
    } catch (error) {
      for (const message of claimed) write(message, undefined, { did: 'back', dueAt: message.dueAt });
      throw error;
    }
    pump();
    return claimed;
  };

  /** A claim whose answer was lost belongs to this process without its knowing. */
  const seekStrays = async (): Promise<void> => {
    if (performance.now() - straysSoughtAt < STRAYS_MS) return;
    const strays = await giveBackStrays(db, { process: o.process, lane: lane.name, inHand: [...inHand.keys()] });
    straysSoughtAt = performance.now();
    if (strays > 0) log.info({ messages: strays }, 'messages whose claim went astray are queued again');
  };

  const pump = (): void => {
    if (lane.closedUntil() || !o.present()) giveBack();
    while (onTheWire.size < lane.capacity && !closing) {
      const next = waiting.shift();
      if (!next) break;
      const isStale = (): boolean => clock.now().getTime() - next.ruledAt > RULED_MS;
      if (isStale()) {
        waiting.unshift(next);
        giveBack();
        break;
      }
      const delivery = deliver(next.loaded, isStale).finally(() => {
        onTheWire.delete(delivery);
        pump();
        if (moreMayBeDue && waiting.length <= PREFETCH / 2) loop.nudge();
      });
      onTheWire.add(delivery);
    }
  };

  const giveBack = (): void => {
    for (const { loaded } of waiting.splice(0))
      write(loaded.message, undefined, { did: 'back', dueAt: loaded.message.dueAt });
  };

  const deliver = async (loaded: Loaded, isStale: () => boolean): Promise<void> => {
    write(loaded.message, loaded.made, await lane.deliver(loaded, isStale));
  };

  const write = (message: ClaimedMessage, made: Made | undefined, result: Result): void => {
    const settled = settle(message, made ?? { channel: message.channel, name: '' }, lane.name, result, clock.now());
    recorder
      .add(settled)
      .catch((error: unknown) => {
        log.error(
          { err: error, message: message.id },
          'a message’s activities could not be recorded; its outcome is kept without them',
        );
        return writeAlone({ ...settled, items: [] });
      })
      .then(
        () => {
          inHand.delete(message.id);
          // It has a new time at which it is due.
          if (settled.change.state === 'queued') loop.nudge();
          if (settled.change.state === 'uncertain') o.onUncertain();
        },
        // We are stopped before it could be written: it stays in hand, and `close` tells of it.
        () => undefined,
      );
  };

  /** Tries until it is written, for as long as we run: until then it is in hand, and queued again it would be sent again. */
  const writeAlone = async (settled: Settled): Promise<void> => {
    for (let pauseMs = REFUSED_MIN_MS; ; pauseMs = Math.min(pauseMs * 2, REFUSED_MAX_MS)) {
      try {
        return await recorder.add(settled);
      } catch (error) {
        const why = 'the outcome of a message could not be written down: it is tried again';
        log.error({ err: error, message: settled.message.id }, why);
        await pause(pauseMs, undefined, { signal: closed.signal });
      }
    }
  };

  const loop = startLoop({ name: `outbox, ${lane.name}`, turn, clock, log });
  return {
    nudge: loop.nudge,
    async close() {
      closing = true;
      await loop.close();
      giveBack();
      await within(CLOSE_SENDS_MS, Promise.all(onTheWire));
      await recorder.close(CLOSE_WRITES_MS);
      closed.abort();
      if (inHand.size > 0)
        log.warn({ messages: [...inHand.keys()] }, 'stopped with messages whose outcome is not written down');
    },
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
