import {
  type Dependencies,
  dependenciesOf,
  type OnActivity,
  objectNumber,
  onActivities,
  type Prepared,
} from '@tributary/model';
import type { Queryable, Tx } from '../platform/database/pool.ts';
import { type AudienceRow, audiencesIn, filtersOf, journeysIn } from './definition.ts';
import { conditionsOnLastSeen } from './seen.ts';
import { findVersion, listAudiences, lockVersion } from './store/audience.sql.ts';

/** A live audience, with all that its members hang on. */
export interface LiveAudience extends AudienceRow {
  fields: ReadonlySet<string>;
  activities: ReadonlySet<string>;
  /** What its filters ask of activities; the one by which people enter, and the one by which they leave. */
  onActivities: { enter: readonly OnActivity[]; exit: readonly OnActivity[] };
  /** What it asks of when somebody was seen last. */
  lastSeen: readonly Prepared[];
  /** The audiences that it asks about. */
  audiences: ReadonlySet<number>;
  /** It asks what people said of an audience's mail. */
  subscribers: boolean;
  /** The journeys that it asks about, by their ids outside. */
  journeys: ReadonlySet<string>;
  /** Above every audience that it asks about. */
  level: number;
}

/** Every audience of a workspace that is not archived, as of a version. */
export interface LiveSet {
  version: string;
  /** In the order of their levels. */
  audiences: readonly LiveAudience[];
}

export interface LiveSets {
  /** As they are now. */
  get(db: Queryable, workspaceId: number): Promise<LiveSet>;
  /** As they are, and nobody else changes them or who belongs to them until the transaction ends. */
  lock(tx: Tx, workspaceId: number): Promise<LiveSet>;
}

/** Keeps what was read of each workspace in memory; its version, read each time, says whether that is still so. */
export function createLiveSets(): LiveSets {
  const kept = new Map<number, LiveSet>();
  const asOf = async (db: Queryable, workspaceId: number, version: string | undefined): Promise<LiveSet> => {
    if (version === undefined) return { version: '', audiences: [] };
    const known = kept.get(workspaceId);
    if (known?.version === version) return known;
    const read = { version, audiences: liveOf(await listAudiences(db, workspaceId)) };
    kept.set(workspaceId, read);
    return read;
  };
  return {
    get: async (db, workspaceId) => asOf(db, workspaceId, await findVersion(db, workspaceId)),
    lock: async (tx, workspaceId) => asOf(tx, workspaceId, await lockVersion(tx, workspaceId)),
  };
}

/** Live audiences out of their rows, each with its level. */
function liveOf(rows: readonly AudienceRow[]): LiveAudience[] {
  const asked = new Map(rows.map((row) => [row.id, askedBy(row)]));
  const levels = new Map<number, number>();
  const levelOf = (id: number, above: readonly number[]): number => {
    const known = levels.get(id);
    if (known !== undefined) return known;
    const below = [...(asked.get(id)?.audiences ?? [])].filter((other) => asked.has(other) && !above.includes(other));
    const level = below.length === 0 ? 0 : 1 + Math.max(...below.map((other) => levelOf(other, [...above, id])));
    levels.set(id, level);
    return level;
  };
  return rows
    .map((row) => ({ ...row, ...asked.get(row.id)!, level: levelOf(row.id, [row.id]) }))
    .sort((a, b) => a.level - b.level);
}

function askedBy(row: AudienceRow) {
  const filters = filtersOf(row);
  const all = (of: (dependencies: Dependencies) => ReadonlySet<string>): Set<string> =>
    new Set(filters.map(dependenciesOf).flatMap((dependencies) => [...of(dependencies)]));
  const asked = filters.map(audiencesIn);
  return {
    fields: all(({ fields }) => fields),
    activities: all(({ activities }) => activities),
    onActivities: { enter: onActivities(row.filter), exit: row.exitFilter ? onActivities(row.exitFilter) : [] },
    lastSeen: filters.flatMap(conditionsOnLastSeen),
    audiences: new Set(asked.flatMap(({ ids }) => ids).flatMap((id) => objectNumber(id) ?? [])),
    subscribers: asked.some(({ subscribers }) => subscribers),
    journeys: new Set(filters.flatMap(journeysIn)),
  };
}

/** The way from an audience back to itself, through those it asks about; undefined where there is none. */
export function circleFrom(id: number, rows: readonly AudienceRow[]): number[] | undefined {
  const asked = new Map(rows.map((row) => [row.id, askedBy(row).audiences]));
  const seen = new Set<number>();
  const follow = (way: readonly number[]): number[] | undefined => {
    for (const next of asked.get(way.at(-1)!) ?? []) {
      if (next === id) return [...way, id];
      if (seen.has(next)) continue;
      seen.add(next);
      const found = follow([...way, next]);
      if (found) return found;
    }
    return undefined;
  };
  return follow([id]);
}
