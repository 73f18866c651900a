import type { IntakeItem } from '@tributary/model';
import type { People } from '../../people/index.ts';
import { type Db, type Tx, transaction } from '../../platform/database/pool.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import { createPatientWriter, type PatientWriter } from '../patient-writer.ts';
import { lockMessages, type TrackedMessage, updateFirsts } from '../store/tracking.sql.ts';
import type { Journal } from './journal.ts';
import { itemOf, machineBehind, type Touch } from './record.ts';

/** `unknown`: there is no such message any more. */
export type Recorded = 'recorded' | 'unknown';

export interface TouchRecorder extends PatientWriter<Touch, Recorded> {
  /** Records what a process before this one kept on disk. */
  replay(): Promise<void>;
}

/**
 * Records touches, all that arrive while the last transaction runs in the next one. While the database is away they are
 * kept, in memory and in a journal on disk, and tried again until it is back.
 */
export function createTouchRecorder(o: { db: Db; people: People; log: Log; journal: Journal }): TouchRecorder {
  /** Not durable in the database yet. */
  const open = new Set<Touch>();
  let journaled = false;
  const keep = (touches: readonly Touch[]): Promise<void> => {
    journaled = true;
    return o.journal.append(touches).catch((error: unknown) => {
      o.log.error({ why: messageOf(error) }, 'opens and clicks can not be kept on disk: they are only in memory');
    });
  };
  const writer = createPatientWriter<Touch, Recorded>({
    write: (touches) => transaction(o.db, (tx) => record(tx, o, touches)),
    onAway: (away, error) => {
      if (!away) {
        o.log.info('opens and clicks are recorded again');
        return;
      }
      o.log.warn({ why: messageOf(error) }, 'opens and clicks can not be recorded: they are kept, and tried again');
      void keep([...open]);
    },
  });
  const add = async (touch: Touch): Promise<Recorded> => {
    open.add(touch);
    try {
      if (writer.away) await keep([touch]);
      return await writer.add(touch);
    } finally {
      open.delete(touch);
      if (journaled && open.size === 0 && !writer.away) {
        journaled = false;
        await o.journal
          .clear()
          .catch((error: unknown) => o.log.warn({ why: messageOf(error) }, 'the journal of touches stays'));
      }
    }
  };
  return {
    add,
    get pending() {
      return writer.pending;
    },
    get away() {
      return writer.away;
    },
    close: writer.close,
    async replay() {
      for (const { file, touches } of await o.journal.left()) {
        await Promise.all(touches.map((touch) => writer.add(touch)));
        await o.journal.remove(file);
        if (touches.length > 0) o.log.info({ touches: touches.length }, 'opens and clicks kept on disk are recorded');
      }
    },
  };
}

async function record(tx: Tx, o: { people: People; log: Log }, touches: readonly Touch[]): Promise<Recorded[]> {
  const messages = await lockMessages(tx, [...new Set(touches.map((touch) => touch.messageId))]);
  const known = touches.flatMap((touch) => {
    const message = messages.get(touch.messageId);
    return message?.workspaceId === touch.workspaceId ? [{ touch, message }] : [];
  });
  const firsts = new Map<string, TrackedMessage>();
  const items = new Map<number, IntakeItem[]>();
  for (const { touch, message } of await without(tx, o.people, known)) {
    const machine = machineBehind(touch, message);
    const item = itemOf(touch, message, machine);
    items.set(touch.workspaceId, [...(items.get(touch.workspaceId) ?? []), item]);
    if (machine === undefined) firsts.set(message.id, withFirst(firsts.get(message.id) ?? message, touch));
  }
  await updateFirsts(tx, [...firsts.values()]);
  for (const [workspaceId, own] of items) {
    const outcomes = await o.people.recordIn(tx, workspaceId, own);
    for (const [i, outcome] of outcomes.entries()) {
      // Somebody archived or deleted has no timeline that goes on.
      if ('error' in outcome && outcome.status !== 'not_found')
        o.log.error({ item: own[i], error: outcome.error }, 'a touch of a message could not be recorded');
    }
  }
  return touches.map((touch) => (known.some((k) => k.touch === touch) ? 'recorded' : 'unknown'));
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
