import {
  type Explained,
  explain,
  type Filter,
  filterInWords,
  matches,
  type Shape,
  type ShapeOf,
  stepName,
} from '@tributary/model';
import { stillUntil } from '../engine/advance.ts';
import { minute } from '../engine/doing.ts';
import type { Moment } from '../engine/moment.ts';
import { moveFrom } from '../engine/move-from.ts';
import type { RunState } from '../engine/run-state.ts';
import { delay } from '../engine/shapes/delay.ts';
import { wait } from '../engine/shapes/wait.ts';
import { isOff, type Version } from '../versions.ts';
import type { NowFacts } from './facts.ts';

/** Where a run stands, what it waits for, and what would end it. */
export interface Standing {
  state: 'inside' | 'left' | 'held out' | 'parked' | 'paused';
  /** In a sentence. */
  words: string;
  /** When the engine looks again by itself. */
  until?: Date;
  /** The filter that it waits for, as things stand. */
  waits_for?: { at: string; why: Explained };
  /** What ends it whatever shape it stands at, as things stand. */
  ends_when: { at: string; words: string; why?: Explained }[];
}

/** How the journey of a run is, which version says what is switched off, and by which exit rule the run left, from 1. */
interface JourneyNow {
  paused: boolean;
  live: Version;
  exitRule: number | undefined;
}

/** Where a run stands now. */
export function standingOf(run: RunState, version: Version, facts: NowFacts, journey: JourneyNow): Standing {
  if (run.leftAt) {
    const words = `left on ${minute(run.leftAt)}: ${run.leftReason}${exitInWords(journey, version, facts)}`;
    return { state: run.heldOut ? 'held out' : 'left', words, ends_when: [] };
  }
  const kept = whyKept(run, version, journey);
  const ends_when = endings(run, version, facts, { kept: kept !== undefined });
  if (run.parkedError !== null) {
    const words = `is parked, the engine can not move it: ${run.parkedError}`;
    return { state: 'parked', words, ends_when };
  }
  const shape = run.shapeId === null ? undefined : version.definition.shapes[run.shapeId];
  const at =
    run.shapeId === null ? 'before its first shape' : `at “${stepName({ shape: run.shapeId, title: shape?.title })}”`;
  const state = kept === PAUSED ? 'paused' : 'inside';
  const inside = { state, ...(run.dueAt ? { until: run.dueAt } : {}), ends_when } as const;
  const { does, ...waits } = (shape && waitingFor(shape, run, facts)) ?? {};
  const words = [kept, does].filter((each) => each !== undefined).join('; ');
  if (words !== '') return { ...inside, words: `stands ${at}: ${words}`, ...waits };
  if (!shape) return { ...inside, words: `stands ${at}${run.dueAt ? `, and begins on ${minute(run.dueAt)}` : ''}` };
  return { ...inside, words: `stands ${at}, and goes on as soon as the engine comes to it` };
}

const PAUSED = 'the journey is paused';

/** What keeps a run where it is, whether or not something has been due for it since; as the engine would find. */
function whyKept(run: RunState, own: Version, { paused, live }: JourneyNow): string | undefined {
  if (paused && !run.test) return PAUSED;
  const { shapeId, memory, test } = run;
  const off = shapeId !== null && memory.moveOn !== shapeId && isOff(shapeId, { own, live: test ? undefined : live });
  return off ? 'this shape is switched off' : undefined;
}

interface Waits {
  does: string;
  waits_for?: { at: string; why: Explained };
}

function waitingFor(shape: Shape, run: RunState, facts: NowFacts): Waits | undefined {
  if (shape.kind === 'delay') return delaying(shape, run, facts);
  if (shape.kind === 'wait') return waiting(shape, run, facts);
  if (!run.memory.asked) return undefined;
  const move = moveFrom(shape, momentOf(run, facts));
  // It has heard that it failed.
  if (move.do === 'wait' && move.until) return { does: move.did };
  return { does: `waits to hear how what it asked for on ${minute(new Date(run.memory.asked.at))} went` };
}

/** Which exit rule it was, where it was one. */
function exitInWords({ exitRule }: JourneyNow, { definition }: Version, facts: NowFacts): string {
  const exit = exitRule === undefined ? undefined : definition.exits[exitRule - 1];
  return exit ? `, ${filterInWords(exit, facts.names)}` : '';
}

function delaying(shape: ShapeOf<'delay'>, run: RunState, facts: NowFacts): Waits {
  const move = delay(shape, momentOf(run, facts));
  const until = move.do === 'wait' ? move.did : 'has waited long enough';
  const sooner = shape.unless ? `, or until ${filterInWords(shape.unless, facts.names)}` : '';
  return {
    does: `${until}${sooner}`,
    ...(shape.unless ? { waits_for: lookedAt(`shapes.${run.shapeId}.unless`, shape.unless, facts) } : {}),
  };
}

function waiting(shape: ShapeOf<'wait'>, run: RunState, facts: NowFacts): Waits {
  const move = wait(shape, momentOf(run, facts));
  const atMost = shape.atMost && move.do === 'wait' && move.until ? `, at most until ${minute(move.until)}` : '';
  return {
    does: `waits until ${filterInWords(shape.until, facts.names)}${atMost}`,
    waits_for: lookedAt(`shapes.${run.shapeId}.until`, shape.until, facts),
  };
}

function lookedAt(at: string, filter: Filter, facts: NowFacts): { at: string; why: Explained } {
  return { at, why: explain(filter, facts) };
}

/** As the shape would see it now; chance and texts are not asked of shapes that wait. */
function momentOf(run: RunState, facts: NowFacts): Moment {
  const { now, fields, timezone } = facts;
  return {
    ...{ now, fields, timezone, shapeId: run.shapeId ?? '', arrived: run.arrivedAt, entry: run.entry },
    ...{ memory: run.memory, lastDone: undefined, winner: undefined },
    holds: (filter) => matches(filter, facts),
    outcome: facts.outcome,
    choose: (parts) => parts[0]!.name,
    render: (text) => text,
    read: (_, text) => text,
  };
}

function endings(
  run: RunState,
  { definition }: Version,
  facts: NowFacts,
  { kept }: { kept: boolean },
): Standing['ends_when'] {
  const { exits, leave, goal } = definition;
  // Whoever is kept does not leave for standing still.
  const still = kept ? undefined : stillUntil(run, definition);
  return [
    ...exits.map((filter, i) => ({
      at: `exits[${i}]`,
      words: `it ends when ${filterInWords(filter, facts.names)}`,
      why: explain(filter, facts),
    })),
    ...(leave?.unsubscribed ? [{ at: 'leave.unsubscribed', words: 'it ends when the person unsubscribes' }] : []),
    ...(still ? [{ at: 'leave.still', words: `it ends on ${minute(still)} where it has not moved on by then` }] : []),
    ...(goal && !run.goalAt
      ? [
          {
            at: 'goal.when',
            words: `its goal “${goal.name}” is reached when ${filterInWords(goal.when, facts.names)}`,
            why: explain(goal.when, facts),
          },
        ]
      : []),
  ];
}
