import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { playbookJsonSchema } from '@tributary/model';
import { z } from 'zod';
import { readLibrary } from './read.ts';

const journey = { name: 'A', entry: { kind: 'direct' }, start: 'a', shapes: { a: { kind: 'exit' } } };

describe('a folder with journeys', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-read-'));
    await mkdir(join(folder, 'templates'));
  });
  after(() => rm(folder, { recursive: true }));

  test('is read as editors on Windows leave it, with a mark at the beginning of its files', async () => {
    const MARK = '\uFEFF';
    await writeFile(join(folder, 'a.journey.yaml'), `${MARK}journey: ${JSON.stringify(journey)}\r\n`);
    await writeFile(join(folder, 'templates', 'a.html'), `${MARK}---\r\nsubject: Hi\r\n---\r\n<p>Hi</p>\r\n`);
    await writeFile(join(folder, 'templates', 'a.txt'), `${MARK}Hi\r\n`);
    const { faults, books, templates } = await readLibrary(folder);
    assert.deepEqual(faults, []);
    assert.equal(books.length, 1);
    assert.deepEqual(
      templates.map(({ template }) => template),
      [{ subject: 'Hi', html: '<p>Hi</p>', text: 'Hi' }],
    );
  });

  test('takes JSON that names its schema, as the schema does', async () => {
    const file = join(folder, 'b.json');
    const book = { $schema: 'http://127.0.0.1:8080/schemas/journey.json', journey };
    await writeFile(file, JSON.stringify(book));
    assert.deepEqual((await readLibrary(file)).faults, []);
    const schema = z.fromJSONSchema(playbookJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
    assert.equal(schema.safeParse(book).success, true);
  });
});
