import type { JourneyDefinition, Problem } from '@tributary/model';
import type { Queryable } from '../../platform/database/pool.ts';
import { countStanding, type Passage } from '../store/standing.sql.ts';
import type { Version, Versions } from '../versions.ts';

/** Where those who stand at a shape go on in another version; null: their way ends. */
export type Mapping = Readonly<Record<string, string | null>>;

/** What becomes of those who stand at a shape of a version. */
export interface Moving {
  version: number;
  shape: string;
  kind: string;
  title: string | undefined;
  people: number;
  /** Null: their way ends. Undefined: nothing says where they go on. */
  to: string | null | undefined;
  toKind: string | undefined;
  /** What they have waited for and asked for at the shape holds at the other as well. */
  keeps: boolean;
}

/** What a mapping would do with everybody inside, and what is wrong with it. A shape that it does not name stays itself. */
export async function movingOf(
  db: Queryable,
  versions: Versions,
  journeyId: number,
  next: JourneyDefinition,
  mapping: Mapping,
): Promise<{ moving: Moving[]; problems: Problem[] }> {
  const standing = await countStanding(db, journeyId);
  const inside = new Map<number, Version>();
  for (const { version } of standing) inside.set(version, await versions.get(db, journeyId, version));
  const moving = standing.flatMap(({ version, shapeId, runs }) =>
    // Who has not begun begins in the version that is live by then.
    shapeId === null ? [] : [movingFrom(inside.get(version)!, shapeId, runs, next, mapping)],
  );
  return { moving, problems: problemsWith(moving, next, mapping) };
}

function movingFrom(of: Version, shape: string, people: number, next: JourneyDefinition, mapping: Mapping): Moving {
  const { kind, title } = of.definition.shapes[shape]!;
  const same = Object.hasOwn(next.shapes, shape) ? shape : undefined;
  const to = Object.hasOwn(mapping, shape) ? mapping[shape] : same;
  const toKind = typeof to === 'string' ? next.shapes[to]?.kind : undefined;
  return { version: of.version, shape, kind, title, people, to, toKind, keeps: toKind === kind };
}

function problemsWith(moving: readonly Moving[], next: JourneyDefinition, mapping: Mapping): Problem[] {
  const unknown = Object.entries(mapping).flatMap(([from, to]) =>
    to === null || Object.hasOwn(next.shapes, to)
      ? []
      : [{ at: `mapping.${from}`, problem: `the new version has no shape "${to}"` }],
  );
  const lost = [...new Set(moving.flatMap(({ to, shape }) => (to === undefined ? [shape] : [])))].map((shape) => {
    const people = moving.reduce((sum, each) => sum + (each.shape === shape ? each.people : 0), 0);
    return {
      at: `mapping.${shape}`,
      problem: `${people === 1 ? 'somebody stands' : `${people} people stand`} here, and the new version has no such shape: say where they go on, or null to end their way`,
    };
  });
  return [...unknown, ...lost];
}

export function passagesOf(moving: readonly Moving[]): Passage[] {
  return moving.flatMap(({ version, shape, to, keeps }) =>
    to === undefined ? [] : [{ version, from: shape, to, keeps }],
  );
}
