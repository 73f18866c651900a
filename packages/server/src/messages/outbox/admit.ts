import type { Db } from '../../platform/database/pool.ts';
import type { LaneName } from '../types.ts';
import type { Place, PlaceAsked } from './give-places.ts';
import { takePlaces } from './places.ts';
import type { Loaded } from './prepare.ts';
import { type Asking, counts, type Ruling, ruling } from './rules.ts';
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
  const asked = asking(ruled);
  const places =
    asked.length === 0
      ? new Map<string, Place>()
      : await takePlaces(o, asked, now, ({ loaded, rules }, place) => {
          const after = verdict(rules as Asking, place, now);
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

interface Judged {
  loaded: Loaded;
  rules: Ruling;
}

type Asked = PlaceAsked & Judged;

/** Those that only a cap can stop, and beside them what goes to the same people in any case: it counts, in its turn. */
function asking(ruled: readonly Judged[]): Asked[] {
  const whose = ({ loaded: { message, person } }: Judged): string => `${person?.id}/${message.channel}`;
  const capped = new Set(ruled.filter(({ rules }) => rules.do === 'ask').map(whose));
  return ruled.flatMap((judged) => {
    const { loaded, rules } = judged;
    const { message, person } = loaded;
    const goes = rules.do === 'go' && counts(message) && !message.countedAt && capped.has(whose(judged));
    if (rules.do !== 'ask' && !goes) return [];
    const cap = rules.do === 'ask' ? rules.cap : undefined;
    return [{ ...judged, id: message.id, personId: person!.id, channel: message.channel, cap }];
  });
}
