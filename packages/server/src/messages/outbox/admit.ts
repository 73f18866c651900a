import type { Db } from '../../platform/database/pool.ts';
import { type Place, takePlaces } from './places.ts';
import type { Loaded } from './prepare.ts';
import { type Ruling, ruling } from './rules.ts';
import type { Result } from './settle.ts';

export interface Admitted {
  /** They may go, in their order. */
  admitted: Loaded[];
  /** They wait, or are not sent; nobody was asked to take them. */
  turnedAway: { loaded: Loaded; result: Result }[];
}

/** Asks the rules about messages that were taken up, and, for those that only a cap can stop, whether there is a place. */
export async function admit(o: { db: Db; process: number }, messages: readonly Loaded[], now: Date): Promise<Admitted> {
  const ruled = messages.map((loaded) => ({ loaded, rules: ruling(loaded, now) }));
  const asked = ruled.flatMap(({ loaded: { message, person }, rules }) =>
    rules.do === 'ask' ? [{ id: message.id, personId: person!.id, channel: message.channel, cap: rules.cap }] : [],
  );
  const places = asked.length === 0 ? new Map<string, Place>() : await takePlaces(o.db, o.process, asked, now);
  const result: Admitted = { admitted: [], turnedAway: [] };
  for (const { loaded, rules } of ruled) {
    const away = turnedAway(rules, places.get(loaded.message.id));
    if (away) result.turnedAway.push({ loaded, result: away });
    else result.admitted.push(loaded);
  }
  return result;
}

/** What becomes of it at once; undefined where it may go. */
function turnedAway(rules: Ruling, place: Place | undefined): Result | undefined {
  switch (rules.do) {
    case 'go':
      return undefined;
    case 'skip':
      return { did: 'skip', reason: rules.reason };
    case 'wait':
      return { did: 'wait', for: rules.for, until: rules.until, reason: rules.reason };
    case 'ask': {
      if (place === undefined || place === 'given') return undefined;
      const { reason } = rules;
      if (rules.whenCapped === 'skip') return { did: 'skip', reason };
      return { did: 'wait', for: 'cap', until: rules.open(place.freeAt), reason };
    }
  }
}
