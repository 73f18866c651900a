import type { Effects } from './effects.ts';
import type { Life } from './life.ts';
import type { Scene } from './scene.ts';
import type { ScriptEvent } from './script.ts';

const TOO_LONG = 'it goes on for longer than the simulation looks at hour by hour';

export interface Next {
  /** Undefined: it ends here, and why. */
  at: Date | undefined;
  why: string;
  events: readonly ScriptEvent[];
  /** Time alone changes something. */
  byTime: boolean;
}

/** Finds out, moment by moment, what happens next. */
export interface Moments {
  next(o: { due: Date | null; timed: boolean; wouldMove(now: Date): boolean; life: Life }): Next;
  happen(event: ScriptEvent, at: Date, life: Life): string[];
  missed(): { event: string; why: string }[];
}

const HOUR_MS = 3600_000;

/** How often a simulation, or all of one request, may still look whether time alone changes something. */
export interface Looks {
  left: number;
}

export function createMoments(scene: Scene, effects: Effects, looks: Looks): Moments {
  const { start, until } = scene;
  let left = [...scene.events];
  let now = start;

  const momentOf = ({ at, after, shape }: ScriptEvent): Date | undefined => {
    const since = shape === undefined ? start : effects.asked(shape)?.at;
    if (at !== undefined) return since && at;
    return since && new Date(since.getTime() + after);
  };

  return {
    next({ due, timed, wouldMove }) {
      const placed = left.flatMap((event) => {
        const at = momentOf(event);
        return at ? [{ event, at: new Date(Math.max(at.getTime(), now.getTime())) }] : [];
      });
      const first = Math.min(...placed.map(({ at }) => at.getTime()), due?.getTime() ?? Number.POSITIVE_INFINITY);
      const within = new Date(Math.min(first, until.getTime()));
      const byTime = timed ? firstMove(now, within, wouldMove, looks) : undefined;
      if (looks.left <= 0) return { at: undefined, why: TOO_LONG, events: [], byTime: false };
      const at = byTime ?? (Number.isFinite(first) ? new Date(first) : undefined);
      if (!at) {
        return { at, why: 'nothing of the script is left that it could wait for', events: [], byTime: false };
      }
      if (at > until) return { at, why: '', events: [], byTime: false };
      now = at;
      const events = placed.filter((each) => each.at.getTime() <= at.getTime()).map(({ event }) => event);
      left = left.filter((event) => !events.includes(event));
      return { at, why: '', events, byTime: byTime !== undefined };
    },
    happen(event, at, life) {
      const { activity, shape } = event;
      const about = shape === undefined ? {} : (effects.asked(shape)?.about ?? {});
      const heard = activity
        ? life.happen({ id: activity.id, attributes: { ...about, ...activity.attributes } }, at)
        : [];
      if (activity?.id === 'act::b' && shape !== undefined) effects.outbox.giveBack(shape, at);
      return [...heard, ...life.change(event, at, activity?.id)];
    },
    missed: () =>
      left.map((event) => ({
        event: event.label,
        why: whyMissed(event, effects),
      })),
  };
}

function whyMissed({ shape }: ScriptEvent, effects: Effects): string {
  if (shape === undefined || effects.asked(shape)) return 'the simulation had ended by then';
  return effects.outbox.waiting().some((one) => one.shape === shape)
    ? `the message of ${shape} still waited to be sent`
    : `${shape} sent nothing and asked for nothing`;
}

/**
 * The first moment after `from`, and before `to`, at which a look would move the run: looked for hour by hour, and then
 * to the millisecond.
 */
function firstMove(from: Date, to: Date, wouldMove: (now: Date) => boolean, looks: Looks): Date | undefined {
  let before = from.getTime();
  while (before < to.getTime() - 1 && looks.left > 0) {
    const look = Math.min(before + HOUR_MS, to.getTime() - 1);
    looks.left -= 1;
    if (wouldMove(new Date(look))) {
      let [still, moves] = [before, look];
      while (moves - still > 1) {
        const middle = Math.floor((still + moves) / 2);
        if (wouldMove(new Date(middle))) moves = middle;
        else still = middle;
      }
      return new Date(moves);
    }
    before = look;
  }
  return undefined;
}
