import { activitiesIn, type Fields, type Filter, type JourneyDefinition, matches } from '@tributary/model';
import type { RecordedActivity } from '../../people/index.ts';
import { activitiesOf } from './moment.ts';
import type { Effect } from './move.ts';
import { moveFrom } from './move-from.ts';

/** A run as the engine takes it up and lays it down. */
export interface RunState {
  id: string;
  personId: string;
  journeyId: number;
  version: number;
  entryActivityId: string;
  entryAt: Date;
  entry: Fields;
  shapeId: string | null;
  enteredAt: Date;
  arrivedAt: Date;
  dueAt: Date | null;
  listens: readonly string[];
  leftAt: Date | null;
  leftReason: string | null;
  goalAt: Date | null;
  endedAt: Date | null;
  parkedError: string | null;
}

export interface MoveMade {
  runId: string;
  shapeId: string | null;
  did: string;
}

export interface Advanced {
  run: RunState;
  moves: MoveMade[];
  effects: { shapeId: string; effect: Effect }[];
}

/** After this long a goal no longer counts for the journey. */
export const GOAL_WINDOW_MS = 90 * 24 * 3600 * 1000;
/** A run that moves further than this in one go waits for its next turn, so that others get theirs. */
const MOVES_MAX = 100;

/** What the engine looks at when it moves a run. */
export interface RunFacts {
  fields: Fields;
  /** Why the person can not be in any journey any more, such as being archived. */
  gone?: string | undefined;
  activities: readonly RecordedActivity[];
  now: Date;
  asks: readonly string[];
}

/**
 * Takes a run as far as it can go now: goal first, then the exits, then shape
 * by shape until one waits. Pure: the caller writes what comes out.
 */
export function advance(before: RunState, journey: JourneyDefinition, facts: RunFacts): Advanced {
  const run = { ...before };
  const moves: MoveMade[] = [];
  const effects: Advanced['effects'] = [];
  const { now, fields } = facts;
  const activities = activitiesOf({ ...run, runId: run.id }, facts.activities);
  const holds = (filter: Filter): boolean => matches(filter, { fields, now, activities });
  const note = (did: string): void => void moves.push({ runId: run.id, shapeId: run.shapeId, did });
  const leave = (reason: string): void => {
    note(`left: ${reason}`);
    run.leftAt = now;
    run.leftReason = reason;
  };

  if (journey.goal && !run.goalAt && inGoalWindow(run, now) && holds(journey.goal.when)) {
    run.goalAt = now;
    note(`reached the goal “${journey.goal.name}”`);
  }
  if (!run.leftAt && facts.gone) leave(facts.gone);
  if (!run.leftAt && journey.exits.some(holds)) leave('exit rule');
  while (!run.leftAt) {
    const shapeId: string = run.shapeId ?? journey.start;
    const shape = journey.shapes[shapeId];
    if (!shape) throw new Error(`there is no shape "${shapeId}" in version ${run.version}`);
    if (run.shapeId === null) Object.assign(run, { shapeId, arrivedAt: now });
    const move = moveFrom(shape, { now, arrived: run.arrivedAt, fields, activities });
    if (move.do === 'leave') {
      leave(move.reason);
    } else if (move.do === 'wait') {
      if (before.shapeId !== shapeId || moves.length > 0) note(move.did);
      return { run: { ...run, dueAt: move.until, listens: facts.asks }, moves, effects };
    } else {
      note(move.did);
      if (move.effect) effects.push({ shapeId, effect: move.effect });
      Object.assign(run, { shapeId: move.to, arrivedAt: now });
      if (moves.length >= MOVES_MAX) return { run: { ...run, dueAt: now, listens: facts.asks }, moves, effects };
    }
  }
  return { run: rest(run, journey, now), moves, effects };
}

/** A run that has left still waits for its goal, until that no longer counts. */
function rest(run: RunState, journey: JourneyDefinition, now: Date): RunState {
  const watches = journey.goal !== undefined && !run.goalAt && inGoalWindow(run, now);
  return watches
    ? { ...run, dueAt: new Date(run.enteredAt.getTime() + GOAL_WINDOW_MS), listens: goalActivities(journey) }
    : { ...run, dueAt: null, listens: [], endedAt: now };
}

function inGoalWindow(run: RunState, now: Date): boolean {
  return now.getTime() - run.enteredAt.getTime() < GOAL_WINDOW_MS;
}

function goalActivities(journey: JourneyDefinition): string[] {
  return journey.goal ? activitiesIn(journey.goal.when) : [];
}
