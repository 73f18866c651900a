import type { Counted } from '../types.ts';
import { givePlaces, type Place } from './give-places.ts';
import { type Ruled, type Ruling, ruling } from './rules.ts';

type Asking = Extract<Ruling, { do: 'ask' }>;

/** What becomes of a message that is taken up: it goes, waits, or is not sent. */
export type Verdict = Exclude<Ruling, Asking>;

/** The verdict on a message that only its cap can stop, once it is known whether there is a place for it. */
export function verdict({ whenCapped, reason, open }: Asking, place: Place): Verdict {
  if (place === 'given') return { do: 'go' };
  if (whenCapped === 'skip') return { do: 'skip', reason };
  return { do: 'wait', for: 'cap', until: open(place.freeAt), reason };
}

/** The verdict on one message by itself, where it is known what counts for the caps of its person. Pure. */
export function judge(of: Ruled, counted: readonly Counted[], now: Date): Verdict {
  const rules = ruling(of, now);
  if (rules.do !== 'ask') return rules;
  const [id, personId, { channel }] = ['this one', of.person!.id, of.message];
  const places = givePlaces([{ id, personId, channel, cap: rules.cap }], counted, now);
  return verdict(rules, places.get(id)!);
}
