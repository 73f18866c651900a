import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, mock, test } from 'node:test';
import { promisify } from 'node:util';
import { explainPerson } from '../../../src/commands/explain.ts';
import { journeys } from '../../../src/commands/journeys.ts';
import { readConfig } from '../../../src/config.ts';
import { type JourneyWorld, openJourneyWorld, welcome } from '../../support/journey-world.ts';
import { DAY } from '../../support/world.ts';

const MAIN = new URL('../../../src/main.ts', import.meta.url).pathname;
const name = 'Welcome';
let world: JourneyWorld;
before(async () => {
  // Commands go by the machine's clock.
  world = await openJourneyWorld({ beginning: new Date() });
  await world.push(welcome());
});
after(() => world?.close());

const cli = (args: string[], options: Parameters<typeof journeys>[2] = {}): Promise<string[]> =>
  printed((config) => journeys(config, args, options));

/** What a command prints, line by line. */
async function printed(work: (config: ReturnType<typeof readConfig>) => Promise<unknown>): Promise<string[]> {
  const log = mock.method(console, 'log', () => undefined);
  try {
    await work({ ...readConfig({}), databaseUrl: world.databaseUrl });
    return log.mock.calls.flatMap(({ arguments: [line] }) => String(line).split('\n'));
  } finally {
    log.mock.restore();
  }
}
const drafted = async (shapes: object) => {
  const { manage } = world.tributary.journeys;
  const { journey } = await manage.draft(world.ws, { name });
  const draft = welcome({ shapes: { ...(welcome().shapes as object), ...shapes } });
  await manage.saveDraft(world.ws, { name }, { draft, edit: journey.draftEdit, by: 'somebody' });
};

test('a journey is listed, shown, paused and resumed', async () => {
  await world.does('anna@example.com', 'signed-up');
  assert.deepEqual(await cli(['list']), ['on\tWelcome\tversion 1\t1 inside']);
  assert.deepEqual(await cli(['show', name]), [
    '“Welcome” is on, version 1.',
    '1 entered, 1 inside, 0 left, 0 reached the goal',
    'hello\temail\t0 wait\t1 passed',
    'pause\tdelay\t1 wait\t0 passed',
    'later\temail\t0 wait\t0 passed',
    'end\texit\t0 wait\t0 passed',
  ]);
  await cli(['pause', name]);
  await world.pass(3 * DAY);
  assert.deepEqual((await cli(['show', name])).slice(0, 3), [
    '“Welcome” is paused, version 1.',
    '1 entered, 1 inside, 0 left, 0 reached the goal',
    '1 are held by a pause, or by a shape that is off',
  ]);
  await assert.rejects(cli(['archive', name]), { code: 'journey_not_empty' });
  await assert.rejects(cli(['pause', name]), { code: 'journey_state' });
  assert.deepEqual(await cli(['resume', name]), ['“Welcome” goes on.']);
  await world.quiet();
  assert.deepEqual(await world.subjectsTo('anna@example.com'), ['Hello', 'Later']);
});

test('a draft is shown before it is published, and people inside are moved', async () => {
  await world.does('ben@example.com', 'signed-up');
  await drafted({
    hello: { kind: 'email', template: 'Hello', next: 'rest' },
    pause: undefined,
    rest: { kind: 'delay', for: { days: 3 }, next: 'later' },
  });
  await assert.rejects(cli(['publish', name], { move: true, yes: true }), {
    code: 'mapping_wrong',
    message:
      'nobody was moved, and nothing published:\n' +
      '  1 at “pause” of version 1: nothing says where they go on: --map pause=NEW, or --map pause= to end their way',
  });
  await assert.rejects(cli(['publish', name], { move: true, map: ['pause=nowhere'], yes: true }), {
    code: 'mapping_wrong',
    message: /\n {2}--map pause=…: the new version has no shape "nowhere"$/,
  });
  assert.deepEqual(await cli(['compare', name]), [
    '~ shapes.hello.next: “pause” → “rest”',
    '- shapes.pause: {"for":{"days":2},"kind":"delay","next":"later"}',
    '+ shapes.rest: {"for":{"days":3},"kind":"delay","next":"later"}',
  ]);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [MAIN, 'journeys', 'publish', name, '--move', '--map', 'pause=rest'],
    { env: { ...process.env, DATABASE_URL: world.databaseUrl } },
  );
  assert.deepEqual(stdout.trimEnd().split('\n'), [
    '  note   goal: there is no goal: nothing will tell whether the journey helps',
    '  1 at “pause” of version 1 → “rest”',
    'Nothing was published. With --yes it is.',
  ]);
  const done = await cli(['publish', name], { move: true, map: ['pause=rest'], yes: true });
  assert.deepEqual(done.slice(2), ['“Welcome” is on, version 2.', '1 were moved to it, 0 were let go.']);
  await world.quiet();
  assert.deepEqual(await world.runsOf('ben@example.com'), ['rest']);
  assert.deepEqual(await cli(['compare', name, '2', 'live']), ['There is no difference.']);
  await assert.rejects(cli(['compare', name, 'first']), { code: 'unknown_command' });
  await assert.rejects(cli(['publish', name], { map: ['pause'] }), { code: 'unknown_command' });
});

