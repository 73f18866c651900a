/** What was recorded in one transaction. The rows themselves are read from the people room. */
export interface PeopleRecorded {
  workspaceId: number;
  activities: {
    id: string;
    personId: string;
    activityId: string;
    at: string;
    /** Which journey somebody began or left, by its id outside; not given where it is not known. */
    campaignId?: string;
  }[];
  /** People who are new or whose fields or tags changed. */
  changed: string[];
  /** Which fields may have changed, of anybody; not given where it may be any of them. */
  fields?: string[];
  /**
   * Whose "last seen" moved: from when, to when, in milliseconds; null where their "first seen" moved, too. Given
   * where `fields` are; news that was left by an earlier version has none.
   */
  seen?: [personId: string, before: number | null, after: number][];
  /** All of it came by a file. News that was left by an earlier version does not say so. */
  imported?: true;
  /** Who was marked as hard bounced and is not any more: another address, or one that is taken off the suppression list. */
  unmarked?: string[];
}

/** People as a whole: put away, brought back, or gone for good with all that was known of them. */
export interface PeopleNamed {
  workspaceId: number;
  ids: string[];
}

/** People who are gone, with what they were found by and nobody else is now: for those who keep things under it. */
export interface PeopleDeleted extends PeopleNamed {
  keys: { fieldId: string; value: string }[];
}

declare module '../platform/news.ts' {
  interface News {
    'people.recorded': PeopleRecorded;
    'people.archived': PeopleNamed;
    'people.restored': PeopleNamed;
    /** What other rooms keep of these people is to go: nothing personal stays. */
    'people.deleted': PeopleDeleted;
  }
}
