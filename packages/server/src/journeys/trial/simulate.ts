import { explain, type Filter, filtersOf, idAt, type Leaf, matches, stepTitle, timezoneOf } from '@tributary/model';
import { messageOf } from '../../platform/errors.ts';
import { type Advanced, advance, type RunFacts } from '../engine/advance.ts';
import { happenedIn } from '../engine/moment.ts';
import { objectionOnceLeft } from '../objections.ts';
import { createEffects } from './effects.ts';
import { createLife } from './life.ts';
import { createMoments, type Looks } from './moments.ts';
import type { Decided, MoveEntry, Path, PathEntry } from './path.ts';
import { runOf, type Scene } from './scene.ts';

/** A run that is woken by its own steps again and again at one moment ends here. */
const LOOKS_MAX = 200;
/** Hours that are looked at one by one, where time alone may change an answer: it takes a second or so. */
export const HOURS_MAX = 20_000;
/** Longer than any simulation that somebody reads. */
const MOVES_MAX = 2000;

/** What a look of the engine was decided by. */
interface Trace {
  decided: Decided[];
  chose: Map<string, { name: string; by: string }>;
}

/**
 * Plays a run through on a clock of its own, by the engine's very function, from moment to moment: when it is due, when
 * something of the script happens that it listens to, when time alone changes an answer.
 */
export function simulate(scene: Scene, looks: Looks = { left: HOURS_MAX }): Path {
  const { version, start, until } = scene;
  const { definition } = version;
  const path: PathEntry[] = [];
  const life = createLife({ personId: scene.personId, fields: scene.fields, touches: scene.touches });
  let run = runOf(scene, { run: idAt(start, 1n), entry: idAt(start, 1n) });
  const effects = createEffects(scene, life, run, () => objectionOnceLeft(definition, run));
  const { outbox } = effects;
  const moments = createMoments(scene, effects, looks);
  const places = new Map(filtersOf(definition).map(({ filter, at }) => [filter, at]));
  let stopped: string | undefined;

  const answer = (condition: Filter, now: Date) =>
    scene.known(condition, { occurred: (leaf) => occurredIn(leaf, life.activities, scene, now) });

  const factsAt = (now: Date, trace?: Trace): RunFacts => {
    const { fields } = life;
    const timezone = timezoneOf(fields, scene.sending.defaults.timezone);
    const known = (condition: Filter) => answer(condition, now)?.holds;
    const ask: typeof matches = (filter, facts) => {
      const place = places.get(filter);
      if (!trace || place === undefined) return matches(filter, facts);
      const source = (condition: Filter) => answer(condition, now)?.source;
      const why = explain(filter, { ...facts, names: scene.names, source });
      trace.decided.push({ at: place, holds: why.holds, why });
      return why.holds;
    };
    return {
      ...{ fields, now, known, ask, timezone, activities: life.activities },
      ...{ listens: version.listens, goalListens: version.goalListens },
      lastDone: effects.lastDone,
      winner: scene.winner,
      choose(shapeId, parts) {
        const chosen = scene.choose(shapeId, parts);
        trace?.chose.set(shapeId, chosen);
        return chosen.name;
      },
      render: (text, of) => scene.render(text, of, now),
      read: scene.read,
      kept: scene.kept,
    };
  };

  /** One look of the engine, and what comes of it. Returns what the run may listen to. */
  const look = (now: Date): string[] => {
    const trace: Trace = { decided: [], chose: new Map() };
    let out: Advanced;
    try {
      out = advance(run, definition, factsAt(now, trace));
    } catch (error) {
      const did = `parked: ${messageOf(error)}`;
      path.push({ at: now, shape: run.shapeId, did });
      run = { ...run, dueAt: null, parkedError: messageOf(error) };
      return [];
    }
    run = out.run;
    if (run.leftAt) outbox.hearLeft(now);
    const told = out.moves.map(({ shapeId, did }) => entryOf(scene, trace, { at: now, shape: shapeId, did }));
    path.push(...told);
    return out.effects.flatMap(({ shapeId, effect }) => {
      return effects.apply(
        effect,
        shapeId,
        told.findLast(({ shape }) => shape === shapeId),
        now,
      );
    });
  };

  const lookUntilQuiet = (now: Date): void => {
    for (let looks = 1; ; looks++) {
      const heard = look(now);
      const again = heard.some((what) => run.listens.includes(what)) || (run.dueAt !== null && run.dueAt <= now);
      if (!again || run.endedAt || run.parkedError !== null) return;
      if (looks < LOOKS_MAX && path.length < MOVES_MAX) continue;
      stopped = 'it goes on and on at this moment';
      return;
    }
  };

  /** Whether a look at that moment would change anything: nothing is kept of it. */
  const wouldMove = (now: Date): boolean => {
    const out = advance(run, definition, factsAt(now));
    return out.moves.length > 0 || out.run.leftAt !== run.leftAt || out.run.goalAt !== run.goalAt;
  };

  const goesOn = (): boolean => !run.endedAt && run.parkedError === null;
  lookUntilQuiet(start);
  // What waits to be sent is told of where the run has left meanwhile: at the journey's end it goes out.
  while (stopped === undefined && (goesOn() || outbox.dueAt())) {
    const next = moments.next({
      due: earlier(run.leftAt ? null : run.dueAt, outbox.dueAt()),
      timed: goesOn() && version.timed.length > 0,
      wouldMove,
      life,
    });
    if (next.at === undefined) {
      stopped = run.leftAt ? undefined : next.why;
      break;
    }
    if (next.at > until) {
      stopped = `the simulation ends at ${until.toISOString()}`;
      break;
    }
    const happened = next.events.flatMap((event) => {
      const heard = moments.happen(event, next.at!, life);
      const noticed = heard.some((what) => run.listens.includes(what));
      path.push({ at: next.at!, event: event.label, noticed });
      return noticed ? [event] : [];
    });
    const left = outbox.takeUp(next.at);
    path.push(...left.told);
    const noticed = happened.length > 0 || left.heard.some((what) => run.listens.includes(what));
    const due = run.dueAt !== null && run.dueAt <= next.at;
    if (goesOn() && (noticed || due || next.byTime)) lookUntilQuiet(next.at);
    if (path.length >= MOVES_MAX) stopped = `it is longer than ${MOVES_MAX} steps`;
  }
  const changed = [...new Set([...Object.keys(scene.fields), ...Object.keys(life.fields)])].filter(
    (id) => (id.includes(':') || id === 'tags') && JSON.stringify(scene.fields[id]) !== JSON.stringify(life.fields[id]),
  );
  const last = path.at(-1)?.at ?? start;
  const title = stepTitle(scene.version.definition.shapes, run.shapeId);
  return {
    path,
    end: {
      state: run.parkedError !== null ? 'parked' : run.leftAt ? 'left' : 'inside',
      at: run.leftAt ?? last,
      shape: run.shapeId,
      ...(title === undefined ? {} : { title }),
      ...(run.leftReason === null ? {} : { reason: run.leftReason }),
      ...(run.parkedError === null ? {} : { reason: run.parkedError }),
      ...(stopped === undefined ? {} : { stopped }),
      ...(run.goalAt ? { goal_at: run.goalAt } : {}),
      fields: Object.fromEntries(changed.map((id) => [id, { before: scene.fields[id], after: life.fields[id] }])),
      waiting: outbox.waiting(),
      missed: moments.missed(),
    },
  };
}