test('people inside are listed, moved on and let go; shapes are switched', async () => {
  await world.does('cleo@example.com', 'signed-up');
  const [cleo, ben, ...none] = await cli(['runs', name], { state: 'inside', shape: 'rest' });
  assert.deepEqual(none, []);
  assert.match(cleo!, /^[0-9a-f]{24}\tcleo@example\.com\trest\t20\d\d-/);
  const newest = cleo!.split('\t')[0]!;
  assert.deepEqual(await cli(['runs', name], { shape: 'rest', limit: '1' }), [
    cleo,
    `1 of 2, the newest first; on with --before ${newest}`,
  ]);
  assert.deepEqual(await cli(['runs', name], { shape: 'rest', limit: '1', before: newest }), [ben]);
  await assert.rejects(cli(['runs', name], { limit: 'all' }), { message: /^--limit "all": write a whole number/ });
  await assert.rejects(cli(['runs', name], { before: 'cleo' }), { message: /^--before "cleo" is not the id of a run/ });
  assert.deepEqual(await cli(['off', name, 'later']), ['“later” of “Welcome” is off, with version 3.']);
  assert.deepEqual(await cli(['move-on', name, cleo!.split('\t')[0]!]), [
    `Run ${cleo!.split('\t')[0]} goes on, without the step it stands at.`,
  ]);
  await world.quiet();
  assert.deepEqual(await world.runsOf('cleo@example.com'), ['later (held)']);
  assert.deepEqual(await cli(['move-on', name, 'later']), ['One person goes on from “later”.']);
  await cli(['end', name, ben!.split('\t')[0]!]);
  await world.quiet();
  assert.deepEqual(await world.runsOf('cleo@example.com'), ['left: completed']);
  assert.deepEqual(await world.runsOf('ben@example.com'), ['left: ended by hand']);
  assert.deepEqual(await cli(['runs', name], { state: 'inside' }), ['No such run.']);
  await assert.rejects(cli(['runs', name], { state: 'asleep' }), { code: 'unknown_command' });
  await assert.rejects(cli(['end', name, 'ben']), { code: 'run_not_found' });
  await assert.rejects(cli(['move-on', name, 'nowhere']), { code: 'shape_not_found' });
});

test('a journey is tried, copied, renamed, put away and brought back; history tells of it', async () => {
  await drafted({
    hello: {
      kind: 'ab',
      variants: [
        { name: 'A', template: 'Offer A', share: 100 },
        { name: 'B', template: 'Offer B', share: 0 },
      ],
      next: 'pause',
    },
  });
  assert.match(
    (await cli(['try', name, 'ben@example.com'], { 'skip-waits': true }))[0]!,
    /^Run [0-9a-f]{24} has begun/,
  );
  await world.quiet();
  assert.ok((await world.subjectsTo('ben@example.com')).includes('Offer A'));
  await cli(['publish', name], { yes: true });
  await world.does('dora@example.com', 'signed-up');
  assert.deepEqual(await cli(['winner', name, 'hello']), [
    'A\tOffer A\t1 sent\t0 opened\t0 clicked',
    'B\tOffer B\t0 sent\t0 opened\t0 clicked',
    'None has won yet.',
  ]);
  assert.equal((await cli(['winner', name, 'hello', 'B'])).at(-1), 'B has won (command line): somebody said so');
  assert.deepEqual(await cli(['duplicate', name], { name: 'Other' }), ['“Other” is a draft that says the same.']);
  assert.deepEqual(await cli(['rename', name, 'Hello']), ['“Welcome” is called “Hello”.']);
  assert.deepEqual(await cli(['archive', 'Hello'], { 'let-go': true }), ['“Hello” is put away.']);
  await cli(['restore', 'Hello']);
  assert.deepEqual(
    (await cli(['list'])).map((line) => line.split('\t')[0]),
    ['draft', 'draft'],
  );
  const told = (await cli(['history', 'Hello'])).map((line) => line.split('\t').slice(1, 3).join(': '));
  assert.deepEqual(told.slice(0, 6), [
    'command line: restored',
    'command line: archived',
    'command line: renamed',
    'command line: duplicated',
    'command line: winner chosen',
    'command line: published',
  ]);
  await assert.rejects(cli(['pause']), { code: 'unknown_command', message: 'write it so: journeys pause NAME' });
  await assert.rejects(cli(['dance']), {
    code: 'unknown_command',
    message: /^write one of:(\n {2}journeys .+)+$/,
  });
});

test('somebody is explained by the journeys they were in; of the others it says how many there are', async () => {
  const explained = async (email: string, o: Parameters<typeof explainPerson>[2] = {}) => {
    const lines = await printed((config) => explainPerson(config, [email], o));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours.
    return lines.map((line) => line.replace(/\u001b\[\d+m/g, '')).filter((line) => /^\S/.test(line));
  };
  await world.push(welcome({ name: 'First' }));
  await world.does('elsa@example.com', 'signed-up');
  await world.push(welcome({ name: 'Second' }));
  assert.deepEqual(await explained('elsa@example.com'), [
    'elsa@example.com',
    'is in “First”',
    'and was never in any of 2 others: --journey NAME says why not, --all of all',
  ]);
  assert.deepEqual(await explained('elsa@example.com', { journey: 'Second' }), [
    'elsa@example.com',
    'is not in “Second”, and never was',
  ]);
  assert.equal((await explained('elsa@example.com', { all: true })).length, 4);
  await world.call('POST', '/v1/person/merge', {
    people: [{ fields: { 'str::email': 'finn@example.com' } }],
    merge_by: ['str::email'],
  });
  assert.deepEqual(await explained('finn@example.com'), [
    'finn@example.com',
    'is not in any of 3 journeys, and never was: --journey NAME says why not, --all of all',
  ]);
});
