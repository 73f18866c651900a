import type { TextTest } from '../test.ts';
import { isWrong, not, number, type Read, texts } from './reading.ts';
import { contains, endsWith, is, starts } from './text.ts';

const all = texts((values) => ({ test: { kind: 'list', how: 'all', values } }));
const any = texts((values) => ({ test: { kind: 'list', how: 'any', values } }));
const same = texts((values) => ({ test: { kind: 'list', how: 'same', values } }));
const sequence = texts((values) => ({ test: { kind: 'list', how: 'sequence', values } }));
const fewer = number((under) => ({ test: { kind: 'length', under } }));
const more = number((over) => ({ test: { kind: 'length', over } }));
const exactly = number((is) => ({ test: { kind: 'length', is } }));

/** A test of text, asked of the first or the last item. */
const item =
  (which: 'first' | 'last', read: Read): Read =>
  (body) => {
    const asked = read(body);
    return isWrong(asked) ? asked : { ...asked, test: { kind: 'item', which, test: asked.test as TextTest } };
  };

const items = <K extends 'set' | 'list', W extends 'first' | 'last'>(kind: K, which: W) =>
  ({
    [`$str::${kind}_${which}_item_is`]: item(which, is),
    [`$str::${kind}_${which}_item_is_not`]: not(item(which, is)),
    [`$str::${kind}_${which}_item_contains`]: item(which, contains),
    [`$str::${kind}_${which}_item_does_not_contains`]: not(item(which, contains)),
    [`$str::${kind}_${which}_item_starts`]: item(which, starts),
    [`$str::${kind}_${which}_item_ends`]: item(which, endsWith),
  }) as Record<`$str::${K}_${W}_item_${'is' | 'is_not' | 'contains' | 'does_not_contains' | 'starts' | 'ends'}`, Read>;

/**
 * Lists of text: multi-selects and tags (sets), and lists in activities. A set
 * is the same in any order, a list is not. Nothing counts as an empty list.
 */
export const listOperators = {
  '$str::set_is': same,
  '$str::set_is_not': not(same),
  '$str::set_contains': all,
  '$str::set_contains_any': any,
  '$str::set_does_not_contains': not(any),
  '$str::set_contains_less_than': fewer,
  '$str::set_contains_more_than': more,
  '$str::set_has_exactly': exactly,
  ...items('set', 'first'),
  ...items('set', 'last'),
  '$str::list_is': sequence,
  '$str::list_is_not': not(sequence),
  '$str::list_contains': all,
  '$str::list_contains_any': any,
  '$str::list_does_not_contains': not(any),
  '$str::list_contains_less_than': fewer,
  '$str::list_contains_more_than': more,
  '$str::list_has_exactly': exactly,
  ...items('list', 'first'),
  ...items('list', 'last'),
} satisfies Record<string, Read>;
