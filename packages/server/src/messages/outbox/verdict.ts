import { waitDaysOf } from '@tributary/model';
import type { Counted } from '../types.ts';
import { givePlaces, type Place } from './give-places.ts';
import { type Asking, type Ruled, type Ruling, ruling } from './rules.ts';

/** What becomes of a message that is taken up: it goes, waits, or is not sent. */
export type Verdict = Exclude<Ruling, Asking>;

/** The verdict on a message that only its cap can stop, once it is known whether there is a place for it. */
export function verdict({ cap, whenCapped, reason, waitsUntil, open }: Asking, place: Place, now: Date): Verdict {
  if (place === 'given') return { do: 'go' };
  if (place.perhaps) return { do: 'wait', for: 'cap', until: place.freeAt, reason };
  if (whenCapped === 'skip') return { do: 'skip', reason };
  if (now >= waitsUntil)
    return { do: 'skip', reason: `it had waited ${days(waitDaysOf(cap))} for its turn: ${reason}` };
  const turn = open(place.freeAt);
  // A place may be given back before then: it is looked at once more when its time is up, and not given up now.
  return { do: 'wait', for: 'cap', until: turn < waitsUntil ? turn : waitsUntil, reason };
}

/** The verdict on one message by itself, where it is known what counts for the caps of its person. Pure. */
export function judge(of: Ruled, counted: readonly Counted[], now: Date): Verdict {
  const rules = ruling(of, now);
  if (rules.do !== 'ask') return rules;
  const [id, personId, { channel }] = ['this one', of.person!.id, of.message];
  const places = givePlaces([{ id, personId, channel, cap: rules.cap }], counted, now);
  return verdict(rules, places.get(id)!, now);
}

function days(count: number): string {
  const shown = Math.round(count * 10) / 10;
  return `${shown} ${shown === 1 ? 'day' : 'days'}`;
}
