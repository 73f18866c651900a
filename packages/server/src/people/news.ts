/** What was recorded in one transaction. The rows themselves are read from the people room. */
export interface PeopleRecorded {
  workspaceId: number;
  activities: { id: string; personId: string; activityId: string; at: string }[];
  /** People who are new or whose fields or tags changed. */
  changed: string[];
  /** Which fields may have changed, of anybody; not given where it may be any of them. */
  fields?: string[];
}

declare module '../platform/news.ts' {
  interface News {
    'people.recorded': PeopleRecorded;
  }
}
