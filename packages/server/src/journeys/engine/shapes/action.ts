import type { ShapeOf } from '@tributary/model';
import type { Move } from '../move.ts';

/** Asks the connector, and goes on: how it went is recorded as an activity. */
export function action(shape: ShapeOf<'action'>): Move {
  return {
    do: 'go',
    to: shape.next,
    did: `asked ${shape.connector} for “${shape.action}”`,
    effect: { kind: 'action', connector: shape.connector, action: shape.action, input: shape.input },
  };
}
