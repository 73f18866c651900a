import type { Shape } from '@tributary/model';
import type { ZoneChanged } from '../messages/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { signal } from '../platform/presence.ts';
import { listVersions } from './store/journey.sql.ts';
import { wakeStanding } from './store/standing.sql.ts';
import type { Versions } from './versions.ts';

/** Where people wait by their time zone, they are looked at anew: for those whose own is not known, it is another now. */
export async function hearZone(tx: Tx, versions: Versions, pieces: readonly ZoneChanged[], now: Date): Promise<void> {
  for (const workspaceId of new Set(pieces.map((piece) => piece.workspaceId))) {
    const all = await listVersions(tx, workspaceId);
    const read = await Promise.all(all.map(({ journeyId, version }) => versions.get(tx, journeyId, version)));
    const places = read.flatMap(({ journeyId, version, definition: { shapes } }) =>
      Object.entries(shapes).flatMap(([shapeId, shape]) =>
        waitsByZone(shape) ? [{ journeyId, version, shapeId }] : [],
      ),
    );
    if ((await wakeStanding(tx, places, now)) > 0) signal(tx, 'run');
  }
}

function waitsByZone(shape: Shape): boolean {
  return shape.kind === 'delay' && [shape.until, shape.within].some((part) => part?.timezone === 'person');
}
