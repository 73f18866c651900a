import { HARD_BOUNCED, type People } from '../../people/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Db, type Tx, transaction } from '../../platform/database/pool.ts';
import { messageOf } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import { signal } from '../../platform/presence.ts';
import { createPatientWriter, type PatientWriter } from '../patient-writer.ts';
import { updateOutcomes } from '../store/outbox.sql.ts';
import { lockPlaces, wakePeople } from '../store/place.sql.ts';
import type { Settled } from './settle.ts';

const BOUNCE = { reason: HARD_BOUNCED, source: 'Email' };

/**
 * Writes outcomes down, many in one transaction: the message's row and what the
 * person's timeline says are one. Never lets go of an outcome while the database
 * is away: only this process knows that the mail has left.
 */
export function createRecorder(o: {
  db: Db;
  people: People;
  process: number;
  clock: Clock;
  log: Log;
}): PatientWriter<Settled, void> {
  return createPatientWriter({
    write: async (batch) => {
      await transaction(o.db, async (tx) => {
        const written = await updateOutcomes(
          tx,
          o.process,
          batch.map(({ change }) => change),
        );
        const mine = batch.filter(({ message }) => written.has(message.id));
        const freed = mine.flatMap(({ change }) =>
          change.triesBack === 1 ? [] : (written.get(change.id)?.freed ?? []),
        );
        await tellPeople(tx, o, mine, freed);
      });
      return batch.map(() => undefined);
    },
    onAway: (away, error) => {
      if (away)
        o.log.warn(
          { why: messageOf(error) },
          'what became of messages can not be written down: it is kept, and tried again',
        );
      else o.log.info('what became of messages is written down again');
    },
  });
}

/**
 * What follows from outcomes that are written down: timelines, addresses that get no more mail, and those who have a
 * place under their cap again.
 */
export async function tellPeople(
  tx: Tx,
  o: { people: People; clock: Clock; log: Log },
  settled: readonly Settled[],
  freed: readonly string[],
): Promise<void> {
  if (freed.length > 0) await wake(tx, freed, o.clock.now());
  for (const workspaceId of new Set(settled.map(({ message }) => message.workspaceId))) {
    const own = settled.filter((s) => s.message.workspaceId === workspaceId);
    const items = own.flatMap((s) => s.items);
    if (items.length === 0) continue;
    const bounced = own.flatMap((s) => s.suppress ?? []);
    if (bounced.length > 0) await o.people.suppression.addIn(tx, workspaceId, bounced, BOUNCE);
    const outcomes = await o.people.recordIn(tx, workspaceId, items, { keysAreNew: true });
    for (const [i, outcome] of outcomes.entries()) {
      // Somebody archived or deleted has no timeline that goes on.
      if ('error' in outcome && outcome.status !== 'not_found')
        o.log.error({ item: items[i], error: outcome.error }, 'an activity of a message could not be recorded');
    }
  }
}

/**
 * What waited because of a message that did not leave after all need not wait so long. Whoever is about to wait because
 * of it is done with writing that down once we have the lock.
 */
async function wake(tx: Tx, people: readonly string[], now: Date): Promise<void> {
  await lockPlaces(tx, people);
  if ((await wakePeople(tx, people, now)) > 0) signal(tx, 'message');
}
