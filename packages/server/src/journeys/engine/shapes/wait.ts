import { durationMs, type ShapeOf } from '@tributary/model';
import { minute } from '../doing.ts';
import type { Moment } from '../moment.ts';
import type { Move } from '../move.ts';

/** Until it happens, or until there has been time enough, counted from when the person arrived. */
export function wait(shape: ShapeOf<'wait'>, moment: Moment): Move {
  if (moment.holds(shape.until)) return { do: 'go', to: shape.next, did: 'what it waited for has happened' };
  if (!shape.atMost) return { do: 'wait', did: 'waits until it happens' };
  const until = new Date(moment.arrived.getTime() + durationMs(shape.atMost));
  if (moment.now >= until) return { do: 'go', to: shape.timeout ?? shape.next, did: 'it did not happen in time' };
  return { do: 'wait', until, did: `waits until it happens, at most until ${minute(until)}` };
}
