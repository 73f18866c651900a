import assert from 'node:assert/strict';
import { after, before, mock, test } from 'node:test';
import { publicId } from '@tributary/model';
import { createKey } from '../../../src/access/index.ts';
import { explainPerson } from '../../../src/commands/explain.ts';
import { journeys } from '../../../src/commands/journeys.ts';
import { readConfig } from '../../../src/config.ts';
import { type JourneyWorld, openJourneyWorld, welcome } from '../../support/journey-world.ts';

const ANNA = 'anna@example.com';
const LONG = `Wants ${'very '.repeat(100)}much`;
let world: JourneyWorld;
let id: string;
let run: string;
before(async () => {
  // Commands go by the machine's clock.
  world = await openJourneyWorld({ beginning: new Date() });
  const shapes = welcome().shapes as Record<string, object>;
  id = await world.push(welcome({ shapes: { ...shapes, pause: { ...shapes.pause, title: 'A breather' } } }));
  await world.call('POST', '/v1/person/custom-field/create', { name: 'Remark', type: 'large_text' });
  await world.does(ANNA, 'signed-up');
  run = (await world.call('GET', `/api/journeys/${id}/runs`)).json.runs[0].id;
});
after(() => world?.close());

/** What a command prints, line by line, without colours. */
async function printed(work: (config: ReturnType<typeof readConfig>) => Promise<unknown>): Promise<string[]> {
  const log = mock.method(console, 'log', () => undefined);
  try {
    await work({ ...readConfig({}), databaseUrl: world.databaseUrl, logLevel: 'silent' });
    const lines = log.mock.calls.flatMap(({ arguments: [line] }) => String(line).split('\n'));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours.
    return lines.map((line) => line.replace(/\u001b\[\d+m/g, ''));
  } finally {
    log.mock.restore();
  }
}

async function pageOf(email: string): Promise<string> {
  const { key } = await createKey(world.db, world.tributary.workspace, 'Looks', world.clock.now());
  const authorization = `Basic ${Buffer.from(`x:${key}`).toString('base64')}`;
  const page = await fetch(`${world.tributary.url}/people?email=${email}`, { headers: { authorization } });
  return page.text();
}

test('a step goes by its title wherever people read of it, and by its id where it has none', async () => {
  const failed = {
    id: 'act::fja',
    attributes: { 'idt::jri': run, 'str::cn': 'Welcome', 'str::jsi': 'pause', 'str::jsl': 'no answer' },
  };
  const person = (await world.tributary.people.findByEmail(world.db, world.ws, ANNA))!;
  const item = { who: { personId: person }, fields: {}, source: 'Journey', activity: failed };
  await world.tributary.people.record(world.ws, [item]);
  await world.quiet();
  const page = await pageOf(ANNA);
  assert.match(page, /<small>· <a href="\/journeys\/1"><bdi>Welcome<\/bdi><\/a> · <bdi>A breather<\/bdi><\/small>/);
  assert.match(page, /<small>· <a href="\/journeys\/1"><bdi>Welcome<\/bdi><\/a> · <bdi>hello<\/bdi><\/small>/);
  assert.match(page, /<div class="soft"><bdi>Welcome<\/bdi> · <bdi>A breather<\/bdi> · <bdi>no answer<\/bdi><\/div>/);

  const lines = await printed((config) => explainPerson(config, [ANNA], { journey: 'Welcome' }));
  assert.ok(
    lines.some((line) => /^ {4}\S+ \S+ UTC {2}A breather: waits until /.test(line)),
    lines.join('\n'),
  );
  assert.ok(lines.some((line) => /^ {4}\S+ \S+ UTC {2}A breather: it failed: no answer$/.test(line)));
  assert.ok(lines.some((line) => /^ {4}\S+ \S+ UTC {2}hello: asked for the e-mail “Hello”/.test(line)));
  assert.ok(lines.some((line) => line.startsWith('    now: stands at “A breather”')));
  const asked = await printed((config) => explainPerson(config, [ANNA], { journey: 'Welcome', shape: 'pause' }));
  assert.match(asked[3]!, / came to “A breather”$/);

  const simulated = await printed((config) =>
    journeys(config, ['simulate', 'Welcome'], { person: ANNA, days: '1', anyway: true }),
  );
  assert.ok(
    simulated.some((line) => line.startsWith('  A breather  waits until')),
    simulated.join('\n'),
  );
  assert.ok(simulated.includes('Is inside, at A breather.'), simulated.join('\n'));
});

test('where its id is asked for next, both are there', async () => {
  const cli = (...args: string[]) => printed((config) => journeys(config, args, {}));
  assert.ok((await cli('show', 'Welcome')).includes('pause (A breather)\tdelay\t1 wait\t0 passed'));
  assert.match((await cli('runs', 'Welcome'))[0]!, /\tpause \(A breather\)\t/);
  const { runs } = (await world.call('GET', `/api/journeys/${id}/runs`)).json;
  assert.deepEqual([runs[0].shape, runs[0].title], ['pause', 'A breather']);
  const { moves } = (await world.call('GET', `/api/journeys/${id}/runs/${run}`)).json;
  assert.deepEqual(
    moves.map((move: Record<string, unknown>) => [move.shape, move.title]),
    [
      ['hello', undefined],
      ['pause', 'A breather'],
    ],
  );
  const { json } = await world.call('GET', `/api/people/${ANNA}/explain?journey=Welcome`);
  const [explained] = json.journeys[0].runs;
  assert.deepEqual([explained.shape, explained.title], ['pause', 'A breather']);
  assert.deepEqual([explained.messages[0].shape, explained.messages[0].title], ['hello', undefined]);
  assert.deepEqual([explained.failures[0].shape, explained.failures[0].title], ['pause', 'A breather']);
  const played = await world.call('POST', `/api/journeys/simulate`, {
    journey: 'Welcome',
    person: ANNA,
    days: 1,
    anyway: true,
  });
  assert.equal(played.json.paths[0].end.title, 'A breather');
});

test('a value that is too long for a page is there as a whole when it is opened', async () => {
  await world.call('POST', '/v1/person/merge', {
    people: [{ fields: { 'str::email': ANNA, 'txt:cm:remark': `${LONG}\nand <b>more</b>`, 'str::first': 'Anna' } }],
    merge_by: ['str::email'],
  });
  const page = await pageOf(ANNA);
  const start = LONG.slice(0, 240).trimEnd();
  assert.ok(
    page.includes(
      `<details class="whole"><summary><span><bdi>${start}</bdi>… </span><b></b></summary><div><bdi>${LONG}\nand &#60;b&#62;more&#60;/b&#62;</bdi></div></details>`,
    ),
    page,
  );
  assert.ok(page.includes('<td><bdi>Anna</bdi></td>'), 'what is short stands as it is');
  assert.ok(!page.includes('<script'));
});

test('a run that is parked is listed by both', async () => {
  const [number] = (await world.db.query('select id from run')).rows;
  await world.db.query(`update run set parked_error = 'odd' where id = $1`, [number.id]);
  const lines: string[] = [];
  for (const each of await world.tributary.journeys.parked(world.db, world.ws, 10))
    lines.push(`${publicId(each.id, 'run')} ${each.shapeId} ${each.title}`);
  assert.deepEqual(lines, [`${run} pause A breather`]);
});
