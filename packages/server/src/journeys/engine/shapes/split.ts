import type { ShapeOf } from '@tributary/model';
import type { Moment } from '../moment.ts';
import type { Move } from '../move.ts';

/** One way by chance, the same for the same person. */
export function split(shape: ShapeOf<'split'>, moment: Moment): Move {
  const name = moment.choose(shape.branches, { level: shape.level });
  const taken = shape.branches.find((each) => each.name === name) ?? shape.branches[0]!;
  return { do: 'go', to: taken.next, did: `took “${taken.name}” by chance (${taken.share} %)` };
}
