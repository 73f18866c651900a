import { z } from 'zod';
import { actionShape } from './action.ts';
import { conditionShape } from './condition.ts';
import { delayShape } from './delay.ts';
import { emailShape } from './email.ts';
import { exitShape } from './exit.ts';

/** Every kind of step in a journey. A new kind starts here; the engine then does not compile until it knows it. */
export const shape = z.discriminatedUnion('kind', [emailShape, delayShape, conditionShape, actionShape, exitShape]);
export type Shape = z.infer<typeof shape>;
export type ShapeKind = Shape['kind'];
export type ShapeOf<K extends ShapeKind> = Extract<Shape, { kind: K }>;

/** The shapes a shape leads to. */
export function nextOf(step: Shape): string[] {
  switch (step.kind) {
    case 'condition':
      return [step.yes, step.no];
    case 'exit':
      return [];
    default:
      return [step.next];
  }
}
