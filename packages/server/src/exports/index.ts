import type { Filter } from '@tributary/model';
import type { People } from '../people/index.ts';
import type { Db } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
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
  const checkFilter = async (workspaceId: number, filter: Filter | undefined): Promise<void> => {
    if (filter === undefined) return;
    const problems = await people.filters.problems(db, workspaceId, filter, 'filter');
    if (problems.length === 0) return;
    const told = problems.slice(0, 5).map(({ at, problem }) => `${at}: ${problem}`);
    throw new UserError('export_filter', `the filter is wrong: ${told.join('; ')}`);
  };
  return {
    async people(workspaceId, wanted) {
      await checkFilter(workspaceId, wanted.filter);
      return exportPeople(db, people, workspaceId, wanted);
    },
    async activities(workspaceId, wanted) {
      await checkFilter(workspaceId, wanted.filter);
      return exportActivities(db, people, workspaceId, wanted);
    },
  };
}
