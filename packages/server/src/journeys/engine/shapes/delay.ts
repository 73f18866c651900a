import { durationMs, matches, type ShapeOf } from '@tributary/model';
import type { Moment } from '../moment.ts';
import type { Move } from '../move.ts';

/**
 * A pause, counted from the moment the person arrived, not from now: a worker
 * that was down for an hour must not add an hour to everyone's journey.
 */
export function delay(shape: ShapeOf<'delay'>, moment: Moment): Move {
  const until = new Date(moment.arrived.getTime() + durationMs(shape.for));
  if (shape.unless && matches(shape.unless, moment)) {
    return { do: 'go', to: shape.next, did: 'went on at once: what ends the wait has happened' };
  }
  if (moment.now >= until) return { do: 'go', to: shape.next, did: 'waited long enough' };
  return { do: 'wait', until, did: `waits until ${until.toISOString().slice(0, 16).replace('T', ' ')} UTC` };
}
