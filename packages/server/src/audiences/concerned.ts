import type { PeopleRecorded } from '../people/index.ts';
import type { LiveAudience } from './live.ts';

/** Said of an audience's mail and SMS; and the permissions that stand above them. */
const SUBSCRIPTION_ACTIVITIES = ['act::s-a', 'act::u-a', 'act::ois-a', 'act::oos-a'];
const PERMISSIONS = ['bol::p', 'bol::sp'];

/**
 * Which audiences may look different to whom after this news. Most of what happens concerns no audience, and this is
 * found out without asking the database.
 */
export function concerned<A extends Pick<LiveAudience, 'fields' | 'activities' | 'subscribers'>>(
  live: readonly A[],
  pieces: readonly PeopleRecorded[],
): { audiences: A[]; people: string[] } {
  const audiences = new Set<A>();
  const people = new Set<string>();
  for (const piece of pieces) {
    const kinds = new Set(piece.activities.map(({ activityId }) => activityId));
    const fields = piece.fields && new Set(piece.fields);
    const byField = live.filter((audience) => asksField(audience, fields));
    const byKind = live.filter((audience) => [...kinds].some((kind) => asksActivity(audience, kind)));
    for (const audience of byField) audiences.add(audience);
    for (const audience of byKind) audiences.add(audience);
    if (byField.length > 0) for (const id of piece.changed) people.add(id);
    // To be seen is no change, but comes with an activity.
    const all = byField.length > 0 && (!fields || fields.has('l'));
    for (const { activityId, personId } of piece.activities) {
      if (all || byKind.some((audience) => asksActivity(audience, activityId))) people.add(personId);
    }
  }
  return { audiences: [...audiences], people: [...people] };
}

type Asks = Pick<LiveAudience, 'fields' | 'activities' | 'subscribers'>;

function asksField(audience: Asks, fields: ReadonlySet<string> | undefined): boolean {
  if (!fields) return true;
  for (const id of audience.fields) if (fields.has(id)) return true;
  return audience.subscribers && PERMISSIONS.some((id) => fields.has(id));
}

function asksActivity(audience: Asks, kind: string): boolean {
  return audience.activities.has(kind) || (audience.subscribers && SUBSCRIPTION_ACTIVITIES.includes(kind));
}
