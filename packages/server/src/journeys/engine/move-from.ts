import type { Shape, ShapeKind, ShapeOf } from '@tributary/model';
import type { Moment } from './moment.ts';
import type { Move } from './move.ts';
import { ab } from './shapes/ab.ts';
import { action } from './shapes/action.ts';
import { branch } from './shapes/branch.ts';
import { condition } from './shapes/condition.ts';
import { delay } from './shapes/delay.ts';
import { exit } from './shapes/exit.ts';
import { goal } from './shapes/goal.ts';
import { holdOut } from './shapes/hold-out.ts';
import { journey } from './shapes/journey.ts';
import { jump } from './shapes/jump.ts';
import { message } from './shapes/message.ts';
import { split } from './shapes/split.ts';
import { tag } from './shapes/tag.ts';
import { update } from './shapes/update.ts';
import { wait } from './shapes/wait.ts';

/** One pure function a kind; a kind without one does not compile. */
const moves: { readonly [K in ShapeKind]: (shape: ShapeOf<K>, moment: Moment) => Move } = {
  email: message,
  sms: message,
  push: message,
  inapp: message,
  webhook: message,
  notice: message,
  slack: message,
  ab,
  delay,
  wait,
  condition,
  branch,
  split,
  'hold-out': holdOut,
  update,
  tag,
  journey,
  action,
  goal,
  jump,
  exit,
};

/** The move of a person who stands at this shape at this moment. */
export function moveFrom(shape: Shape, moment: Moment): Move {
  return (moves[shape.kind] as (shape: Shape, moment: Moment) => Move)(shape, moment);
}
