import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { FaultSwitches } from '@tributary/kommo-sandbox';
import { moves, openScene, opens, passes, play, type Scene, seenOf } from '../support/scene.ts';
import { until } from '../support/until.ts';
import { DAY, openWorld, SECOND, type World } from '../support/world.ts';

const FIRST = 'How did the first call go?';
const CASE = 'How teams like yours cut their sales cycle';
const CALL = 'Daniel Novak: Call Anna Petrova, who has read the case study';
const OPENED_FIRST = `Opened the e-mail “${FIRST}”`;
const OPENED_CASE = `Opened the e-mail “${CASE}”`;

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world?.close());
afterEach(() => world.kommo.faults.clear());

/** Lets the pauses between tries pass, until all is done. */
const comeBack = (): Promise<void> => world.quiet({ pausesPass: true });

/** Several tries, so that each may do harm. */
async function severalTries(): Promise<void> {
  const isApi = ({ path }: { path: string }): boolean => path.startsWith('/api/v4/');
  const count = () => world.kommo.requests().filter(isApi).length;
  const before = count();
  await until('Kommo is asked again and again', () => {
    world.clock.advance(15 * SECOND);
    return count() >= before + 2;
  });
}

async function connection(): Promise<{ state: string; note: string | null }> {
  const [counts] = await world.tributary.connectors.counts(world.db);
  return { state: counts!.state, note: counts!.note };
}

const troubles: Record<string, { faults: Partial<FaultSwitches>; says: { state: string; note: RegExp } }> = {
  'can not be reached': { faults: { offline: true }, says: { state: 'on', note: /no answer/ } },
  'asks for a pause (429)': { faults: { status: 429 }, says: { state: 'on', note: /429/ } },
  'does not take the token (401)': { faults: { status: 401 }, says: { state: 'needs_reconnect', note: /401/ } },
  'fails (500)': { faults: { status: 500 }, says: { state: 'on', note: /500/ } },
};

/** Someone whose case study is about to be found read, so that a note, a field and a task are due at the same time. */
async function aboutToBeCalled(): Promise<Scene> {
  const scene = await openScene(world);
  await play(scene, [
    ['her deal moves to Qualification', moves('Qualification'), {}],
    ['she opens the first mail', opens(FIRST), { mails: [FIRST, CASE], notes: [OPENED_FIRST] }],
    ['almost three days pass', passes({ days: 2.99 }), { tasks: [] }],
  ]);
  return scene;
}

/** While Kommo is in trouble: Anna reads and the time for the call comes; another deal moves. */
async function meanwhile(anna: Scene, other: Scene): Promise<void> {
  await opens(CASE)(anna);
  world.clock.advance(0.02 * DAY);
  moves('Qualification')(other);
}

async function assertOnce(anna: Scene, other: Scene): Promise<void> {
  const { notes, tasks, emailActivity } = await seenOf(anna);
  assert.deepEqual({ notes, tasks }, { notes: [OPENED_FIRST, OPENED_CASE], tasks: [CALL] });
  assert.equal(emailActivity, `Opened “${CASE}”`);
  const theirs = await seenOf(other);
  assert.deepEqual(theirs.mails, [FIRST]);
  assert.deepEqual(theirs.runs, ['until-opened']);
}

for (const [what, { faults, says }] of Object.entries(troubles)) {
  test(`while Kommo ${what}, webhooks are taken and everything waits; then it arrives, each thing once`, async () => {
    const anna = await aboutToBeCalled();
    const other = await openScene(world);
    world.kommo.faults.set(faults);
    await meanwhile(anna, other);
    await severalTries();
    await world.kommo.settled();
    assert.equal(world.kommo.webhookDeliveries().at(-1)!.status, 204);
    await until('a note, a field and a task wait', async () => (await world.pending()).writes === 3);
    assert.ok((await world.pending()).hooks > 0, 'a webhook waits');
    const { state, note } = await connection();
    assert.equal(state, says.state);
    assert.match(note ?? '', says.note);
    world.kommo.faults.clear();
    await comeBack();
    await assertOnce(anna, other);
    assert.deepEqual(await connection(), { state: 'on', note: null });
  });
}

test('while Kommo is slow, everything arrives slowly, once', async () => {
  const anna = await aboutToBeCalled();
  const other = await openScene(world);
  world.kommo.faults.set({ delayMs: 400 });
  await meanwhile(anna, other);
  await world.quiet();
  await assertOnce(anna, other);
});

test('when Kommo fails now and then, everything arrives once', async () => {
  const anna = await aboutToBeCalled();
  const other = await openScene(world);
  world.kommo.faults.set({ failNext: 4 });
  await meanwhile(anna, other);
  await comeBack();
  await assertOnce(anna, other);
});

test('when Kommo does what it is asked and five of its answers are lost, nothing is written twice', async () => {
  const anna = await aboutToBeCalled();
  const other = await openScene(world);
  world.kommo.clearLogs();
  world.kommo.faults.set({ loseNext: 5 });
  await meanwhile(anna, other);
  await comeBack();
  const unanswered = world.kommo.requests().filter(({ status }) => status === 0);
  assert.equal(unanswered.length, 5);
  await assertOnce(anna, other);
});

const appends: Record<string, { path: string; act: (scene: Scene) => unknown }> = {
  note: { path: '/api/v4/leads/notes', act: opens(CASE) },
  task: { path: '/api/v4/tasks', act: passes({ days: 0.02 }) },
};

for (const [what, { path, act }] of Object.entries(appends)) {
  test(`when the answer to the ${what} itself is lost, it is looked for, found, and not written again`, async () => {
    const { kommo } = world;
    const anna = await aboutToBeCalled();
    if (what === 'task') {
      await opens(CASE)(anna);
      await world.quiet();
    }
    kommo.clearLogs();
    kommo.faults.set({ loseNext: 1, loseOnly: `POST ${path}` });
    await act(anna);
    await comeBack();
    const posts = kommo.requests().filter((one) => one.method === 'POST' && one.path.startsWith(path));
    assert.deepEqual(
      posts.map(({ status }) => status),
      [0],
      'written once, and the answer was lost',
    );
    const { notes, tasks } = await seenOf(anna);
    assert.deepEqual(notes, [OPENED_FIRST, OPENED_CASE]);
    assert.deepEqual(tasks, what === 'task' ? [CALL] : []);
  });
}
