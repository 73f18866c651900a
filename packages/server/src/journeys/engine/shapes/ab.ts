import type { ShapeOf } from '@tributary/model';
import { doing } from '../doing.ts';
import type { Moment } from '../moment.ts';
import type { Move } from '../move.ts';

/** The version that has won, or until one has, one by chance. */
export function ab(shape: ShapeOf<'ab'>, moment: Moment): Move {
  return doing(shape, moment, () => {
    const named = (name: string | undefined) => shape.variants.find((each) => each.name === name);
    // One that has won in a version that knew it has not won here.
    const won = named(moment.winner);
    const variant = won ?? named(moment.choose(shape.variants, { level: false })) ?? shape.variants[0]!;
    const by = won ? 'which has won' : 'by chance';
    return {
      did: `asked for the e-mail “${variant.template}”, version ${variant.name}, ${by}`,
      effect: { kind: 'message', content: { channel: 'email', template: variant.template }, sending: shape.sending },
    };
  });
}
