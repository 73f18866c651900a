import type { Filter, JourneyEntry } from '@tributary/model';

/** The activity that makes somebody enter, and which of those count, by their attributes. */
export interface EntryTrigger {
  activity: string;
  filter?: Filter | undefined;
  /** The attribute that the filter is about, where it says which of many things of one kind is meant. */
  about?: { attribute: string; value: string } | undefined;
}

/** What starts a journey, where that is an activity of the person; into the others people are let by something else. */
export function triggerOf(entry: JourneyEntry): EntryTrigger | undefined {
  switch (entry.kind) {
    case 'activity':
      return { activity: entry.activity, filter: entry.filter };
    case 'tag':
      return { activity: 'act::ta', ...thatIs('str::n', entry.tag) };
    case 'audience':
      return {
        activity: entry.when === 'enters' ? 'act::enter-audience' : 'act::leave-audience',
        ...thatIs('idt::a', entry.audience),
      };
    default:
      return undefined;
  }
}

const thatIs = (attribute: string, value: string) => ({
  filter: { '$str::is': { field_id: attribute, value } },
  about: { attribute, value },
});
