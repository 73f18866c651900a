import { publicId } from '@tributary/model';
import type { Workspace } from '../access/index.ts';
import type { People } from '../people/index.ts';
import type { Db } from '../platform/database/pool.ts';

/** How people are called in a list, by the ids that were asked for: their address, or their id where there is none. */
export async function addressesOf(
  { db, people, workspace }: { db: Db; people: People; workspace: Workspace },
  rows: readonly { personId: string }[],
): Promise<Map<string, string>> {
  const found = await people.find(db, workspace.id, [...new Set(rows.map(({ personId }) => personId))]);
  return new Map(
    rows.map(({ personId }) => {
      const address = found.get(personId)?.fields['str::email'];
      return [personId, typeof address === 'string' ? address : `person ${publicId(personId)}`];
    }),
  );
}
