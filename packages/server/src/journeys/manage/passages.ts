import type { JourneyDefinition, Problem } from '@tributary/model';
import type { Queryable } from '../../platform/database/pool.ts';
import { listPublished } from '../store/explain.sql.ts';
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
  const named = Object.keys(mapping).length > 0;
  const known = named ? await shapesOf(db, versions, journeyId, [...inside.values()]) : new Set<string>();
  return { moving, problems: [...problemsWithNames(mapping, known), ...problemsWith(moving, next, mapping)] };
}

/** The ids that shapes have, or have had. */
async function shapesOf(
  db: Queryable,
  versions: Versions,
  journeyId: number,
  inside: readonly Version[],
): Promise<Set<string>> {
  const published = await listPublished(db, journeyId);
  const all = [...inside, ...(await Promise.all(published.map(({ version }) => versions.get(db, journeyId, version))))];
  return new Set(all.flatMap(({ definition }) => Object.keys(definition.shapes)));
}

/** Where nobody stands at a shape, it may be named; one that never was is a slip. */
function problemsWithNames(mapping: Mapping, known: ReadonlySet<string>): Problem[] {
  return Object.keys(mapping).flatMap((from) =>
    known.has(from) ? [] : [{ at: `mapping.${from}`, problem: `no version has a shape "${from}"` }],
  );
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
