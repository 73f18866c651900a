import type { ShapeOf } from '@tributary/model';
import { doing } from '../doing.ts';
import type { Moment } from '../moment.ts';
import type { Move } from '../move.ts';

/** Into another journey, or out of it. */
export function journey(shape: ShapeOf<'journey'>, moment: Moment): Move {
  const tell = (shape.onFailure ?? 'skip') !== 'skip';
  return doing(shape, moment, () => ({
    did: shape.do === 'add' ? `put into “${shape.journey}”` : `taken out of “${shape.journey}”`,
    effect: { kind: 'pass', do: shape.do, journey: shape.journey, tell },
  }));
}
