import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  decisive,
  type Explained,
  explain,
  type Fields,
  type Filter,
  type Happened,
  type Leaf,
  leafOf,
  matches,
  occurrenceOf,
} from '@tributary/model';
import fc from 'fast-check';
import { filters, NOW, people } from './test/arbitrary.ts';

const CASES = Number(process.env.FILTER_CASES ?? 2000);

interface Known {
  fields: Fields;
  now: Date;
  activities(condition: Leaf): Happened[];
}

const known = people.map(({ fields, tags, did }): Known => {
  const happened = did.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  return {
    fields: tags.length > 0 ? { ...fields, tags } : fields,
    now: NOW,
    activities: ({ fieldId }) => happened.filter(({ id }) => id === fieldId),
  };
});

describe('why a filter holds', () => {
  test(`the explanation says what the evaluator says, in ${CASES} random cases, and adds up`, () => {
    fc.assert(
      fc.property(filters, known, (filter, facts) => {
        const explained = explain(filter, facts);
        assert.equal(explained.holds, matches(filter, facts));
        addsUp(explained, facts);
      }),
      { numRuns: CASES },
    );
  });

  test('what is decisive alone decides: were each of these the other way round, so would be the whole', () => {
    fc.assert(
      fc.property(filters, known, (filter, facts) => {
        fc.pre(!/\[\]/.test(JSON.stringify(filter)));
        const explained = explain(filter, facts);
        const turned = new Set(decisive(explained));
        const other = (part: Explained): boolean => {
          if (!('group' in part)) return turned.has(part) ? !part.holds : part.holds;
          return part.group === 'all' ? part.parts.every(other) : part.parts.some(other);
        };
        assert.equal(other(explained), !explained.holds);
      }),
      { numRuns: CASES },
    );
  });

  test('an answer that was found elsewhere is told as such', () => {
    const condition: Filter = { $is_member_of: { audience_id: 'a' } };
    const explained = explain(condition, { fields: {}, now: NOW, known: () => true, source: () => 'as was assumed' });
    assert.deepEqual(explained, {
      holds: true,
      asked: 'is in the audience “a”',
      was: 'yes, as was assumed',
      condition,
    });
  });

  test('an activity that does not count says why', () => {
    const facts = {
      fields: {},
      now: NOW,
      activities: () => [{ at: new Date('2028-02-01T00:00:00Z'), attributes: { 'str::jsi': 'other' } }],
    };
    const filter = {
      '$act::has_occurred': { field_id: 'act::o', filter: { '$str::is': { field_id: 'str::jsi', value: 'first' } } },
    };
    const explained = explain(filter, facts);
    assert.ok('occurrences' in explained);
    assert.equal(explained.was, 'it has not occurred (once otherwise)');
    assert.deepEqual(
      explained.occurrences?.map(({ why }) => why),
      ['str::jsi is “first”: it was “other”'],
    );
  });
});

/** Each group follows from its parts, and what counts of an activity from its occurrences. */
function addsUp(explained: Explained, facts: Known): void {
  if ('group' in explained) {
    const { group, parts, holds } = explained;
    assert.equal(holds, group === 'all' ? parts.every((part) => part.holds) : parts.some((part) => part.holds));
    for (const part of parts) addsUp(part, facts);
    return;
  }
  assert.ok(explained.asked.length > 0 && explained.was.length > 0);
  const leaf = leafOf(explained.condition)!;
  if (!explained.occurrences) return;
  const { atLeast, atMost } = occurrenceOf(leaf.body, facts.now) as { atLeast: number; atMost: number };
  const counting = explained.occurrences.filter(({ counts }) => counts).length;
  const occurred = counting >= atLeast && counting <= atMost;
  const one = leaf.operator === '$act::first' || leaf.operator === '$act::last';
  assert.equal(
    explained.holds,
    leaf.operator === '$act::has_not_occurred' ? !occurred : one ? counting === 1 : occurred,
  );
  for (const { counts, why } of explained.occurrences) assert.equal(counts, why === undefined);
}
