import { type Facts, type Filter, prepare } from '@tributary/model';
import type { PersonFacts } from '../people/index.ts';
import type { ToJourneys } from './about-journeys.ts';
import type { LiveAudience } from './live.ts';
import { membershipIn } from './membership.ts';
import type { Due, Move } from './move.ts';
import type { Belonging } from './store/belonging.sql.ts';
import type { Said } from './store/subscriber.sql.ts';

/** What is known of somebody who is judged; without facts they are not there, or archived. */
export interface Known {
  personId: string;
  facts: PersonFacts | undefined;
  belonging: Belonging | undefined;
  said: ReadonlyMap<number, Said> | undefined;
  toJourneys: ToJourneys | undefined;
}

/**
 * Judges somebody by these audiences, and by those that ask about one that they enter or leave on the way. `live` in
 * the order of their levels.
 */
export function assess(
  { personId, facts, belonging, said, toJourneys }: Known,
  live: readonly LiveAudience[],
  asked: ReadonlySet<number>,
  now: Date,
): { moves: Move[]; dues: Due[] } {
  const members = new Set(belonging?.audiences);
  const moved = new Set<number>();
  const moves: Move[] = [];
  const dues: Due[] = [];
  const about: Facts | undefined = facts && {
    fields: facts.fields,
    formerIds: facts.formerIds,
    now,
    activities: ({ fieldId }) => facts.did.get(fieldId) ?? [],
    member: membershipIn({ fields: facts.fields, members, said, toJourneys }),
  };
  for (const audience of live) {
    const { id, filter, exitFilter } = audience;
    if (!asked.has(id) && !(moved.size > 0 && asksOneOf(audience, moved))) continue;
    const belonged = members.has(id);
    const belongs = about ? isMember(about, filter, exitFilter, belonged) : false;
    if (belongs !== belonged) {
      moved.add(id);
      moves.push({ audienceId: id, personId, entered: belongs });
      if (belongs) members.add(id);
      else members.delete(id);
    }
    if (!about) continue;
    const next = Math.min(prepare(filter).next(about), exitFilter ? prepare(exitFilter).next(about) : Infinity);
    if (next !== Infinity && next < (belonging?.checks.get(id) ?? Infinity))
      dues.push({ audienceId: id, personId, at: new Date(next) });
  }
  return { moves, dues };
}

/** With an exit filter whoever entered stays until it holds, and while it holds nobody enters. */
function isMember(about: Facts, filter: Filter, exitFilter: Filter | null, belonged: boolean): boolean {
  if (!exitFilter) return prepare(filter).holds(about);
  return !prepare(exitFilter).holds(about) && (belonged || prepare(filter).holds(about));
}

/** Whether an audience asks about one of these. */
export function asksOneOf({ audiences }: LiveAudience, moved: ReadonlySet<number>): boolean {
  for (const id of audiences) if (moved.has(id)) return true;
  return false;
}
