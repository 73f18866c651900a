import type { z } from 'zod';
import type { Filter, Problem } from '../filter/filter.ts';
import { activitiesIn, leavesOf } from '../filter/matches.ts';
import { isRecord } from '../filter/operators/reading.ts';
import { problemsWithFilter } from '../filter/problems.ts';
import { issueInWords } from '../issue.ts';
import { entryFiltersOf, filtersOf, type JourneyDefinition, journeyDefinition } from './journey.ts';
import { modelOf, nextOf, type Shape, shape } from './shapes/index.ts';

/** At most this many shapes in a journey, as in Ortto (Ortto help, journeys). */
const SHAPES_MAX = 100;

/** A journey that is right, or everything that is wrong with it, each with the path of the part at fault. */
export function checkJourney(input: unknown): { journey: JourneyDefinition } | { problems: Problem[] } {
  const parsed = journeyDefinition.safeParse(input);
  if (!parsed.success) {
    const unread = parsed.error.issues.map((issue) => ({
      at: issue.path.join('.'),
      // That a key is wrong is told of the record, and what it has to be is within.
      problem: (issue.code === 'invalid_key' && issue.issues[0]?.message) || issueInWords(issue),
    }));
    return { problems: [...unread, ...problemsInParts(input)] };
  }
  const journey = parsed.data;
  const problems = [
    ...entryProblems(journey),
    ...filterProblems(journey),
    ...shapeProblems(journey),
    ...graphProblems(journey),
  ];
  return problems.length > 0 ? { problems } : { journey };
}

const NOBODY = { kind: 'direct', again: 'any-time' } as const;

/** What is wrong in those parts that can be read of a journey that can not be read as a whole: all is told at once. */
function problemsInParts(input: unknown): Problem[] {
  const given = recordOf(input);
  const shapesGiven = recordOf(given.shapes);
  const { entry, exits, goal } = journeyDefinition.shape;
  const journey: JourneyDefinition = {
    ...{ name: '', holdOut: 0, start: '' },
    entry: readOr(entry, given.entry, NOBODY),
    exits: readOr(exits, given.exits, []),
    goal: readOr(goal, given.goal, undefined),
    shapes: Object.fromEntries(
      Object.entries(shapesGiven).flatMap(([id, each]) => {
        const read = shape.safeParse(each);
        return read.success ? [[id, read.data]] : [];
      }),
    ),
  };
  const start = isRecord(given.shapes) && typeof given.start === 'string' ? given.start : undefined;
  return [
    ...entryProblems(journey),
    ...filterProblems(journey),
    ...shapeProblems(journey),
    ...problemsWithWays(journey.shapes, start, new Set(Object.keys(shapesGiven))),
  ];
}

const recordOf = (given: unknown): Readonly<Record<string, unknown>> => (isRecord(given) ? given : {});

function readOr<T>(schema: z.ZodType<T>, given: unknown, other: T): T {
  const read = schema.safeParse(given);
  return read.success ? read.data : other;
}

/** No anniversary is further away. */
const YEAR_DAYS = 365;

function entryProblems({ entry }: JourneyDefinition): Problem[] {
  if (entry.kind === 'date' && entry.every === 'year' && Math.abs(entry.days) > YEAR_DAYS)
    return [{ at: 'entry.days', problem: `an anniversary is at most ${YEAR_DAYS} days away` }];
  if (entry.kind !== 'schedule') return [];
  return entry.audience === undefined && entry.filter === undefined
    ? [{ at: 'entry', problem: 'a schedule says who enters: "audience", "filter" or both' }]
    : [];
}

function shapeProblems({ shapes }: JourneyDefinition): Problem[] {
  return Object.entries(shapes).flatMap(([id, step]) =>
    (modelOf(step).problems?.(step) ?? []).map(({ at, problem }) => ({ at: `shapes.${id}.${at}`, problem })),
  );
}

function filterProblems(journey: JourneyDefinition): Problem[] {
  const { entry } = journey;
  const attributes = entry.kind === 'activity' ? entry.filter : undefined;
  return [
    ...(attributes === undefined ? [] : problemsWithAttributes(attributes, 'entry.filter')),
    ...entryFiltersOf(journey).flatMap(({ filter, at }) => problemsWithEntry(filter, at)),
    ...filtersOf(journey).flatMap(({ filter, at }) => problemsInRun(filter, at)),
    ...journey.exits.flatMap((exit, i) =>
      isEverybody(exit) ? [{ at: `exits[${i}]`, problem: 'holds for everybody: who enters would leave at once' }] : [],
    ),
  ];
}

