import { type Db, transaction } from '../../platform/database/pool.ts';
import { type MessageChange, updateOutcomes } from '../store/outbox.sql.ts';
import { listCounted, listInHand, lockPlaces, updateCounted } from '../store/place.sql.ts';
import { givePlaces, HOUR_MS, type Place, type PlaceAsked } from './give-places.ts';

/**
 * Gives places under the caps to messages in this process's hand, in their order, and says by message what each got.
 * One transaction however many ask. Of messages of one person, in this call or in two processes at the same moment, no
 * more get a place than the cap has: who looks holds the person's lock. What waits is written down under it, too
 * (`waits`): whoever gives a place back takes the lock before looking for who waits, and so misses nobody.
 */
export function takePlaces<Asked extends PlaceAsked>(
  o: { db: Db; process: number },
  asked: readonly Asked[],
  now: Date,
  waits: (asked: Asked, place: Exclude<Place, 'given'>) => MessageChange | undefined,
): Promise<Map<string, Place>> {
  return transaction(o.db, async (tx) => {
    const people = [...new Set(asked.map(({ personId }) => personId))];
    const since = people.map((personId) => ({
      personId,
      since: new Date(now.getTime() - longest(asked, personId)),
    }));
    // Sent together: the others run once the first has its locks, and see all that was written before.
    const [, counted, inHand] = await Promise.all([
      lockPlaces(tx, people),
      listCounted(tx, since),
      listInHand(
        tx,
        people,
        asked.map(({ id }) => id),
      ),
    ]);
    const places = givePlaces(asked, counted, now, inHand);
    const given = [...places].flatMap(([id, place]) => (place === 'given' ? [id] : []));
    const waiting = asked.flatMap((one) => {
      const place = places.get(one.id)!;
      return place === 'given' ? [] : (waits(one, place) ?? []);
    });
    updateCounted(tx, o.process, given, now);
    if (waiting.length > 0) await updateOutcomes(tx, o.process, waiting);
    return places;
  });
}

function longest(asked: readonly PlaceAsked[], personId: string): number {
  const hours = asked.flatMap((one) => (one.personId === personId && one.cap ? [one.cap.hours] : []));
  return Math.max(0, ...hours) * HOUR_MS;
}
