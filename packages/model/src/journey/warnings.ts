import type { Problem } from '../filter/filter.ts';
import { leavesOf } from '../filter/matches.ts';
import { isActivityOperator } from '../filter/operators/index.ts';
import type { MessageChannel } from '../sending.ts';
import { type Duration, durationMs } from './duration.ts';
import { filtersOf, goalWindowMs, type JourneyDefinition } from './journey.ts';
import { isEverybody } from './problems.ts';
import { modelOf, nextOf, type Shape } from './shapes/index.ts';
import { isMessageShape } from './shapes/message.ts';

/** What a journey names that may not be there yet. */
export interface Surroundings {
  /** The channels that messages can leave by. */
  channels: ReadonlySet<MessageChannel>;
  /** The names of journeys. */
  journeys: ReadonlySet<string>;
  hasField(id: string): boolean;
}

/** Activities about e-mails, of which only those of this run's mails count. */
const ABOUT_MAIL: readonly string[] = ['act::s', 'act::o', 'act::c', 'act::re', 'act::b'];

/** What is not wrong with a journey that has no problems, but hardly meant; each with its place. */
export function warningsOf(journey: JourneyDefinition, around: Surroundings): Problem[] {
  return [
    ...goalWarnings(journey),
    ...leavingWarnings(journey),
    ...mailWarnings(journey),
    ...againWarnings(journey),
    ...Object.entries(journey.shapes).flatMap(([id, shape]) =>
      [...shapeWarnings(shape, journey), ...namedWarnings(shape, around)].map(({ at, problem }) => ({
        at: at === '' ? `shapes.${id}` : `shapes.${id}.${at}`,
        problem,
      })),
    ),
  ];
}

function goalWarnings(journey: JourneyDefinition): Problem[] {
  if (journey.goal)
    return isEverybody(journey.goal.when)
      ? [{ at: 'goal.when', problem: 'holds for everybody: who enters has reached it at once' }]
      : tooLate(journey);
  const goals = Object.entries(journey.shapes).filter(([, { kind }]) => kind === 'goal');
  if (goals.length === 0) {
    if (journey.holdOut > 0)
      return [{ at: 'goal', problem: 'there is no goal by which those who are held out could be compared' }];
    // One that tells nobody anything, such as a bridge between two systems, has nothing to help with.
    return Object.values(journey.shapes).some(isMessageShape)
      ? [{ at: 'goal', problem: 'there is no goal: nothing will tell whether the journey helps' }]
      : [];
  }
  if (journey.holdOut > 0)
    return goals.map(([id]) => ({
      at: `shapes.${id}`,
      problem: 'who is held out never comes to this goal, and can not be compared by it: "goal" says what both can do',
    }));
  const reached = whereAnybodyComes(journey);
  return goals.some(([id]) => reached.has(id))
    ? []
    : goals.map(([id]) => ({
        at: `shapes.${id}`,
        problem: 'nobody can reach the goal: what leads here is switched off, or has a share of 0 %',
      }));
}

const DAY_MS = durationMs({ days: 1 });

/** A goal that no longer counts when the journey does something for the first time. */
function tooLate(journey: JourneyDefinition): Problem[] {
  const [first, window] = [untilTheFirstStep(journey), goalWindowMs(journey)];
  if (first === undefined || first < window) return [];
  const [comes, counts] = [first, window].map((ms) => `${Math.round(ms / DAY_MS)} days`);
  const problem = `nobody can reach it by what the journey does: the first step comes ${comes} after entering, and the goal counts for ${counts}; "for" says for how long`;
  return [{ at: 'goal', problem }];
}

/** The least that passes between entering and a shape that does something, by the times that delays say. */
function untilTheFirstStep({ shapes, start }: JourneyDefinition): number | undefined {
  const least = new Map([[start, 0]]);
  const open = [start];
  const steps: number[] = [];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const [shape, at] = [shapes[id]!, least.get(id)!];
    if (!STANDING.has(shape.kind)) {
      steps.push(at);
      continue;
    }
    const then = shape.kind === 'delay' && shape.for && !shape.unless ? at + durationMs(shape.for) : at;
    for (const next of nextOf(shape)) {
      if (then >= (least.get(next) ?? Number.POSITIVE_INFINITY)) continue;
      least.set(next, then);
      open.push(next);
    }
  }
  return steps.length > 0 ? Math.min(...steps) : undefined;
}

/** The shapes that people come to as things stand: not past what is switched off, nor where nobody is sent. */
function whereAnybodyComes({ shapes, start }: JourneyDefinition): Set<string> {
  const seen = new Set<string>();
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const shape = shapes[id]!;
    if (shape.off) continue;
    open.push(
      ...(shape.kind === 'split'
        ? shape.branches.flatMap(({ share, next }) => (share > 0 ? next : []))
        : nextOf(shape)),
    );
  }
  return seen;
}

function leavingWarnings({ exits, leave, shapes, start }: JourneyDefinition): Problem[] {
  const kinds = new Set(Object.values(shapes).map(({ kind }) => kind));
  const acts = [...kinds].some((kind) => !STANDING.has(kind));
  return [
    ...(exits.length === 0 && !leave && (kinds.has('delay') || kinds.has('wait'))
      ? [{ at: 'exits', problem: 'nothing lets people go before the end of their way' }]
      : []),
    ...(shapes[start]?.kind === 'exit' ? [{ at: 'start', problem: 'who enters leaves at once' }] : []),
    ...(acts
      ? []
      : [{ at: 'shapes', problem: 'none of them does anything: nobody is written to, and nothing changes' }]),
  ];
}