const earlier = (one: Date | null, other: Date | undefined): Date | null =>
  one && other && one < other ? one : (other ?? one);

/** A move, with the filters and the chance that settled it. */
function entryOf({ version }: Scene, trace: Trace, move: Pick<MoveEntry, 'at' | 'shape' | 'did'>): MoveEntry {
  const { shape: id, did } = move;
  const shape = id === null ? undefined : version.definition.shapes[id];
  const ends = did.startsWith('left: ') && trace.decided.some(({ at, holds }) => holds && at.startsWith('exits['));
  const isOf = ({ at, holds }: Decided): boolean => {
    if (did.startsWith('reached the goal')) return at === 'goal.when' && holds;
    return ends ? at.startsWith('exits[') && holds : at.startsWith(`shapes.${id}.`);
  };
  const decided = trace.decided.filter(isOf);
  const chose = id === null ? undefined : trace.chose.get(id);
  return {
    ...move,
    ...(shape && { kind: shape.kind, ...(shape.title === undefined ? {} : { title: shape.title }) }),
    ...(decided.length > 0 ? { decided } : {}),
    ...(chose ? { chose } : {}),
  };
}

/** Whether it occurred in the simulation, whatever its run makes of it. */
function occurredIn(condition: Leaf, activities: RunFacts['activities'], scene: Scene, now: Date): boolean {
  const { start, entry } = scene;
  const begin = { runId: '', entryActivityId: '0', entryAt: start, enteredAt: start, entry };
  const { where } = condition;
  return happenedIn(
    begin,
    activities,
  )(condition).some(({ attributes }) => where === undefined || matches(where, { fields: attributes, now }));
}
