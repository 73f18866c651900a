import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkJourney, playbook, playbookJsonSchema } from '@tributary/model';
import fc from 'fast-check';
import { z } from 'zod';
import { readLibrary } from './read.ts';
import { journeys } from './test/arbitrary.ts';

const PLAYBOOKS = fileURLToPath(new URL('../../../../playbooks/', import.meta.url));

describe('the text form of a journey as JSON Schema', () => {
  const asTold = z.fromJSONSchema(playbookJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);

  test('takes the playbooks that ship, and refuses what the model refuses', async () => {
    const { books } = await readLibrary(PLAYBOOKS);
    assert.ok(books.length > 7);
    for (const { source } of books) {
      const book = source.data as { journey: Record<string, unknown> };
      assert.deepEqual(asTold.safeParse(book).error?.issues ?? [], [], source.file);
      const { journey } = book;
      const wrong: object[] = [
        { ...book, unheard: 1 },
        { ...book, templates: { A: { subject: 'no html' } } },
        { ...book, fields: [{ name: 'A', type: 'colour' }] },
        { ...book, journey: { ...journey, holdOut: 2 } },
        { ...book, journey: { ...journey, exits: [{ $unheard: {} }] } },
        { ...book, journey: { ...journey, exits: [{ $and: [{ $unheard: {} }] }] } },
        { ...book, journey: { ...journey, shapes: { a: { kind: 'email', next: 'a' } } } },
        { ...book, journey: { ...journey, entry: { kind: 'unheard' } } },
        { ...book, journey: { ...journey, entry: {} } },
      ];
      for (const each of wrong) {
        const ours = playbook.safeParse(each);
        const right = ours.success && 'journey' in checkJourney(ours.data.journey);
        assert.equal(right, false, JSON.stringify(each).slice(0, 100));
        assert.equal(asTold.safeParse(each).success, false, JSON.stringify(each).slice(0, 100));
      }
    }
  });

  test('takes whatever the model takes, in random journeys', () => {
    fc.assert(
      fc.property(journeys, ({ journey }) => {
        assert.deepEqual(asTold.safeParse({ journey }).error?.issues ?? [], []);
      }),
      { numRuns: 200 },
    );
  });

  test('says of an entry without a kind that it is one by an activity', () => {
    const journey = { name: 'A', entry: { activity: 'act::o' }, start: 'a', shapes: { a: { kind: 'exit' } } };
    assert.equal(asTold.safeParse({ journey }).success, true);
  });
});
