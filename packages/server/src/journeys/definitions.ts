import { checkJourney, type Problem } from '@tributary/model';
import type { Clock } from '../platform/clock.ts';
import type { Queryable, Tx } from '../platform/database/pool.ts';
import { publicJourneyId } from './manage/managing.ts';
import { type Judging, problemsHere } from './publish.ts';
import { insertNamed } from './store/journey.sql.ts';
import { findWholeJourney, listWholeJourneys, type WholeJourney } from './store/trial.sql.ts';

/** The definitions of journeys, as they were given. */
export interface Definitions {
  /** By its name, or by its id outside. */
  find(db: Queryable, workspaceId: number, nameOrId: string): Promise<WholeJourney | undefined>;
  list(db: Queryable, workspaceId: number): Promise<WholeJourney[]>;
  /** Sees to it that a journey of that name has an id, for others that are to name it; returns it as it is outside. Without a definition, it is published next. */
  reserve(tx: Tx, workspaceId: number, name: string): Promise<string>;
  /** Everything that is wrong with a definition in this workspace; empty where it could be published. */
  problems(tx: Tx, workspaceId: number, definition: unknown): Promise<Problem[]>;
}

export function createDefinitions(o: Judging & { clock: Clock }): Definitions {
  return {
    find: findWholeJourney,
    list: listWholeJourneys,
    reserve: async (tx, workspaceId, name) => publicJourneyId(await insertNamed(tx, workspaceId, name, o.clock.now())),
    async problems(tx, workspaceId, definition) {
      const checked = checkJourney(definition);
      return 'problems' in checked ? checked.problems : problemsHere(tx, o, workspaceId, checked.journey);
    },
  };
}
