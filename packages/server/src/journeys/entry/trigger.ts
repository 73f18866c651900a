import type { Filter, JourneyEntry } from '@tributary/model';

/** The activity that makes somebody enter, and which of those count, by their attributes. */
export interface EntryTrigger {
  activity: string;
  filter?: Filter | undefined;
}

/**
 * What starts a journey, where that is an activity of the person; other entries are made by somebody or something else.
 * Filters and dates have an audience kept for them: entering it is the activity.
 */
export function triggerOf(entry: JourneyEntry, entryAudience: string | null): EntryTrigger | undefined {
  switch (entry.kind) {
    case 'activity':
      return { activity: entry.activity, filter: entry.filter };
    case 'tag':
      return { activity: 'act::ta', filter: { '$str::is': { field_id: 'str::n', value: entry.tag } } };
    case 'audience':
      return audienceTrigger(entry.when, entry.audience);
    case 'filter':
    case 'date':
      return entryAudience === null ? undefined : audienceTrigger('enters', entryAudience);
    default:
      return undefined;
  }
}

function audienceTrigger(when: 'enters' | 'leaves', audience: string): EntryTrigger {
  return {
    activity: when === 'enters' ? 'act::enter-audience' : 'act::leave-audience',
    filter: { $id_is: { field_id: 'idt::a', value: audience } },
  };
}
