import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { publicId } from '@tributary/model';
import { type Own, openOwn } from './test/support.ts';

describe('the id of somebody who has become another', () => {
  let own: Own;
  let anna = '';
  let ann = '';
  before(async () => {
    own = await openOwn();
    const made = async (email: string, activity: object = {}): Promise<string> => {
      const item = { who: { by: ['str::email'] }, fields: { 'str::email': email }, source: 'API', ...activity };
      const [outcome] = await own.people.record(own.ws, [item]);
      assert.ok(outcome && 'personId' in outcome);
      return outcome.personId;
    };
    const survivor = await made('anna@example.com');
    const absorbed = await made('ann@example.com', { activity: { id: 'act::o', attributes: {} } });
    await own.people.identity.unite(own.ws, { people: [survivor, absorbed], survivor, by: 'a test' });
    [anna, ann] = [publicId(survivor), publicId(absorbed)];
  });
  after(() => own.close());

  test('finds them in exports', async () => {
    for (const path of [
      `people.ndjson?fields=str::email&ids=${ann}`,
      `people.ndjson?fields=str::email&ids=${ann},${anna}`,
    ]) {
      const { text } = await own.call('GET', `/api/exports/${path}`);
      assert.deepEqual(
        text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).id),
        [anna],
        path,
      );
    }
    const { text } = await own.call('GET', `/api/exports/activities.ndjson?people=${ann}`);
    const told = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.ok(
      told.some(({ activity_id }) => activity_id === 'act::o'),
      text,
    );
  });

  test('is the same in the dry run of an import as in the import', async () => {
    const sent = await own.call('POST', '/api/imports?kind=people&name=x.csv', `person_id,Last name\n${ann},Petrova\n`);
    const tried = await own.call('POST', `/api/imports/${sent.json.id}/check`);
    assert.deepEqual([tried.json.merged, tried.json.rejected], [1, 0], tried.text);
    const { progress } = await own.take('people', `person_id,Last name\n${ann},Petrova\n`);
    assert.deepEqual([progress.merged, progress.rejected], [1, 0]);
  });
});
