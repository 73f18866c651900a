import type { ShapeOf } from '@tributary/model';
import { doing } from '../doing.ts';
import type { Moment } from '../moment.ts';
import type { Move } from '../move.ts';

/** The version that has won, or until one has, one by chance. */
export function ab(shape: ShapeOf<'ab'>, moment: Moment): Move {
  return doing(shape, moment, () => {
    const name = moment.winner ?? moment.choose(shape.variants, { level: false });
    const variant = shape.variants.find((each) => each.name === name) ?? shape.variants[0]!;
    const by = moment.winner === variant.name ? 'which has won' : 'by chance';
    return {
      did: `asked for the e-mail “${variant.template}”, version ${variant.name}, ${by}`,
      effect: { kind: 'message', content: { channel: 'email', template: variant.template }, sending: shape.sending },
    };
  });
}
