import type { Db } from '../../platform/database/pool.ts';
import type { LaneName } from '../types.ts';
import { type Place, type PlaceAsked, takePlaces } from './places.ts';
import type { Loaded } from './prepare.ts';
import { type Ruling, ruling } from './rules.ts';
import { type Result, settle } from './settle.ts';

export interface Admitted {
  /** They may go, in their order. */
  admitted: Loaded[];
  /** They wait, or are not sent; nobody was asked to take them. That is to be written down. */
  turnedAway: { loaded: Loaded; result: Result }[];
  /** They wait for a place, and that is written down. */
  waiting: Loaded[];
}

type Asking = Ruling & { do: 'ask' };

/** Asks the rules about messages that were taken up, and, for those that only a cap can stop, whether there is a place. */
export async function admit(
  o: { db: Db; process: number; lane: { name: LaneName } },
  messages: readonly Loaded[],
  now: Date,
): Promise<Admitted> {
  const ruled = messages.map((loaded) => ({ loaded, rules: ruling(loaded, now) }));
  const asked = ruled.flatMap(({ loaded, rules }) => (rules.do === 'ask' ? [askFor(loaded, rules)] : []));
  const places =
    asked.length === 0
      ? new Map<string, Place>()
      : await takePlaces(o, asked, now, ({ loaded, rules }, freeAt) => {
          const { reason } = rules;
          if (rules.whenCapped === 'skip') return undefined;
          const result: Result = { did: 'wait', for: 'cap', until: rules.open(freeAt), reason };
          return settle(loaded.message, loaded.made, o.lane.name, result, now).change;
        });
  const result: Admitted = { admitted: [], turnedAway: [], waiting: [] };
  for (const { loaded, rules } of ruled) {
    if (rules.do === 'skip') result.turnedAway.push({ loaded, result: { did: 'skip', reason: rules.reason } });
    else if (rules.do === 'wait') result.turnedAway.push({ loaded, result: { ...rules, did: 'wait' } });
    else if (rules.do === 'go' || places.get(loaded.message.id) === 'given') result.admitted.push(loaded);
    else if (rules.whenCapped === 'delay') result.waiting.push(loaded);
    else result.turnedAway.push({ loaded, result: { did: 'skip', reason: rules.reason } });
  }
  return result;
}

interface Asked extends PlaceAsked {
  loaded: Loaded;
  rules: Asking;
}

function askFor(loaded: Loaded, rules: Asking): Asked {
  const { message, person } = loaded;
  return { id: message.id, personId: person!.id, channel: message.channel, cap: rules.cap, loaded, rules };
}
