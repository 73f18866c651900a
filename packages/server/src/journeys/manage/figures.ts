import { type JourneyDefinition, nextOf } from '@tributary/model';
import { countRuns, type RunCounts } from '../store/count.sql.ts';
import type { ManagedJourney } from '../store/managed.sql.ts';
import { listPassed } from '../store/passed.sql.ts';
import { countStanding } from '../store/standing.sql.ts';
import { findManaged, type Managing, type Which } from './managing.ts';

/** How many people are at a shape, and how many times people have gone on from it. */
export interface ShapeFigures {
  shape: string;
  kind: string | undefined;
  title: string | undefined;
  /** Of whatever version. */
  waiting: number;
  /** Of them, those that a pause, or the shape being switched off, keeps there: a pause keeps all. */
  held: number;
  passed: number;
}

export interface JourneyFigures {
  journey: ManagedJourney;
  runs: RunCounts[];
  /** Inside, and not at their first shape yet. */
  notBegun: number;
  shapes: ShapeFigures[];
}

/** The figures of a journey; tries aside. */
export async function figuresOf(o: Managing, workspaceId: number, which: Which): Promise<JourneyFigures> {
  const journey = await findManaged(o.db, workspaceId, which);
  const [counts, standing, passed] = await Promise.all([
    countRuns(o.db, [journey.id]),
    countStanding(o.db, journey.id),
    listPassed(o.db, journey.id),
  ]);
  const live = journey.version === null ? undefined : await o.versions.get(o.db, journey.id, journey.version);
  const shapes = live?.definition.shapes ?? {};
  const inOrder = live ? inOrderOf(live.definition) : [];
  const begun = standing.flatMap((each) => (each.shapeId === null ? [] : [{ ...each, shapeId: each.shapeId }]));
  // Those of the live version; then those of older ones where somebody is, or was.
  const ids = [...new Set([...inOrder, ...begun.map(({ shapeId }) => shapeId), ...passed.keys()])];
  const sum = (id: string, what: 'runs' | 'held'): number =>
    begun.reduce((total, each) => total + (each.shapeId === id ? each[what] : 0), 0);
  return {
    journey,
    runs: counts.get(journey.id)!,
    notBegun: standing.reduce((total, { shapeId, runs: n }) => total + (shapeId === null ? n : 0), 0),
    shapes: ids.map((id) => ({
      shape: id,
      kind: shapes[id]?.kind,
      title: shapes[id]?.title,
      waiting: sum(id, 'runs'),
      held: sum(id, journey.state === 'paused' ? 'runs' : 'held'),
      passed: passed.get(id) ?? 0,
    })),
  };
}

/** The shapes as people come to them. */
function inOrderOf({ shapes, start }: JourneyDefinition): string[] {
  const order = new Set<string>([start]);
  for (const id of order) for (const next of nextOf(shapes[id]!)) order.add(next);
  return [...order];
}
