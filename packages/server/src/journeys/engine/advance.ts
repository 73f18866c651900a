import {
  durationMs,
  type Fields,
  type Filter,
  goalWindowMs,
  type JourneyDefinition,
  matches,
  mergeFields,
  nextOf,
  type Shape,
  type Value,
} from '@tributary/model';
import type { RecordedActivity } from '../../people/index.ts';
import { activitiesIn, happenedIn, type Moment, outcomeOf } from './moment.ts';
import type { Effect, Move } from './move.ts';
import { moveFrom } from './move-from.ts';
import type { RunMemory, RunState } from './run-state.ts';

export interface MoveMade {
  runId: string;
  shapeId: string | null;
  did: string;
  /** By which exit rule the run left, from 1, where it was one. */
  exitRule?: number | undefined;
}

export interface Advanced {
  run: RunState;
  moves: MoveMade[];
  effects: { shapeId: string; effect: Effect }[];
  /** The shapes it went on from, or came to its end at. */
  passed: string[];
}

/** A run that moves further than this in one go waits for its next turn, so that others get theirs. */
const MOVES_MAX = 100;

/** What the engine looks at when it moves a run. */
export interface RunFacts {
  fields: Fields;
  timezone: string;
  /** Why the person can not be in any journey any more, such as being archived. */
  gone?: string | undefined;
  /** The journey is paused: nobody moves, but by leaving. */
  paused?: boolean;
  /** Whether a shape is switched off; where nobody says, the definition does. */
  off?: ((shapeId: string) => boolean) | undefined;
  /** What the person did since the run began, of all that the journey asks about. */
  activities: readonly RecordedActivity[];
  /** Answers that only the database has. */
  known?: ((condition: Filter) => boolean | undefined) | undefined;
  /** When time alone may change an answer. */
  lookAgain?: Date | undefined;
  /** How filters are asked: by `matches`, unless somebody wants to note what was asked. */
  ask?: typeof matches;
  now: Date;
  /** What a run listens to while it waits, and what one that has left does for the sake of its goal. */
  listens: readonly string[];
  goalListens: readonly string[];
  lastDone(shapeId: string): Date | undefined;
  choose(shapeId: string, parts: readonly { name: string; share: number }[], how: { level: boolean }): string;
  winner(shapeId: string): string | undefined;
  render(text: string, fields: Fields): string;
  read(fieldId: string, text: string): Value;
  /** A value as its field keeps it, or why it can not be written. */
  kept(fieldId: string, value: Value): { value: Value } | { problem: string };
}

/**
 * Takes a run as far as it can go now: goal first, then what lets it go, then shape
 * by shape until one waits. Pure: the caller writes what comes out.
 */
export function advance(before: RunState, journey: JourneyDefinition, facts: RunFacts): Advanced {
  const run: RunState = { ...before, held: false };
  const moves: MoveMade[] = [];
  const effects: Advanced['effects'] = [];
  const passedBy: string[] = [];
  const { now, ask = matches } = facts;
  let { fields } = facts;
  const begin = { ...run, runId: run.id };
  const own = activitiesIn(begin, facts.activities);
  const activities = happenedIn(begin, own);
  const holds = (filter: Filter): boolean =>
    ask(filter, { fields, now, activities, entry: run.entry, ...(facts.known && { known: facts.known }) });
  const note = (did: string, exitRule?: number): void =>
    void moves.push({ runId: run.id, shapeId: run.shapeId, did, ...(exitRule === undefined ? {} : { exitRule }) });
  const leave = (reason: string, exitRule?: number): void => {
    note(`left: ${reason}`, exitRule);
    run.leftAt = now;
    run.leftReason = reason;
  };
  const reach = (name: string): void => {
    run.goalAt = now;
    note(`reached the goal “${name}”`);
  };
  const keep = (dueAt: Date | null, held = false): Advanced => {
    const looks = [dueAt, facts.lookAgain, held ? undefined : stillUntil(run, journey)].flatMap(
      (at) => at?.getTime() ?? [],
    );
    const next = looks.length > 0 ? new Date(Math.min(...looks)) : null;
    return { run: { ...run, dueAt: next, held, listens: facts.listens }, moves, effects, passed: passedBy };
  };

  if (journey.goal && !run.goalAt && inGoalWindow(run, journey, now) && holds(journey.goal.when))
    reach(journey.goal.name);
  if (!run.leftAt) {
    const lets = whyLeave(run, journey, { ...facts, own, holds });
    if (lets) leave(lets.reason, lets.exitRule);
  }
  while (!run.leftAt) {
    const shapeId: string = run.shapeId ?? journey.start;
    const shape = journey.shapes[shapeId];
    if (!shape) throw new Error(`there is no shape "${shapeId}" in version ${run.version}`);
    if (run.shapeId === null) Object.assign(run, { shapeId, arrivedAt: now });
    const isOff = facts.off ? facts.off(shapeId) : shape.off === true;
    if (facts.paused || (isOff && run.memory.moveOn !== shapeId)) {
      if (!before.held || moves.length > 0)
        note(facts.paused ? 'waits: the journey is paused' : 'waits: the shape is switched off');
      return keep(null, true);
    }
    if (before.held && journey.leave?.still && passedBy.length === 0)
      run.memory = { ...run.memory, stillSince: now.toISOString() };
    const moment: Moment = {
      ...{ now, shapeId, arrived: run.arrivedAt, fields, entry: run.entry, memory: run.memory, holds },
      timezone: facts.timezone,
      lastDone: facts.lastDone(shapeId),
      winner: facts.winner(shapeId),
      outcome: (since, several) => outcomeOf(own, run.memory.asked?.as ?? shapeId, since, several),
      choose: (parts, how) => facts.choose(shapeId, parts, how),
      render: (text) => facts.render(text, fields),
      read: facts.read,
    };
    const move = run.memory.moveOn === shapeId ? byHand(shape) : moveFrom(shape, moment);
    // Asked of who would go on standing: whom an outage has kept, their shape lets go on.
    const until = stillUntil(run, journey);
    if (move.do === 'wait' && until && now >= until) {
      leave('did not move on for too long');
      break;
    }
    if (move.do !== 'wait') passedBy.push(shapeId);
    if (move.do === 'leave') {
      if (move.heldOut) run.heldOut = true;
      leave(move.reason);
      break;
    }
    const asks = move.effects ?? [];
    const isNew = asks.length > 0 || move.remember !== undefined;
    if (move.do === 'go' || isNew || before.shapeId !== shapeId || before.held || moves.length > 0) note(move.did);
    for (const effect of asks) {
      if (effect.kind === 'goal') run.goalAt ??= now;
      else effects.push({ shapeId, effect });
      if (effect.kind === 'change') fields = changed(fields, effect, facts);
    }
    run.memory = { ...run.memory, ...move.remember };
    if (move.do === 'wait') return keep(move.until ?? null);
    Object.assign(run, { shapeId: move.to, arrivedAt: now, memory: passed(run.memory) });
    if (moves.length >= MOVES_MAX)
      return { run: { ...run, dueAt: now, listens: facts.listens }, moves, effects, passed: passedBy };
  }
  return { run: rest(run, journey, facts), moves, effects, passed: passedBy };
}

