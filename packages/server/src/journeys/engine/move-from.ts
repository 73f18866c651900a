import type { Shape, ShapeKind, ShapeOf } from '@tributary/model';
import type { Moment } from './moment.ts';
import type { Move } from './move.ts';
import { action } from './shapes/action.ts';
import { condition } from './shapes/condition.ts';
import { delay } from './shapes/delay.ts';
import { email } from './shapes/email.ts';
import { exit } from './shapes/exit.ts';

/** One pure function a kind; a kind without one does not compile. */
const moves: { readonly [K in ShapeKind]: (shape: ShapeOf<K>, moment: Moment) => Move } = {
  email,
  delay,
  condition,
  action,
  exit,
};

/** The move of a person who stands at this shape at this moment. */
export function moveFrom(shape: Shape, moment: Moment): Move {
  return (moves[shape.kind] as (shape: Shape, moment: Moment) => Move)(shape, moment);
}
