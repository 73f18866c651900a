import type { Queryable } from '../platform/database/pool.ts';
import { publicAudienceId } from './definition.ts';
import { topicNumber } from './standing.ts';
import { listSubscriptions } from './store/subscriber.sql.ts';

/** An audience as the people in it see it: something to get mail about, or not. */
export interface Topic {
  audienceId: string;
  /** Its public name; its name where it is public and has none; undefined where it is not public and has none. */
  name: string | undefined;
  description: string;
  /** They have not said no to it. Whether they get any mail at all is another question. */
  gets: boolean;
  /** It is the one that was named. */
  named: boolean;
}

/**
 * What a person may choose of: the public audiences that they belong to, and the one that is named, by its id or its
 * name, if they belong to it. That one first, then by name.
 */
export async function topicsFor(
  db: Queryable,
  workspaceId: number,
  personId: string,
  named: string | undefined,
): Promise<Topic[]> {
  const rows = await listSubscriptions(db, workspaceId, [personId]);
  const number = named === undefined ? undefined : await topicNumber(db, workspaceId, named);
  return rows
    .filter((row) => row.isPublic || row.audienceId === number)
    .map((row) => ({
      audienceId: publicAudienceId({ id: row.audienceId, createdAt: row.audienceCreatedAt }),
      name: row.publicName || (row.isPublic ? row.audienceName : undefined),
      description: row.publicDescription,
      gets: row.subscribed !== false,
      named: row.audienceId === number,
    }))
    .sort((a, b) => Number(b.named) - Number(a.named) || (a.name ?? '').localeCompare(b.name ?? ''));
}
