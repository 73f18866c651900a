import { z } from 'zod';
import { ab, abShape } from './ab.ts';
import { action, actionShape } from './action.ts';
import { branch, branchShape } from './branch.ts';
import type { ShapeModel } from './common.ts';
import { condition, conditionShape } from './condition.ts';
import { delay, delayShape } from './delay.ts';
import { exit, exitShape } from './exit.ts';
import { goal, goalShape } from './goal.ts';
import { holdOut, holdOutShape } from './hold-out.ts';
import { journey, journeyShape } from './journey.ts';
import { jump, jumpShape } from './jump.ts';
import { message, messageShapes } from './message.ts';
import { split, splitShape } from './split.ts';
import { tag, tagShape } from './tag.ts';
import { update, updateShape } from './update.ts';
import { wait, waitShape } from './wait.ts';

/** Every kind of step in a journey. A new kind starts here; the engine then does not compile until it knows it. */
export const shape = z.discriminatedUnion('kind', [
  ...messageShapes,
  abShape,
  delayShape,
  waitShape,
  conditionShape,
  branchShape,
  splitShape,
  holdOutShape,
  updateShape,
  tagShape,
  journeyShape,
  actionShape,
  goalShape,
  jumpShape,
  exitShape,
]);
export type Shape = z.infer<typeof shape>;
export type ShapeKind = Shape['kind'];
export type ShapeOf<K extends ShapeKind> = Extract<Shape, { kind: K }>;

const models: { readonly [K in ShapeKind]: ShapeModel<ShapeOf<K>> } = {
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

/** What the model knows of a shape by its kind. */
export const modelOf = (step: Shape): ShapeModel<Shape> => models[step.kind] as ShapeModel<Shape>;

/** The shapes a shape leads to. */
export const nextOf = (step: Shape): string[] =>
  modelOf(step)
    .ways(step)
    .map(({ to }) => to);
