import { folded } from '../../folded.ts';
import type { TextTest } from '../test.ts';
import { ends, isText, not, type Read, text } from './reading.ts';

const one = (how: TextTest['how']): Read => text((value) => ({ test: { kind: 'text', how, value: folded(value) } }));

export const is = one('is');
export const contains = one('contains');
export const starts = one('starts');
export const endsWith = one('ends');

/** Text is compared without regard to case; order is that of the code points. */
export const textOperators = {
  '$str::is': is,
  '$str::is_not': not(is),
  '$str::contains': contains,
  '$str::does_not_contains': not(contains),
  '$str::starts': starts,
  '$str::ends': endsWith,
  '$str::greater_than': one('greater'),
  '$str::less_than': one('less'),
  '$str::between': (body) => {
    const range = ends(body, isText, 'string');
    if (!Array.isArray(range)) return range;
    const [value, to] = range.map(folded) as [string, string];
    return { test: { kind: 'text', how: 'between', value, to } };
  },
} satisfies Record<string, Read>;
