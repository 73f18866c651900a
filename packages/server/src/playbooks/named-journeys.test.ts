import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { publicJourneyId } from '../journeys/index.ts';
import { diff } from './diff.ts';
import { pull } from './pull.ts';
import { push } from './push.ts';
import { readLibrary } from './read.ts';
import { openShelf, type TestShelf } from './test/shelf.ts';

const journey = (name: string, exit: string): string => `journey:
  name: ${name}
  entry: { kind: activity, activity: act::o, filter: { } }
  exits:
    - ${exit}
  start: end
  shapes:
    end: { kind: exit }
`;
// Each names the other, and the second itself.
const FIRST = journey('First', '$is_member_of_campaign: { campaign_id: Second }');
const SECOND = journey(
  'Second',
  '$or: [{ $has_started_campaign: { campaign_id: first } }, { $has_left_campaign: { value: Second } }]',
);

describe('journeys that name each other in conditions', () => {
  let shelf: TestShelf;
  before(async () => {
    shelf = await openShelf();
    await shelf.write({ 'a/1.journey.yaml': FIRST, 'a/2.journey.yaml': SECOND });
  });
  after(() => shelf.close());

  const folder = (name: string): string => join(shelf.folder, name);
  const pushed = async (name: string, dryRun = false) =>
    (await push(shelf, shelf.ws, await readLibrary(folder(name)), { dryRun })).map(
      (each) => `${each.name} ${each.did}${each.warnings?.some(({ at }) => at.startsWith('exits')) ? ' (noted)' : ''}`,
    );
  const differing = async (name: string) =>
    (await diff(shelf, shelf.ws, await readLibrary(folder(name)))).map((each) => `${each.name} ${each.is}`);
  const exitsOf = async (name: string) => {
    const found = await shelf.journeys.definitions.find(shelf.db, shelf.ws, name);
    return (found!.definition as { exits: unknown[] }).exits;
  };

  test('are compared and tried before either is there', async () => {
    assert.deepEqual(await differing('a'), ['First here', 'Second here']);
    assert.deepEqual(await pushed('a', true), ['First new', 'Second new']);
    assert.deepEqual(await shelf.journeys.list(shelf.db, shelf.ws), []);
  });

  test('are pushed together, stored with ids, and pushed again without a change', async () => {
    assert.deepEqual(await pushed('a'), ['First new', 'Second new']);
    const ids = new Map(
      (await shelf.journeys.list(shelf.db, shelf.ws)).map((each) => [each.name, publicJourneyId(each)]),
    );
    assert.deepEqual(await exitsOf('First'), [{ $is_member_of_campaign: { campaign_id: ids.get('Second') } }]);
    assert.deepEqual(await exitsOf('Second'), [
      {
        $or: [
          { $has_started_campaign: { campaign_id: ids.get('First') } },
          { $has_left_campaign: { value: ids.get('Second') } },
        ],
      },
    ]);
    const { rows } = await shelf.db.query('select name, state, live_version as version, draft from journey order by 1');
    assert.deepEqual(rows, [
      { name: 'First', state: 'on', version: 1, draft: null },
      { name: 'Second', state: 'on', version: 1, draft: null },
    ]);
    assert.deepEqual(await pushed('a'), ['First unchanged', 'Second unchanged']);
    assert.deepEqual(await differing('a'), []);
  });

  test('are pulled with names, and the way back changes nothing', async () => {
    await pull(shelf, shelf.ws, folder('b'));
    const files = await shelf.read();
    assert.match(files['b/first.journey.yaml']!, /campaign_id: Second/);
    assert.match(files['b/second.journey.yaml']!, /campaign_id: First/);
    assert.match(files['b/second.journey.yaml']!, /value: Second/);
    assert.deepEqual(await pushed('b'), ['First unchanged', 'Second unchanged']);
    assert.deepEqual(await differing('b'), []);
    const again = (await pull(shelf, shelf.ws, folder('a'))).map(({ did }) => did);
    assert.deepEqual(again, ['unchanged', 'unchanged']);
    assert.equal((await shelf.read())['a/2.journey.yaml'], SECOND);
  });

  test('are pulled by the name that one was given since, and a name of nothing is told with its place', async () => {
    await shelf.journeys.manage.rename(shelf.ws, { name: 'First' }, { name: 'Foremost', by: 'a test' });
    assert.deepEqual((await pull(shelf, shelf.ws, folder('a'))).map(({ did }) => did).sort(), [
      'left',
      'rewritten',
      'written',
    ]);
    assert.match((await shelf.read())['a/2.journey.yaml']!, /campaign_id: Foremost/);
    await shelf.write({ 'c/1.journey.yaml': journey('Third', '$has_left_campaign: { campaign_id: Nowhere }') });
    await assert.rejects(pushed('c'), (error: Error) => {
      assert.match(error.message, /1\.journey\.yaml:5:\d+: .*campaign_id: there is no journey "Nowhere"$/);
      return true;
    });
  });
});
