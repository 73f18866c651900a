import type { Filter, JourneyEntry } from '@tributary/model';

/** The activity that makes somebody enter, and which of those count, by their attributes. */
export interface EntryTrigger {
  activity: string;
  filter?: Filter | undefined;
}

/** What starts a journey, where that is an activity of the person; into the others people are let by something else. */
export function triggerOf(entry: JourneyEntry): EntryTrigger | undefined {
  switch (entry.kind) {
    case 'activity':
      return { activity: entry.activity, filter: entry.filter };
    case 'tag':
      return { activity: 'act::ta', filter: { '$str::is': { field_id: 'str::n', value: entry.tag } } };
    case 'audience':
      return {
        activity: entry.when === 'enters' ? 'act::enter-audience' : 'act::leave-audience',
        filter: { '$str::is': { field_id: 'idt::a', value: entry.audience } },
      };
    default:
      return undefined;
  }
}
