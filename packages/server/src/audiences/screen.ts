import {
  conditionsOf,
  type Facts,
  type Fields,
  type Filter,
  isActivityOperator,
  isMembershipOperator,
  leafOf,
  matches,
  type OnActivity,
  occurredOf,
} from '@tributary/model';
import type { People, PeopleRecorded } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import type { Asked, Concerned } from './concerned.ts';
import { filtersOf, isAboutMembers } from './definition.ts';
import type { LiveAudience } from './live.ts';
import { membershipIn } from './membership.ts';
import { listAudiencesOf } from './store/member.sql.ts';

/** Of so many people all that is asked is carried at once. */
const PEOPLE_AT_ONCE = 1000;

/**
 * Who is to be judged by what. Whoever does again what many do all day belongs already where that lets people in, and
 * where it does not count, or a field says no, still does not belong: to see that takes their fields and memberships, and
 * not all they ever did. By whoever holds the workspace's lock.
 *
 * Left out is nobody whom time could make look different: one activity more lets in at every moment to come whom it
 * lets in now, the other way round with those it puts out, and the check that stands for whoever is left as they are
 * comes no later than without it.
 */
export async function screen(
  tx: Tx,
  people: People,
  of: { workspaceId: number; live: { audiences: readonly LiveAudience[] }; now: Date },
  pieces: readonly PeopleRecorded[],
  { asked, perhaps }: Concerned,
): Promise<Asked> {
  const left = new Map([...asked].map(([personId, ids]) => [personId, new Set(ids)]));
  const did = Map.groupBy(
    pieces.flatMap(({ activities }) => activities).filter(({ personId }) => perhaps.has(personId)),
    ({ personId }) => personId,
  );
  const who = [...perhaps.keys()];
  for (let from = 0; from < who.length; from += PEOPLE_AT_ONCE) {
    const some = who.slice(from, from + PEOPLE_AT_ONCE);
    const ids = new Set(some.flatMap((personId) => [...perhaps.get(personId)!]));
    const audiences = of.live.audiences.filter(({ id }) => ids.has(id));
    const looking = await look(tx, people, of, audiences, did, some);
    for (const personId of some) {
      const turned = audiences.filter(
        (audience) => perhaps.get(personId)!.has(audience.id) && mayTurn(audience, looking(personId), of.now),
      );
      if (turned.length === 0) continue;
      left.set(personId, new Set([...(left.get(personId) ?? []), ...turned.map(({ id }) => id)]));
    }
  }
  return left;
}

/** What is known of somebody without what they did before; no facts where they are not there, or archived. */
interface Looked {
  did: readonly Did[];
  members: ReadonlySet<number>;
  facts: Facts | undefined;
}

type Did = PeopleRecorded['activities'][number] & { attributes?: Fields | undefined };

async function look(
  tx: Tx,
  people: People,
  { workspaceId, now }: { workspaceId: number; now: Date },
  audiences: readonly LiveAudience[],
  did: ReadonlyMap<string, readonly Did[]>,
  who: readonly string[],
): Promise<(personId: string) => Looked> {
  const conditions = audiences.flatMap(filtersOf).flatMap(conditionsOf);
  const open = new Set(conditions.filter(isOpen));
  const byAttributes = new Set(
    audiences
      .flatMap(({ onActivities: { enter, exit } }) => [...enter, ...exit])
      .flatMap((on) => (on.byAttributes ? on.activityId : [])),
  );
  const counted = who.flatMap((personId) =>
    did.get(personId)!.filter(({ activityId }) => byAttributes.has(activityId)),
  );
  const [facts, members, read] = await Promise.all([
    people.facts(
      tx,
      workspaceId,
      who,
      conditions.filter((condition) => !open.has(condition)),
      now,
    ),
    listAudiencesOf(tx, who),
    people.activities(tx, workspaceId, counted),
  ]);
  const attributes = new Map(read.map((activity) => [activity.id, activity.attributes]));
  return (personId) => {
    const known = facts.get(personId);
    const belongs = members.get(personId) ?? new Set();
    return {
      did: did.get(personId)!.map((one) => ({ ...one, attributes: attributes.get(one.id) })),
      members: belongs,
      facts:
        known && known !== 'too much'
          ? {
              fields: known.fields,
              formerIds: known.formerIds,
              now,
              known: (condition) => open.has(condition) || undefined,
              member: membershipIn({ fields: known.fields, members: belongs, said: undefined, toJourneys: undefined }),
            }
          : undefined,
    };
  };
}

/** Whether a condition asks for more than is looked at here. */
function isOpen(condition: Filter): boolean {
  const { operator, fieldId } = leafOf(condition)!;
  if (isActivityOperator(operator) || occurredOf(fieldId)) return true;
  return isMembershipOperator(operator) && !isAboutMembers(operator);
}

/** Whether what they did may have made them enter or leave; what is not known here is taken to be as it would have to be. */
function mayTurn(
  { id, filter, exitFilter, onActivities: { enter, exit } }: LiveAudience,
  { did, members, facts }: Looked,
  now: Date,
): boolean {
  if (!facts) return true;
  const counts = (on: OnActivity): boolean =>
    did.some(({ activityId, attributes }) => {
      return activityId === on.activityId && (!on.byAttributes || !attributes || on.counts(attributes, now));
    });
  const holds = (on: OnActivity): boolean => on.mayHold && counts(on);
  const fails = (on: OnActivity): boolean => on.mayFail && counts(on);
  if (!members.has(id)) return (enter.some(holds) || exit.some(fails)) && matches(filter, facts);
  return exitFilter ? exit.some(holds) && matches(exitFilter, facts) : enter.some(fails);
}
