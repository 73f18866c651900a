import type { IntakeItem } from '@tributary/model';
import type { People } from '../../people/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Db, type Tx, transaction } from '../../platform/database/pool.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import { createPatientWriter, type PatientWriter } from '../patient-writer.ts';
import { refuse } from '../refuse.ts';
import { lockMessages, type TrackedMessage, updateFirsts } from '../store/tracking.sql.ts';
import { createHold } from './hold.ts';
import type { Journal } from './journal.ts';
import { createPace, type Pace, TWO_LINKS_MS } from './pace.ts';
import { isEarly, itemOf, machineBehind, type Touch } from './record.ts';

/** `unknown`: there is no such message any more. */
export type Recorded = 'recorded' | 'unknown';

/** Before an early touch is recorded: a little longer than it takes to tell that others came with it. */
const HELD_MS = TWO_LINKS_MS + 100;

export interface TouchRecorder extends PatientWriter<Touch, Recorded> {
  /** Records what a process before this one kept on disk. */
  replay(): Promise<void>;
}

/**
 * Records touches, all that arrive while the last transaction runs in the next one. While the database is away they are
 * kept, in memory and in a journal on disk, and tried again until it is back.
 */
export function createTouchRecorder(o: {
  db: Db;
  people: People;
  log: Log;
  clock: Clock;
  /** Where touches are kept on disk, by a name of its own. */
  journal: (name: string) => Journal;
}): TouchRecorder {
  const journal = o.journal('away');
  const pace = createPace();
  /** Not durable in the database yet. */
  const open = new Set<Touch>();
  let journaled = false;
  const onUnkept = (error: unknown): void => {
    o.log.error({ why: messageOf(error) }, 'opens and clicks can not be kept on disk: they are only in memory');
  };
  const keep = (touches: readonly Touch[]): Promise<void> => {
    journaled = true;
    return journal.append(touches).catch(onUnkept);
  };
  const writer = createPatientWriter<Touch, Recorded | 'early'>({
    write: (touches) => transaction(o.db, (tx) => record(tx, { ...o, pace }, touches)),
    onAway: (away, error) => {
      if (!away) {
        o.log.info('opens and clicks are recorded again');
        return;
      }
      o.log.warn({ why: messageOf(error) }, 'opens and clicks can not be recorded: they are kept, and tried again');
      void keep([...open]);
    },
  });
  const write = async (touch: Touch): Promise<Recorded | 'early'> => {
    open.add(touch);
    try {
      if (writer.away) await keep([touch]);
      return await writer.add(touch);
    } finally {
      open.delete(touch);
      if (journaled && open.size === 0 && !writer.away) {
        journaled = false;
        await journal
          .clear()
          .catch((error: unknown) => o.log.warn({ why: messageOf(error) }, 'the journal of touches stays'));
      }
    }
  };
  const hold = createHold({
    ...o,
    onUnkept,
    settle: (touch) =>
      write({ ...touch, settled: true }).then(
        () => true,
        (error: unknown) => {
          o.log.error({ err: error, message: touch.messageId }, 'what a reader did could not be recorded');
          return false;
        },
      ),
  });
  return {
    async add(touch) {
      pace.note(touch);
      const written = await write(touch);
      if (written !== 'early') return written;
      await hold.keep(touch, HELD_MS);
      return 'recorded';
    },
    get pending() {
      return writer.pending + hold.size;
    },
    get away() {
      return writer.away;
    },
    async close(ms) {
      const settled = hold.close(writer.away ? 'leave' : 'settle');
      await writer.close(ms);
      await settled;
    },
    async replay() {
      for (const { file, touches } of await journal.left()) {
        await Promise.all(touches.map((touch) => writer.add({ ...touch, settled: true })));
        await journal.remove(file);
        if (touches.length > 0) o.log.info({ touches: touches.length }, 'opens and clicks kept on disk are recorded');
      }
    },
  };
}

async function record(
  tx: Tx,
  o: { people: People; log: Log; pace: Pace },
  touches: readonly Touch[],
): Promise<(Recorded | 'early')[]> {
  const messages = await lockMessages(tx, [...new Set(touches.map((touch) => touch.messageId))]);
  const known = touches.flatMap((touch) => {
    const message = messages.get(touch.messageId);
    return message?.workspaceId === touch.workspaceId ? [{ touch, message }] : [];
  });
  const early = new Set<Touch>();
  const firsts = new Map<string, TrackedMessage>();
  const items = new Map<number, { item: IntakeItem; touch: Touch; message: TrackedMessage }[]>();
  for (const { touch, message } of await without(tx, o.people, known)) {
    const machine = machineBehind(touch, message, o.pace.hurried(touch));
    if (machine === undefined && isEarly(touch, message)) {
      early.add(touch);
      continue;
    }
    const item = itemOf(touch, message, machine);
    items.set(touch.workspaceId, [...(items.get(touch.workspaceId) ?? []), { item, touch, message }]);
    if (machine === undefined) firsts.set(message.id, withFirst(firsts.get(message.id) ?? message, touch));
  }
  await updateFirsts(tx, [...firsts.values()]);
  for (const [workspaceId, own] of items) {
    const outcomes = await o.people.recordIn(
      tx,
      workspaceId,
      own.map(({ item }) => item),
    );
    // Somebody archived or deleted has no timeline that goes on.
    const gone = own.filter((_one, i) => outcomes[i]!.status === 'not_found');
    await refuse(
      tx,
      o.people,
      workspaceId,
      gone.filter(({ touch }) => touch.did === 'unsubscribe'),
    );
    for (const [i, outcome] of outcomes.entries()) {
      if ('error' in outcome && outcome.status !== 'not_found')
        o.log.error({ item: own[i]!.item, error: outcome.error }, 'a touch of a message could not be recorded');
    }
  }
  return touches.map((touch) => {
    if (early.has(touch)) return 'early';
    return known.some((k) => k.touch === touch) ? 'recorded' : 'unknown';
  });
}

/** Without those who unsubscribe again: pressing the button twice, or a provider that repeats itself, is one wish. */
async function without(
  tx: Tx,
  people: People,
  known: readonly { touch: Touch; message: TrackedMessage }[],
): Promise<{ touch: Touch; message: TrackedMessage }[]> {
  const again = known.filter(({ touch, message }) => touch.did === 'unsubscribe' && message.unsubscribedAt !== null);
  const gone = new Set<string>();
  for (const workspaceId of new Set(again.map(({ touch }) => touch.workspaceId))) {
    const ids = again.filter(({ touch }) => touch.workspaceId === workspaceId).map(({ message }) => message.personId);
    for (const [id, person] of await people.find(tx, workspaceId, [...new Set(ids)])) {
      if (person.fields['bol::p'] === false) gone.add(id);
    }
  }
  const wished = new Set<string>();
  return known.filter(({ touch, message }) => {
    if (touch.did !== 'unsubscribe') return true;
    if (wished.has(message.id) || (message.unsubscribedAt !== null && gone.has(message.personId))) return false;
    wished.add(message.id);
    return true;
  });
}

function withFirst(message: TrackedMessage, touch: Touch): TrackedMessage {
  const at = (moment: Date | null, did: Touch['did']): Date | null => moment ?? (touch.did === did ? touch.at : null);
  return {
    ...message,
    openedAt: at(message.openedAt, 'open'),
    clickedAt: at(message.clickedAt, 'click'),
    unsubscribedAt: at(message.unsubscribedAt, 'unsubscribe'),
  };
}
