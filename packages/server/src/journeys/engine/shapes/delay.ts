import { durationMs, momentOf, nextWithin, type ShapeOf } from '@tributary/model';
import { minute } from '../doing.ts';
import type { Moment } from '../moment.ts';
import type { Move } from '../move.ts';

/**
 * A pause, counted from the moment the person arrived, not from now: a worker
 * that was down for an hour must not add an hour to everyone's journey.
 */
export function delay(shape: ShapeOf<'delay'>, moment: Moment): Move {
  if (shape.unless && moment.holds(shape.unless)) {
    return { do: 'go', to: shape.next, did: 'went on at once: what ends the wait has happened' };
  }
  const until = endOf(shape, moment);
  if (moment.now >= until) return { do: 'go', to: shape.next, did: 'waited long enough' };
  return { do: 'wait', until, did: `waits until ${minute(until)}` };
}

function endOf({ for: length, until, within }: ShapeOf<'delay'>, moment: Moment): Date {
  const zone = (name: string): string => (name === 'person' ? moment.timezone : name);
  let end = new Date(moment.arrived.getTime() + (length ? durationMs(length) : 0));
  if (until) {
    const known = until.of === 'entry' ? moment.entry : moment.fields;
    const date = momentOf(known[until.field], { ...until, timezone: zone(until.timezone) });
    if (date && date > end) end = date;
  }
  // Whoever was kept here past the end, by a pause or an outage, goes on at the right time of the week as well.
  return within ? nextWithin(within, end > moment.now ? end : moment.now, zone(within.timezone)) : end;
}
