import type { ShapeOf, Value } from '@tributary/model';
import { doing } from '../doing.ts';
import type { Moment } from '../moment.ts';
import type { Move } from '../move.ts';

/** Changes the person's fields; what the texts say, they say of the person as they are now, read as the field's type. */
export function update(shape: ShapeOf<'update'>, moment: Moment): Move {
  return doing(shape, moment, () => {
    const set = Object.fromEntries(
      Object.entries(shape.set).map(([id, value]) => [
        id,
        typeof value === 'string' ? moment.read(id, moment.render(value)) : (value as Value),
      ]),
    );
    const parts = [
      ...Object.entries(set).map(([id, value]) => `${id} = ${JSON.stringify(value)}`),
      ...shape.clear.map((id) => `${id} emptied`),
    ];
    const tell = (shape.onFailure ?? 'skip') !== 'skip';
    return {
      did: `set ${parts.join(', ')}`,
      effect: { kind: 'change', set, clear: shape.clear, add: [], remove: [], tell },
    };
  });
}
