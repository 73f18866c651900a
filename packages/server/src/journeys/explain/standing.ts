import { type Explained, explain, type Filter, filterInWords, matches, type ShapeOf, stepName } from '@tributary/model';
import { stillUntil } from '../engine/advance.ts';
import { minute } from '../engine/doing.ts';
import type { Moment } from '../engine/moment.ts';
import type { RunState } from '../engine/run-state.ts';
import { delay } from '../engine/shapes/delay.ts';
import { wait } from '../engine/shapes/wait.ts';
import type { Version } from '../versions.ts';
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

/** Where a run stands now. */
export function standingOf(run: RunState, version: Version, facts: NowFacts, o: { paused: boolean }): Standing {
  if (run.leftAt) {
    const words = `left on ${minute(run.leftAt)}: ${run.leftReason}${exitInWords(run, version, facts)}`;
    return { state: run.heldOut ? 'held out' : 'left', words, ends_when: [] };
  }
  const ends_when = endings(run, version, facts);
  if (run.parkedError !== null) {
    const words = `is parked, the engine can not move it: ${run.parkedError}`;
    return { state: 'parked', words, ends_when };
  }
  const shape = run.shapeId === null ? undefined : version.definition.shapes[run.shapeId];
  const at =
    run.shapeId === null ? 'before its first shape' : `at “${stepName({ shape: run.shapeId, title: shape?.title })}”`;
  const inside = { state: 'inside', ...(run.dueAt ? { until: run.dueAt } : {}), ends_when } as const;
  if (run.held) {
    return o.paused
      ? { ...inside, state: 'paused', words: `stands ${at}: the journey is paused` }
      : { ...inside, words: `stands ${at}: this shape is switched off` };
  }
  if (!shape) return { ...inside, words: `stands ${at}${run.dueAt ? `, and begins on ${minute(run.dueAt)}` : ''}` };
  if (shape.kind === 'delay') return { ...inside, ...delaying(shape, run, facts, at) };
  if (shape.kind === 'wait') return { ...inside, ...waiting(shape, run, facts, at) };
  if (run.memory.asked) {
    const since = minute(new Date(run.memory.asked.at));
    return { ...inside, words: `stands ${at}, and waits to hear how what it asked for on ${since} went` };
  }
  return { ...inside, words: `stands ${at}, and goes on as soon as the engine comes to it` };
}

/** Which exit rule it was, where it was one. */
function exitInWords({ leftReason }: RunState, { definition }: Version, facts: NowFacts): string {
  const [, number = '1'] = /^exit rule(?: (\d+))?$/.exec(leftReason ?? '') ?? [undefined, '0'];
  const exit = definition.exits[Number(number) - 1];
  return exit ? `, ${filterInWords(exit, facts.names)}` : '';
}

function delaying(shape: ShapeOf<'delay'>, run: RunState, facts: NowFacts, at: string) {
  const move = delay(shape, momentOf(run, facts));
  const until = move.do === 'wait' ? move.did : 'has waited long enough';
  const sooner = shape.unless ? `, or until ${filterInWords(shape.unless, facts.names)}` : '';
  return {
    words: `stands ${at}: ${until}${sooner}`,
    ...(shape.unless ? { waits_for: lookedAt(`shapes.${run.shapeId}.unless`, shape.unless, facts) } : {}),
  };
}

function waiting(shape: ShapeOf<'wait'>, run: RunState, facts: NowFacts, at: string) {
  const move = wait(shape, momentOf(run, facts));
  const atMost = shape.atMost && move.do === 'wait' && move.until ? `, at most until ${minute(move.until)}` : '';
  return {
    words: `stands ${at}: waits until ${filterInWords(shape.until, facts.names)}${atMost}`,
    waits_for: lookedAt(`shapes.${run.shapeId}.until`, shape.until, facts),
  };
}

function lookedAt(at: string, filter: Filter, facts: NowFacts): { at: string; why: Explained } {
  return { at, why: explain(filter, facts) };
}

/** As the shape would see it now; chance, outcomes and texts are not asked of shapes that wait. */
function momentOf(run: RunState, facts: NowFacts): Moment {
  const { now, fields, timezone } = facts;
  return {
    ...{ now, fields, timezone, shapeId: run.shapeId ?? '', arrived: run.arrivedAt, entry: run.entry },
    ...{ memory: run.memory, lastDone: undefined, winner: undefined },
    holds: (filter) => matches(filter, facts),
    outcome: () => undefined,
    choose: (parts) => parts[0]!.name,
    render: (text) => text,
    read: (_, text) => text,
  };
}

function endings(run: RunState, { definition }: Version, facts: NowFacts): Standing['ends_when'] {
  const { exits, leave, goal } = definition;
  const still = run.held ? undefined : stillUntil(run, definition);
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
