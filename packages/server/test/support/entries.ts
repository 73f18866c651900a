import type { Audiences } from '../../src/audiences/index.ts';
import { type Begin, createEnroller, createEntries, createVersions, type Entries } from '../../src/journeys/index.ts';
import type { People } from '../../src/people/index.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { Db } from '../../src/platform/database/pool.ts';
import { silent } from './database.ts';

/** How people come into journeys, where nobody moves them on. */
export function entriesOf(o: { db: Db; people: People; audiences: Audiences; clock: Clock }): Entries {
  const begin: Begin = async () => async (starting) => ({
    runs: starting.map(({ run }) => run),
    write: async () => undefined,
  });
  const { people } = o;
  // Who is moved by nobody has asked for nothing.
  const messages = { hearLeft: () => undefined };
  const enroller = createEnroller({ people, versions: createVersions(), begin });
  return createEntries({ ...enroller, ...o, messages, log: silent });
}
