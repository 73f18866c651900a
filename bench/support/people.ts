import { inParallel } from './pace.ts';
import type { Tributary } from './tributary.ts';

/** People are made, and their activities sent, so many a request: Ortto's limit. */
const AT_ONCE = 100;

export const addressOf = (index: number): string => `person${index}@example.com`;

/** Makes people known, so that what is measured is not their making. */
export async function knownPeople(tributary: Tributary, count: number): Promise<void> {
  await tributary.api('/v1/person/merge', merge(0, 1));
  await inParallel(Math.ceil(count / AT_ONCE), 4, (i) =>
    tributary.api('/v1/person/merge', merge(i * AT_ONCE, Math.min(count, (i + 1) * AT_ONCE))),
  );
}

function merge(from: number, to: number): object {
  const people = Array.from({ length: to - from }, (_, i) => ({
    fields: {
      'str::email': addressOf(from + i),
      'str::first': FIRST[(from + i) % FIRST.length],
      'str::last': `Person ${from + i}`,
    },
  }));
  return { people, merge_by: ['str::email'] };
}

const FIRST = ['Mia', 'Jonas', 'Lea', 'Emil', 'Sofia', 'Noah', 'Clara', 'Leon', 'Ida', 'Paul', 'Nora'];

/** One activity of one person, as a website would tell it. */
export function activityOf(index: number, activityId: string, page = '/docs/getting-started'): object {
  return {
    activity_id: activityId,
    attributes: {
      'str:cm:page': page,
      'str:cm:referrer': 'https://www.example.com/blog/how-teams-choose',
      'str:cm:campaign': 'autumn',
      'int:cm:seconds': 42_000,
    },
    fields: { 'str::email': addressOf(index) },
  };
}

/** Everyone's activity, a hundred a request, eight requests at a time. */
export async function activitiesOfAll(tributary: Tributary, count: number, activityId: string): Promise<void> {
  await inParallel(Math.ceil(count / AT_ONCE), 8, (i) => {
    const length = Math.min(AT_ONCE, count - i * AT_ONCE);
    const activities = Array.from({ length }, (_, j) => activityOf(i * AT_ONCE + j, activityId));
    return tributary.api('/v1/activities/create', { activities, merge_by: ['str::email'] });
  });
}