/** Why the run ends here, whatever shape it stands at; undefined where nothing lets it go. */
function whyLeave(
  run: RunState,
  journey: JourneyDefinition,
  of: RunFacts & { own: readonly RecordedActivity[]; holds(filter: Filter): boolean },
): { reason: string; exitRule?: number } | undefined {
  if (of.gone) return { reason: of.gone };
  if (run.memory.end !== undefined) return { reason: run.memory.end };
  if (journey.leave?.unsubscribed && of.own.some(({ activityId }) => activityId === 'act::u-all'))
    return { reason: 'unsubscribed' };
  const exitRule = journey.exits.findIndex(of.holds) + 1;
  if (exitRule === 0) return undefined;
  return { reason: journey.exits.length > 1 ? `exit rule ${exitRule}` : 'exit rule', exitRule };
}

/** Until when the run may stand where it is; undefined where it may for ever. */
export function stillUntil(
  { shapeId, arrivedAt, memory }: RunState,
  { leave }: Pick<JourneyDefinition, 'leave'>,
): Date | undefined {
  if (!leave?.still || shapeId === null) return undefined;
  const since = memory.stillSince === undefined ? arrivedAt : new Date(memory.stillSince);
  return new Date(since.getTime() + durationMs(leave.still));
}

function byHand(shape: Shape): Move {
  const to = nextOf(shape)[0];
  return to === undefined
    ? { do: 'leave', reason: 'moved on by hand' }
    : { do: 'go', to, did: 'moved on by hand, without this step' };
}

/** What a shape remembers is forgotten when the run moves on. */
function passed({ asked: _, moveOn: __, stillSince: ___, ...memory }: RunMemory): RunMemory {
  return memory;
}

/** The fields as they are once the change is written, or refused: the shapes that follow see it. */
function changed(
  fields: Fields,
  { set, clear, add, remove }: Extract<Effect, { kind: 'change' }>,
  { kept }: Pick<RunFacts, 'kept'>,
): Fields {
  const given: Record<string, Value> = {};
  for (const [id, value] of [...Object.entries(set), ...clear.map((id) => [id, null] as const)]) {
    const checked = kept(id, value);
    if ('problem' in checked) return fields;
    given[id] = checked.value;
  }
  const after: Record<string, Value> = { ...mergeFields(fields, given, { strategy: 2 }) };
  if (add.length + remove.length > 0) {
    const added = new Set(add.map((name) => name.toLowerCase()));
    const taken = new Set(remove.map((name) => name.toLowerCase()));
    const tags = Array.isArray(after.tags) ? (after.tags as string[]) : [];
    const others = tags.filter((name) => !added.has(name.toLowerCase()));
    after.tags = [...others, ...add].filter((name) => !taken.has(name.toLowerCase()));
  }
  return after;
}

/** A run that has left still waits for its goal, until that no longer counts. */
function rest(run: RunState, journey: JourneyDefinition, { now, goalListens }: RunFacts): RunState {
  const watches = journey.goal !== undefined && !run.goalAt && inGoalWindow(run, journey, now);
  return watches
    ? { ...run, dueAt: new Date(run.enteredAt.getTime() + goalWindowMs(journey)), listens: goalListens }
    : { ...run, dueAt: null, listens: [], endedAt: now };
}

function inGoalWindow(run: RunState, journey: JourneyDefinition, now: Date): boolean {
  return now.getTime() - run.enteredAt.getTime() < goalWindowMs(journey);
}
