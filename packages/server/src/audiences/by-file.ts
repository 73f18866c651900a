import type { PeopleRecorded } from '../people/index.ts';
import { asksOneOf } from './assess.ts';
import { type Asked, type Concerned, concerned, without } from './concerned.ts';
import type { LiveAudience } from './live.ts';
import type { Move } from './move.ts';

/** Of those whom news concerns, those whom it would not concern but for what came by a file. */
export function concernedByFile(
  live: readonly LiveAudience[],
  pieces: readonly PeopleRecorded[],
  all: Concerned,
  now: Date,
): Asked {
  const others = pieces.filter(({ imported }) => !imported);
  if (others.length === pieces.length) return new Map();
  return without(eitherOf(all), eitherOf(concerned(live, others, now)));
}

function eitherOf({ asked, perhaps }: Concerned): Asked {
  const either = new Map([...asked].map(([personId, ids]) => [personId, new Set(ids)]));
  for (const [personId, ids] of perhaps) either.set(personId, new Set([...(either.get(personId) ?? []), ...ids]));
  return either;
}

/**
 * The moves that came of a file alone: out of audiences and into them that people were judged by for its sake, and what
 * follows from no other move of theirs. Of each person in the order of the audiences' levels.
 */
export function movesByFile(
  live: readonly LiveAudience[],
  moves: readonly Move[],
  asked: Asked,
  byFile: Asked,
): ReadonlySet<Move> {
  const found = new Set<Move>();
  if (byFile.size === 0) return found;
  const audiences = new Map(live.map((audience) => [audience.id, audience]));
  const otherwise = new Map<string, Set<number>>();
  for (const move of moves) {
    const { audienceId, personId } = move;
    const moved = otherwise.get(personId) ?? new Set();
    const isAsked = asked.get(personId)?.has(audienceId) && !byFile.get(personId)?.has(audienceId);
    if (isAsked || asksOneOf(audiences.get(audienceId)!, moved)) otherwise.set(personId, moved.add(audienceId));
    else found.add(move);
  }
  return found;
}
