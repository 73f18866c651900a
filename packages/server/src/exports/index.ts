import type { EntityKind, Filter } from '@tributary/model';
import type { People } from '../people/index.ts';
import type { Db } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import { profilesOfAccounts } from './accounts.ts';
import { type ActivitiesWanted, exportActivities } from './activities.ts';
import { profilesOfPeople } from './people.ts';
import { exportProfiles, type ProfilesWanted } from './profiles.ts';

export type { ActivitiesWanted } from './activities.ts';
export type { ProfilesWanted } from './profiles.ts';
export type { Format } from './write.ts';

/** What is known here, for taking away: as text that comes a page at a time. What is asked wrongly is said before the first. */
export interface Exports {
  /** People, or accounts, with their fields. */
  profiles(workspaceId: number, of: EntityKind, wanted: ProfilesWanted): Promise<AsyncGenerator<string>>;
  /** What people did, or what happened at accounts. */
  activities(workspaceId: number, of: EntityKind, wanted: ActivitiesWanted): Promise<AsyncGenerator<string>>;
}

export function createExports({ db, people }: { db: Db; people: People }): Exports {
  const room = { person: people, account: people.accounts };
  const checkFilter = async (workspaceId: number, of: EntityKind, filter: Filter | undefined): Promise<void> => {
    if (filter === undefined) return;
    const problems = await room[of].filters.problemsNow(db, workspaceId, filter, 'filter');
    if (problems.length === 0) return;
    const told = problems.slice(0, 5).map(({ at, problem }) => `${at}: ${problem}`);
    throw new UserError('export_filter', `the filter is wrong: ${told.join('; ')}`);
  };
  return {
    async profiles(workspaceId, of, wanted) {
      await checkFilter(workspaceId, of, wanted.filter);
      const schema = await room[of].schema(db, workspaceId);
      const profilesOf = of === 'person' ? profilesOfPeople : profilesOfAccounts;
      return exportProfiles(profilesOf({ db, people, workspaceId }, schema, wanted), wanted);
    },
    async activities(workspaceId, of, wanted) {
      await checkFilter(workspaceId, of, wanted.filter);
      const { bulk } = room[of];
      const schema = await room[of].schema(db, workspaceId);
      return exportActivities({ db, workspaceId, kind: of, schema, bulk }, wanted);
    },
  };
}
