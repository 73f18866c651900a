import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { playbook } from '../playbook.ts';
import { playbookJsonSchema } from './json-schema.ts';
import { checkJourney } from './problems.ts';

const PLAYBOOKS = new URL('../../../../playbooks/', import.meta.url);

describe('the text form of a journey as JSON Schema', () => {
  const asTold = z.fromJSONSchema(playbookJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);

  test('takes a playbook that ships, and refuses what the model refuses', async () => {
    const names = (await readdir(PLAYBOOKS)).filter((name) => name.endsWith('.json'));
    assert.ok(names.length > 0);
    for (const name of names) {
      const book = JSON.parse(await readFile(new URL(name, PLAYBOOKS), 'utf8')) as { journey: Record<string, unknown> };
      assert.equal(asTold.safeParse(book).success, true, name);
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

  test('says of an entry without a kind that it is one by an activity', () => {
    const journey = { name: 'A', entry: { activity: 'act::o' }, start: 'a', shapes: { a: { kind: 'exit' } } };
    assert.equal(asTold.safeParse({ journey }).success, true);
  });
});