/** Kinds by which nothing happens to anybody. */
const STANDING: ReadonlySet<Shape['kind']> = new Set([
  'delay',
  'wait',
  'condition',
  'branch',
  'split',
  'hold-out',
  'goal',
  'jump',
  'exit',
]);

function mailWarnings(journey: JourneyDefinition): Problem[] {
  if (Object.values(journey.shapes).some(({ kind }) => kind === 'email' || kind === 'ab')) return [];
  return filtersOf(journey).flatMap(({ at, filter }) =>
    leavesOf(filter)
      .filter(({ operator, fieldId, ever }) => isActivityOperator(operator) && !ever && ABOUT_MAIL.includes(fieldId))
      .map(({ fieldId }) => ({ at, problem: `asks for ${fieldId} of this journey's e-mails, and it sends none` })),
  );
}

/** A tag by which people enter at any time, and which the journey itself takes and gives. */
function againWarnings({ entry, shapes }: JourneyDefinition): Problem[] {
  if (entry.kind !== 'tag' || entry.again !== 'any-time') return [];
  const isIt = (name: string): boolean => name.toLowerCase() === entry.tag.toLowerCase();
  const tags = Object.entries(shapes).flatMap(([id, shape]) => (shape.kind === 'tag' ? [{ id, shape }] : []));
  if (!tags.some(({ shape }) => shape.remove.some(isIt))) return [];
  return tags.flatMap(({ id, shape }) =>
    shape.add.flatMap((name, i) =>
      isIt(name)
        ? [
            {
              at: `shapes.${id}.add[${i}]`,
              problem: `“${name}” is what people enter by, and is taken: whoever comes here enters again, and again`,
            },
          ]
        : [],
    ),
  );
}

function shapeWarnings(shape: Shape, { leave, exits }: JourneyDefinition): Problem[] {
  const off = shape.off ? [{ at: 'off', problem: 'is switched off: people wait here' }] : [];
  const ways = modelOf(shape).ways(shape);
  const noChoice =
    ways.length > 1 && new Set(ways.map(({ to }) => to)).size === 1
      ? [{ at: '', problem: 'has no effect: all its ways lead to the same shape' }]
      : [];
  return [...off, ...noChoice, ...longerThan(leave?.still), ...own()];

  function longerThan(still: Duration | undefined): Problem[] {
    const [at, length] =
      shape.kind === 'delay'
        ? (['for', shape.for] as const)
        : shape.kind === 'wait'
          ? (['atMost', shape.atMost] as const)
          : [];
    return at && still && length && durationMs(length) > durationMs(still)
      ? [{ at, problem: 'is longer than "leave.still": whoever waits here to the end leaves the journey before it' }]
      : [];
  }

  function own(): Problem[] {
    switch (shape.kind) {
      case 'wait':
        return shape.atMost || leave?.still
          ? []
          : [
              {
                at: 'atMost',
                problem: `is not given: ${exits.length > 0 ? 'whom no exit rule lets go' : 'whoever never does it'} waits here for ever`,
              },
            ];
      case 'split':
        return nobody('branches', shape.branches);
      case 'ab':
        return nobody('variants', shape.variants);
      case 'hold-out':
        return shape.share === 0 ? [{ at: 'share', problem: 'has no effect: 0 % are held out' }] : [];
      case 'tag':
        return shape.add.flatMap((name, i) =>
          shape.remove.some((other) => other.toLowerCase() === name.toLowerCase())
            ? [{ at: `add[${i}]`, problem: `“${name}” is given and taken away` }]
            : [],
        );
      default:
        return [];
    }
  }
}

function nobody(at: string, parts: readonly { share: number }[]): Problem[] {
  return parts.flatMap(({ share }, i) =>
    share === 0 ? [{ at: `${at}[${i}].share`, problem: 'has a share of 0 %: nobody goes this way' }] : [],
  );
}

function namedWarnings(shape: Shape, { channels, journeys, hasField }: Surroundings): Problem[] {
  switch (shape.kind) {
    case 'journey':
      return journeys.has(shape.journey)
        ? []
        : [{ at: 'journey', problem: `there is no journey “${shape.journey}”: nobody is passed on` }];
    case 'update':
      return [
        ...Object.keys(shape.set).map((id) => ['set', id] as const),
        ...shape.clear.map((id) => ['clear', id] as const),
      ]
        .filter(([, id]) => !hasField(id))
        .map(([at, id]) => ({ at, problem: `there is no field ${id}: the step will fail` }));
    case 'ab':
      return channels.has('email') ? [] : notSetUp('email');
    default:
      return !isMessageShape(shape) || channels.has(shape.kind) ? [] : notSetUp(shape.kind);
  }
}

function notSetUp(channel: MessageChannel): Problem[] {
  return [{ at: '', problem: `the channel "${channel}" is not set up: the message is not sent, and that is recorded` }];
}
