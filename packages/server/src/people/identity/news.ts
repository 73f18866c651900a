/** Two people became one, or two again. Rooms with rows about either let them follow. */
export interface PeopleUnited {
  workspaceId: number;
  mergeId: string;
  survivor: string;
  absorbed: string;
}

declare module '../../platform/news.ts' {
  interface News {
    'people.united': PeopleUnited;
    'people.separated': PeopleUnited;
  }
}
