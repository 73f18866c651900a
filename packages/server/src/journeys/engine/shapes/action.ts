import type { ShapeOf } from '@tributary/model';
import { doing } from '../doing.ts';
import type { Moment } from '../moment.ts';
import type { Move } from '../move.ts';

/** Asks the connector: how it went is recorded as an activity. */
export function action(shape: ShapeOf<'action'>, moment: Moment): Move {
  const { connector, action: name, input } = shape;
  return doing(shape, moment, () => ({
    did: `asked ${connector} for “${name}”`,
    effect: { kind: 'action', connector, action: name, input },
  }));
}
