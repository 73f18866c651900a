import type { Audiences } from '../../src/audiences/index.ts';
import { createEnroller, createEntries, type Entries } from '../../src/journeys/index.ts';
import type { People } from '../../src/people/index.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { Db } from '../../src/platform/database/pool.ts';
import { silent } from './database.ts';

/** How people come into journeys, where nobody moves them on. */
export function entriesOf(o: { db: Db; people: People; audiences: Audiences; clock: Clock }): Entries {
  return createEntries({ ...createEnroller(o.people), ...o, log: silent });
}
