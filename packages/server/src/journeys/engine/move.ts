import type { Shape, ShapeKind, ShapeOf } from '@tributary/model';
import type { Moment } from './moment.ts';
import { action } from './shapes/action.ts';
import { condition } from './shapes/condition.ts';
import { delay } from './shapes/delay.ts';
import { email } from './shapes/email.ts';
import { exit } from './shapes/exit.ts';

/** Something a move sets off. It is written in the same transaction as the move. */
export type Effect =
  | { kind: 'email'; template: string }
  | { kind: 'action'; connector: string; action: string; input: Readonly<Record<string, string | number | boolean>> };

/** What a shape makes of a moment: on to the next, waiting here, or the end. `did` is for people to read. */
export type Move =
  | { do: 'go'; to: string; did: string; effect?: Effect }
  | { do: 'wait'; until: Date; did: string }
  | { do: 'leave'; reason: string };

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
