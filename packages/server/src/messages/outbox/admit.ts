import type { Db } from '../../platform/database/pool.ts';
import type { LaneName } from '../types.ts';
import type { Place, PlaceAsked } from './give-places.ts';
import { takePlaces } from './places.ts';
import type { Loaded } from './prepare.ts';
import { type Asking, ruling } from './rules.ts';
import { type Result, settle } from './settle.ts';
import { verdict } from './verdict.ts';

export interface Admitted {
  /** They may go, in their order. */
  admitted: Loaded[];
  /** They wait, or are not sent; nobody was asked to take them. That is to be written down. */
  turnedAway: { loaded: Loaded; result: Result }[];
  /** They wait for a place, and that is written down. */
  waiting: Loaded[];
}

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
          const after = verdict(rules, { freeAt }, now);
          if (after.do !== 'wait') return undefined;
          return settle(loaded.message, loaded.made, o.lane.name, { ...after, did: 'wait' }, now).change;
        });
  const result: Admitted = { admitted: [], turnedAway: [], waiting: [] };
  for (const { loaded, rules } of ruled) {
    const said = rules.do === 'ask' ? verdict(rules, places.get(loaded.message.id)!, now) : rules;
    if (said.do === 'go') result.admitted.push(loaded);
    else if (said.do === 'skip') result.turnedAway.push({ loaded, result: { did: 'skip', reason: said.reason } });
    else if (rules.do === 'ask') result.waiting.push(loaded);
    else result.turnedAway.push({ loaded, result: { ...said, did: 'wait' } });
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
