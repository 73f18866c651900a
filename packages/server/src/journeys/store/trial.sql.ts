import { objectId, objectNumber, spelledId } from '@tributary/model';
import type { Queryable } from '../../platform/database/pool.ts';
import type { JourneyState } from './journey.sql.ts';

/** A journey with its definition, to be looked at and not to be run. */
export interface WholeJourney {
  id: number;
  name: string;
  state: JourneyState;
  version: number | null;
  createdAt: Date;
  publishedAt: Date | null;
  /** The live version as it was given, under the name that the journey has now; null where none was published. */
  definition: unknown;
  draft: unknown;
  entryAudience: string | null;
}

const columns = `j.id, j.name, j.state, j.live_version as version, j.created_at as "createdAt",
  v.published_at as "publishedAt", v.definition || jsonb_build_object('name', j.name) as definition,
  j.draft || jsonb_build_object('name', j.name) as draft, j.entry_audience as "entryAudience"`;

/** A journey by its name, or by its id as it is outside; undefined where there is none. */
export async function findWholeJourney(
  db: Queryable,
  workspaceId: number,
  nameOrId: string,
): Promise<WholeJourney | undefined> {
  const { rows } = await db.query<WholeJourney>(
    `select ${columns} from journey j
     left join journey_version v on v.journey_id = j.id and v.version = j.live_version
     where j.workspace_id = $1 and (j.name = $2 or j.id = $3) order by j.name = $2 desc`,
    [workspaceId, nameOrId, objectNumber(nameOrId) ?? 0],
  );
  return rows.find(({ id, name, createdAt }) => name === nameOrId || objectId(createdAt, id) === spelledId(nameOrId));
}

export async function listWholeJourneys(db: Queryable, workspaceId: number): Promise<WholeJourney[]> {
  const { rows } = await db.query<WholeJourney>(
    `select ${columns} from journey j
     left join journey_version v on v.journey_id = j.id and v.version = j.live_version
     where j.workspace_id = $1 order by j.name`,
    [workspaceId],
  );
  return rows;
}

/** How many people each way of a journey's levelled splits has. Nobody is kept from changing it. */
export async function listSplitCounts(
  db: Queryable,
  journeyId: number,
): Promise<{ shapeId: string; branch: string; people: number }[]> {
  const { rows } = await db.query<{ shapeId: string; branch: string; people: number }>(
    'select shape_id as "shapeId", branch, people from split_count where journey_id = $1',
    [journeyId],
  );
  return rows;
}

/** When somebody last entered a journey with a key, and whether a run of it is not over. Tries do not count. */
export async function findEarlierRun(
  db: Queryable,
  of: { journeyId: number; personId: string; key: string },
): Promise<{ enteredAt: Date; inside: boolean } | undefined> {
  const { rows } = await db.query<{ enteredAt: Date | null; inside: boolean }>(
    // A key of a run that could be one of several at once goes on with "#" and what started it.
    `select max(entered_at) as "enteredAt", coalesce(bool_or(left_at is null), false) as inside
     from run where journey_id = $1 and person_id = $2 and not test
       and (entry_key = $3 or entry_key = $3 || '#' || entry_activity_id)`,
    [of.journeyId, of.personId, of.key],
  );
  const { enteredAt, inside } = rows[0]!;
  return enteredAt ? { enteredAt, inside } : undefined;
}
