import type { People } from '../people/index.ts';
import type { Db } from '../platform/database/pool.ts';
import { type ActivitiesWanted, exportActivities } from './activities.ts';
import { exportPeople, type PeopleWanted } from './people.ts';

export type { ActivitiesWanted } from './activities.ts';
export type { PeopleWanted } from './people.ts';
export type { Format } from './write.ts';

/** What is known here, for taking away: as text that comes a page at a time. What is asked wrongly is said before the first. */
export interface Exports {
  people(workspaceId: number, wanted: PeopleWanted): Promise<AsyncGenerator<string>>;
  activities(workspaceId: number, wanted: ActivitiesWanted): Promise<AsyncGenerator<string>>;
}

export function createExports({ db, people }: { db: Db; people: People }): Exports {
  return {
    people: (workspaceId, wanted) => exportPeople(db, people, workspaceId, wanted),
    activities: (workspaceId, wanted) => exportActivities(db, people, workspaceId, wanted),
  };
}
