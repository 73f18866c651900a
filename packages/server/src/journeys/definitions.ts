import { checkJourney, type Problem } from '@tributary/model';
import type { Queryable, Tx } from '../platform/database/pool.ts';
import { type Judging, problemsHere } from './publish.ts';
import { findWholeJourney, listWholeJourneys, type WholeJourney } from './store/trial.sql.ts';

/** The definitions of journeys, as they were given. */
export interface Definitions {
  /** By its name, or by its id outside. */
  find(db: Queryable, workspaceId: number, nameOrId: string): Promise<WholeJourney | undefined>;
  list(db: Queryable, workspaceId: number): Promise<WholeJourney[]>;
  /** Everything that is wrong with a definition in this workspace; empty where it could be published. */
  problems(tx: Tx, workspaceId: number, definition: unknown): Promise<Problem[]>;
}

export function createDefinitions(o: Judging): Definitions {
  return {
    find: findWholeJourney,
    list: listWholeJourneys,
    async problems(tx, workspaceId, definition) {
      const checked = checkJourney(definition);
      return 'problems' in checked ? checked.problems : problemsHere(tx, o, workspaceId, checked.journey);
    },
  };
}
