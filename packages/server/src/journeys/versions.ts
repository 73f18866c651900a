import { activitiesAskedBy, type JourneyDefinition, objectId } from '@tributary/model';
import type { Queryable } from '../platform/database/pool.ts';
import { findVersion } from './store/journey.sql.ts';

/** A published version, with what follows from it. Versions never change, so it is kept once read. */
export interface Version {
  journeyId: number;
  workspaceId: number;
  version: number;
  name: string;
  /** The journey's id on Ortto's wire, a "campaign". */
  campaignId: string;
  definition: JourneyDefinition;
  /** The activities that can change the way of a run. */
  asks: readonly string[];
}

export interface Versions {
  get(db: Queryable, journeyId: number, version: number): Promise<Version>;
}

export function createVersions(): Versions {
  const kept = new Map<string, Version>();
  return {
    async get(db, journeyId, version) {
      const key = `${journeyId}/${version}`;
      const known = kept.get(key);
      if (known) return known;
      const row = await findVersion(db, journeyId, version);
      if (!row) throw new Error(`journey ${journeyId} has no version ${version}`);
      const read: Version = {
        journeyId,
        workspaceId: row.workspaceId,
        version,
        name: row.name,
        campaignId: objectId(row.createdAt, journeyId),
        definition: row.definition,
        asks: activitiesAskedBy(row.definition),
      };
      kept.set(key, read);
      return read;
    },
  };
}
