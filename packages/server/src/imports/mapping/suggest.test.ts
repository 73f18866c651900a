import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { suggestionFor } from './suggest.ts';

describe('a column that nothing is known of', () => {
  for (const [cells, type] of [
    [['0012', '0034'], 'text'],
    [['01234', '98765'], 'text'],
    [['98765', '01234'], 'text'],
    [['1', '20', '-3'], 'integer'],
    [['0', '1'], 'integer'],
    [['0,5', '1,25'], 'decimal'],
    [['1.5', '007'], 'text'],
    [['+351912345678'], 'phone'],
    [['+351 912 345 678', '912345678'], 'phone'],
    [['+1000000', 'ten'], 'text'],
    [['+1', '-1'], 'integer'],
    [['{"a":1}', '{}'], 'object'],
    [['{"a":1}', '2024-01-02'], 'text'],
    [['03.02.1990', '24.12.1990'], 'date'],
    [['1.3.2024 10:30'], 'time'],
    [['yes', 'no'], 'bool'],
    [['12345678901234567890'], 'text'],
    [['9'.repeat(300)], 'large_text'],
    [['anna@example.com'], 'email'],
    [[], 'text'],
  ] as const) {
    test(`of ${JSON.stringify(cells).slice(0, 60)} could become a field of type ${type}`, () => {
      assert.equal(suggestionFor(cells), type);
    });
  }
});
