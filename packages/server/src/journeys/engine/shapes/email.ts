import type { ShapeOf } from '@tributary/model';
import type { Move } from '../move.ts';

/** Puts the e-mail into the outbox, and goes on: what becomes of it comes back as activities. */
export function email(shape: ShapeOf<'email'>): Move {
  return {
    do: 'go',
    to: shape.next,
    did: `asked for the e-mail “${shape.template}”`,
    effect: { kind: 'email', template: shape.template },
  };
}
