import { durationMs, type PerPerson } from '@tributary/model';
import type { Moment } from './moment.ts';
import type { Effect, Move } from './move.ts';
import type { RunMemory } from './run-state.ts';

const TRIES_MAX = 3;
/** Before a step that failed is tried again: twice as long each time. */
const RETRY_MS = 15 * 60 * 1000;

interface Doing {
  perPerson?: PerPerson | undefined;
  onFailure?: 'skip' | 'retry' | 'exit' | undefined;
  next: string;
}

/**
 * The move of a shape that does something: it is done as often as the shape says, and where it says what becomes of a run
 * whose step fails, the run waits until it is known how it went. `request` is asked only when it is really done; what it
 * asks for may go to several, of whom one is enough.
 */
export function doing(
  shape: Doing,
  moment: Moment,
  request: () => { did: string; effect: Effect },
  { several = 1 } = {},
): Move {
  const { asked } = moment.memory;
  if (asked) return afterAsking(shape, moment, asked);
  if (shape.perPerson !== undefined && hadEnough(shape.perPerson, moment)) {
    return { do: 'go', to: shape.next, did: `passed over: ${had(moment)}` };
  }
  const { did, effect } = request();
  const effects: Effect[] = shape.perPerson === undefined ? [effect] : [effect, { kind: 'done' }];
  if ((shape.onFailure ?? 'skip') === 'skip') return { do: 'go', to: shape.next, did, effects };
  return { do: 'wait', did: `${did}, and waits to hear how it went`, effects, remember: askedFor(moment, 1) };

  function afterAsking(of: Doing, at: Moment, before: NonNullable<RunMemory['asked']>): Move {
    const { times } = before;
    const since = new Date(before.at);
    const outcome = at.outcome(since, several);
    if (!outcome) return { do: 'wait', did: 'waits to hear how it went' };
    if (outcome.ok) return { do: 'go', to: of.next, did: outcome.did ?? 'heard that it went well' };
    if (of.onFailure === 'exit') return { do: 'leave', reason: `a step failed: ${outcome.why}` };
    if (times >= TRIES_MAX) return { do: 'go', to: of.next, did: `goes on after ${times} tries: ${outcome.why}` };
    const again = new Date(since.getTime() + RETRY_MS * 2 ** (times - 1));
    if (at.now < again) {
      const did = `tries again at ${minute(again)}: ${outcome.why}`;
      return {
        do: 'wait',
        until: again,
        did,
        ...(before.told ? {} : { remember: { asked: { ...before, told: true } } }),
      };
    }
    const { did, effect } = request();
    return { do: 'wait', did: `${did}, once more`, effects: [effect], remember: askedFor(at, times + 1) };
  }
}

function askedFor({ now }: Moment, times: number) {
  return { asked: { at: now.toISOString(), times } };
}

function hadEnough(perPerson: NonNullable<PerPerson>, { lastDone, now }: Moment): boolean {
  if (!lastDone) return false;
  return perPerson === 'once' || now.getTime() - lastDone.getTime() < durationMs(perPerson.every);
}

const had = ({ lastDone, now }: Moment): string =>
  lastDone! > now ? `it waits to be sent until ${minute(lastDone!)}` : `had it on ${day(lastDone!)}`;

const day = (at: Date): string => at.toISOString().slice(0, 10);

/** As people read it. */
export const minute = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
