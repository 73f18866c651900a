import type { People } from '../../people/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/database/pool.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import { startLoop, type Turn } from '../../platform/loop.ts';
import type { EmailChannel, SendOutcome } from '../channels/channel.ts';
import { type ClaimedMessage, claimMessages, giveBackStrays, nextDueAt } from '../store/outbox.sql.ts';
import { type ChannelState, createGate } from './gate.ts';
import type { Loader } from './load.ts';
import { type Loaded, type Prepared, prepare, type Sender } from './prepare.ts';
import { createRecorder } from './recorder.ts';
import { type Result, settle } from './settle.ts';

/**
 * Messages taken up beyond those the channel carries, so that it never runs
 * dry while the next are fetched. Few on purpose: what is in hand when this
 * process is killed is uncertain, though most of it never left.
 */
const PREFETCH = 16;
/** Outcomes that may wait to be written down before no more is sent. */
const UNWRITTEN_MAX = 500;
/** How often claims that went astray are looked for. */
const STRAYS_MS = 5000;
const CLOSE_SENDS_MS = 30_000;
const CLOSE_WRITES_MS = 10_000;

export interface OutboxOptions {
  db: Db;
  people: People;
  process: number;
  clock: Clock;
  log: Log;
  channel: EmailChannel;
  load: Loader;
  sender: (message: ClaimedMessage) => Sender;
  /** A message has become uncertain, and that is written down. */
  onUncertain: () => void;
}

export interface Outbox {
  /** There may be messages to send: look now. */
  nudge(): void;
  channelState(): ChannelState;
  /** Mails on the wire are finished and written down; those not yet handed over go back to the queue. */
  close(): Promise<void>;
}

/** Sends what is due: takes up as many messages as the channel carries, hands them over, writes down what became of them. */
export function startOutbox(o: OutboxOptions): Outbox {
  const { db, clock, channel, log } = o;
  const gate = createGate(clock, log);
  const recorder = createRecorder(o);
  /** Taken up, and the outcome not written down yet. */
  const inHand = new Map<string, ClaimedMessage>();
  /** Taken up, and not handed over yet. */
  const waiting: Loaded[] = [];
  const onTheWire = new Set<Promise<void>>();
  let closing = false;
  let straysSoughtAt = Number.NEGATIVE_INFINITY;

  const turn = async (): Promise<Turn> => {
    await seekStrays();
    const until = gate.closedUntil();
    if (until) return until;
    const held = waiting.length + onTheWire.size;
    const room = (gate.doubtful ? 1 : channel.capacity + PREFETCH) - held;
    if (room < 1 || (held > 0 && room < PREFETCH / 2) || inHand.size - held > UNWRITTEN_MAX) return undefined;
    const claimed = await claim(room);
    if (claimed.length < room) return nextDueAt(db, [...inHand.keys()]);
    return 'more';
  };

  const claim = async (limit: number): Promise<ClaimedMessage[]> => {
    let claimed: ClaimedMessage[];
    try {
      claimed = await claimMessages(db, { process: o.process, now: clock.now(), limit, inHand: [...inHand.keys()] });
    } catch (error) {
      straysSoughtAt = Number.NEGATIVE_INFINITY;
      throw error;
    }
    for (const message of claimed) inHand.set(message.id, message);
    try {
      waiting.push(...(await o.load(claimed)));
    } catch (error) {
      for (const message of claimed) write(message, '', { did: 'back', dueAt: message.dueAt });
      throw error;
    }
    pump();
    return claimed;
  };

  /** A claim whose answer was lost belongs to this process without its knowing. */
  const seekStrays = async (): Promise<void> => {
    if (performance.now() - straysSoughtAt < STRAYS_MS) return;
    const strays = await giveBackStrays(db, o.process, [...inHand.keys()]);
    straysSoughtAt = performance.now();
    if (strays > 0) log.info({ messages: strays }, 'messages whose claim went astray are queued again');
  };

  const pump = (): void => {
    if (gate.closedUntil()) giveBack();
    while (onTheWire.size < channel.capacity && !closing) {
      const loaded = waiting.shift();
      if (!loaded) break;
      const delivery = deliver(loaded).finally(() => {
        onTheWire.delete(delivery);
        pump();
        if (waiting.length <= PREFETCH / 2) loop.nudge();
      });
      onTheWire.add(delivery);
    }
  };

  const giveBack = (): void => {
    for (const { message } of waiting.splice(0)) write(message, '', { did: 'back', dueAt: message.dueAt });
  };

  /** One message that can not be made must not end the process. */
  const prepareSafely = (loaded: Loaded): Prepared => {
    try {
      return prepare(loaded, o.sender(loaded.message));
    } catch (error) {
      log.error({ err: error, message: loaded.message.id }, 'a message could not be prepared');
      return { do: 'fail', reason: messageOf(error) };
    }
  };

  const deliver = async (loaded: Loaded): Promise<void> => {
    const { message, template } = loaded;
    const prepared = prepareSafely(loaded);
    if (prepared.do !== 'send') {
      write(message, template.name, { did: prepared.do, reason: prepared.reason });
      return;
    }
    const { mail } = prepared;
    const outcome = await channel.send(mail).catch((error: unknown): SendOutcome => {
      log.error({ err: error, message: message.id }, 'a channel failed where it should have said what happened');
      return { did: 'uncertain', why: String(error) };
    });
    if (outcome.did === 'unreachable') {
      gate.failed(outcome.why);
      write(message, '', { did: 'back', dueAt: message.dueAt });
      return;
    }
    const aboutChannel = outcome.did === 'refused' && outcome.about === 'channel';
    if (aboutChannel) gate.refused(outcome.response);
    else if (outcome.did !== 'uncertain') gate.worked();
    else log.warn({ message: message.id, why: outcome.why }, 'a mail was on its way when the answer was lost');
    const held = aboutChannel && gate.doubtful;
    write(message, template.name, { ...outcome, held, address: mail.to, subject: mail.subject });
  };

  const write = (message: ClaimedMessage, template: string, result: Result): void => {
    const settled = settle(message, template, result, clock.now());
    recorder
      .add(settled)
      .catch((error: unknown) => {
        log.error(
          { err: error, message: message.id },
          'a message’s activities could not be recorded; its outcome is kept without them',
        );
        return recorder.add({ ...settled, items: [] });
      })
      .then(
        () => {
          inHand.delete(message.id);
          // It has a new time at which it is due.
          if (settled.change.state === 'queued') loop.nudge();
          if (result.did === 'uncertain') o.onUncertain();
        },
        // It stays in hand: queued again, it would be sent again.
        (error: unknown) =>
          log.error({ err: error, message: message.id }, 'the outcome of a message could not be written down'),
      );
  };

  const loop = startLoop({ name: 'outbox', turn, clock, log });
  return {
    nudge: loop.nudge,
    channelState: gate.state,
    async close() {
      closing = true;
      await loop.close();
      giveBack();
      await within(CLOSE_SENDS_MS, Promise.all(onTheWire));
      await recorder.close(CLOSE_WRITES_MS);
      if (inHand.size > 0)
        log.warn({ messages: [...inHand.keys()] }, 'stopped with mails whose outcome is not written down');
    },
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
