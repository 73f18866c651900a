import type { PeopleRecorded } from '../people/index.ts';
import type { LiveAudience } from './live.ts';
import { lastSeenAt, looksDifferent } from './seen.ts';

/** Said of an audience's mail and SMS; and the permissions that stand above them. */
const SUBSCRIPTION_ACTIVITIES = ['act::s-a', 'act::u-a', 'act::ois-a', 'act::oos-a'];
/** Said of those who begin a journey, and who leave one. */
const JOURNEY_ACTIVITIES = ['act::ej', 'act::lj'];
const PERMISSIONS = ['bol::p', 'bol::sp'];

/** People, each with the audiences that they are to be judged by. */
export type Asked = ReadonlyMap<string, ReadonlySet<number>>;

/** Each of these people, by each of these audiences. */
export function askedOf(people: readonly string[], audiences: readonly number[]): Asked {
  const all = new Set(audiences);
  return new Map(people.map((personId) => [personId, all]));
}

/** Whom news concerns. */
export interface Concerned {
  asked: Asked;
  /** Those who did something that audiences ask about, and of whom nothing else is known to be different to these. */
  perhaps: Asked;
}

/**
 * Whom this news may have made look different to which audiences. Most of what happens concerns no audience, and this
 * is found out without asking the database.
 */
export function concerned(
  live: readonly (Asks & { id: number })[],
  pieces: readonly PeopleRecorded[],
  now: Date,
): Concerned {
  const asked = new Map<string, Set<number>>();
  const perhaps = new Map<string, Set<number>>();
  const add = (personId: string, audiences: readonly { id: number }[], to = asked): void => {
    if (audiences.length === 0) return;
    let ids = to.get(personId);
    if (!ids) {
      ids = new Set();
      to.set(personId, ids);
    }
    for (const { id } of audiences) ids.add(id);
  };
  const byKind = new Map<string, { surely: { id: number }[]; perhaps: { id: number }[] }>();
  for (const piece of pieces) {
    const fields = piece.fields && new Set(piece.fields);
    const byField = live.filter((audience) => asksField(audience, fields));
    for (const personId of piece.changed) add(personId, byField);
    // To be seen is no change, but comes with an activity.
    for (const [personId, before, after] of piece.seen ?? []) {
      if (before === null) {
        add(personId, byField);
        continue;
      }
      const [was, is] = [lastSeenAt(before, now), lastSeenAt(after, now)];
      add(
        personId,
        byField.filter((audience) => looksDifferent(audience, was, is)),
      );
    }
    const seen = !fields || (!piece.seen && fields.has('l')) ? byField : [];
    for (const { activityId, campaignId, personId } of piece.activities) {
      const kind = campaignId === undefined ? activityId : `${activityId} ${campaignId}`;
      const asking = byKind.get(kind) ?? {
        surely: live.filter((audience) => saysOfOthers(audience, activityId, campaignId)),
        perhaps: live.filter(({ activities }) => activities.has(activityId)),
      };
      byKind.set(kind, asking);
      add(personId, asking.surely);
      add(personId, seen);
      add(personId, asking.perhaps, perhaps);
    }
  }
  return { asked, perhaps: without(perhaps, asked) };
}

export function without(all: Asked, others: Asked): Asked {
  const left = [...all].map(([personId, ids]): [string, Set<number>] => {
    const known = others.get(personId);
    return [personId, new Set(known ? [...ids].filter((id) => !known.has(id)) : ids)];
  });
  return new Map(left.filter(([, ids]) => ids.size > 0));
}

type Asks = Pick<LiveAudience, 'fields' | 'activities' | 'subscribers' | 'journeys' | 'lastSeen'>;

function asksField(audience: Asks, fields: ReadonlySet<string> | undefined): boolean {
  if (!fields) return true;
  for (const id of audience.fields) if (fields.has(id)) return true;
  return audience.subscribers && PERMISSIONS.some((id) => fields.has(id));
}

/** Whether it tells an audience of a journey or of what somebody wants of its mail. */
function saysOfOthers(audience: Asks, kind: string, campaignId: string | undefined): boolean {
  return (
    (audience.subscribers && SUBSCRIPTION_ACTIVITIES.includes(kind)) ||
    (JOURNEY_ACTIVITIES.includes(kind) && asksJourney(audience, campaignId))
  );
}

/** Where it is not said which journey it was, it may be any. */
function asksJourney({ journeys }: Asks, id: string | undefined): boolean {
  return id === undefined ? journeys.size > 0 : journeys.has(id);
}