/** Without a condition, or with none that counts: an empty filter is everybody. */
export function isEverybody(filter: unknown): boolean {
  if (typeof filter !== 'object' || filter === null) return false;
  const [first] = Object.entries(filter);
  if (!first) return true;
  const [operator, parts] = first;
  if (!Array.isArray(parts)) return false;
  if (operator === '$and') return parts.every(isEverybody);
  return operator === '$or' && (parts.length === 0 || parts.some(isEverybody));
}

/** An activity has attributes, and has not done anything. */
function problemsWithAttributes(filter: Filter, at: string): Problem[] {
  const problems = problemsWithFilter(filter, at);
  if (problems.length > 0) return problems;
  return activitiesIn(filter).map((id) => ({
    at,
    problem: `can not ask whether ${id} occurred: ask it under "person"`,
  }));
}

/** Who would enter has no run yet, whose beginning something could be the same as. */
function problemsWithEntry(filter: Filter, at: string): Problem[] {
  const problems = problemsWithFilter(filter, at);
  if (problems.length > 0) return problems;
  return leavesOf(filter).flatMap(({ same, of, fieldId }) => {
    if (same) return [{ at, problem: `"same" of ${fieldId} has nothing to compare with before the journey has begun` }];
    return of === 'entry' ? [{ at, problem: `${fieldId} of the entry: nothing has started yet` }] : [];
  });
}

/** What somebody ever did is asked of the database, which knows nothing of the beginning of a run. */
function problemsInRun(filter: Filter, at: string): Problem[] {
  const problems = problemsWithFilter(filter, at);
  if (problems.length > 0) return problems;
  return leavesOf(filter).flatMap(({ same, ever, fieldId }) =>
    same && ever
      ? [
          {
            at,
            problem: `"same" and "ever" of ${fieldId}: "same" compares within the run alone; leave out one of them`,
          },
        ]
      : [],
  );
}

function graphProblems(journey: JourneyDefinition): Problem[] {
  const { shapes, start } = journey;
  const ids = Object.keys(shapes);
  const problems = problemsWithWays(shapes, start, new Set(ids));
  if (ids.length > SHAPES_MAX) problems.push({ at: 'shapes', problem: `more than ${SHAPES_MAX} shapes` });
  if (problems.length > 0) return problems;
  const reached = reachable(shapes, start);
  for (const id of ids) {
    if (!reached.has(id)) problems.push({ at: `shapes.${id}`, problem: 'nothing leads here' });
  }
  const circle = circleWithoutDelay(shapes);
  if (circle)
    problems.push({
      at: `shapes.${circle[0]}`,
      problem: `a circle without a delay that always waits: ${circle.join(' → ')}`,
    });
  return problems;
}

/** Ways to what is none of the shapes that there are. */
function problemsWithWays(
  shapes: Record<string, Shape>,
  start: string | undefined,
  ids: ReadonlySet<string>,
): Problem[] {
  const astray =
    start === undefined || ids.has(start) ? [] : [{ at: 'start', problem: `there is no shape "${start}"` }];
  for (const [id, step] of Object.entries(shapes)) {
    for (const next of nextOf(step))
      if (!ids.has(next)) astray.push({ at: `shapes.${id}`, problem: `leads to "${next}", which is not there` });
  }
  return astray;
}

function reachable(shapes: Record<string, Shape>, start: string): Set<string> {
  const seen = new Set<string>();
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...nextOf(shapes[id]!));
  }
  return seen;
}

/**
 * A run in such a circle would ask for its e-mails again and again, at one moment. That a jump ends it is no rest: what is
 * asked for at one moment by one shape is one message.
 */
function circleWithoutDelay(shapes: Record<string, Shape>): string[] | undefined {
  const done = new Set<string>();
  const visit = (id: string, path: string[]): string[] | undefined => {
    const before = path.indexOf(id);
    if (before >= 0) return [...path.slice(before), id];
    if (done.has(id)) return undefined;
    for (const { to, rests } of modelOf(shapes[id]!).ways(shapes[id]!)) {
      const circle = rests ? undefined : visit(to, [...path, id]);
      if (circle) return circle;
    }
    done.add(id);
    return undefined;
  };
  for (const id of Object.keys(shapes)) {
    const circle = visit(id, []);
    if (circle) return circle;
  }
  return undefined;
}
