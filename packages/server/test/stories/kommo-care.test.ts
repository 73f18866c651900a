import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { moves, openScene, opens, play, type Scene, seenOf } from '../support/scene.ts';
import { until } from '../support/until.ts';
import { openWorld, playbook, type World } from '../support/world.ts';

const FIRST = 'How did the first call go?';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world?.close());
afterEach(() => world.kommo.faults.clear());

const counts = async () => (await world.tributary.connectors.counts(world.db))[0]!;

async function withMail(): Promise<Scene> {
  const scene = await openScene(world);
  await play(scene, [['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST] }]]);
  return scene;
}

test('a note that Kommo fails over every time is given up and shown; the notes of others arrive meanwhile', async () => {
  const [anna, ben, eve] = [await withMail(), await withMail(), await withMail()];
  world.kommo.faults.set({ failHolding: `"entity_id":${anna.deal.id}` });
  for (const scene of [anna, ben]) await opens(FIRST)(scene);
  await until('the other note is there', async () => {
    world.clock.advance(15_000);
    return (await seenOf(ben)).notes.length === 1;
  });
  assert.deepEqual((await seenOf(anna)).notes, []);
  assert.equal((await counts()).failed, 0);
  await opens(FIRST)(eve);
  await until('a note asked for afterwards is not held up', async () => (await seenOf(eve)).notes.length === 1);
  await until(
    'it is given up',
    async () => {
      world.clock.advance(5 * 60_000);
      return (await counts()).failed === 1;
    },
    { everyMs: 200 },
  );
  const { open, suspect, reasons, state, note } = await counts();
  assert.deepEqual({ open, suspect, state, note }, { open: 0, suspect: 0, state: 'on', note: null });
  assert.match(reasons[0]!, /^note for lead.*given up after 11 tries: Kommo failed \(500\)/);
});

test('while Kommo fails over everything, nothing is given up, however long it takes', async () => {
  const anna = await withMail();
  world.kommo.faults.set({ failHolding: `"entity_id":${anna.deal.id}` });
  await opens(FIRST)(anna);
  await until('the note is tried alone', async () => {
    world.clock.advance(15_000);
    return (await counts()).suspect > 0;
  });
  world.kommo.faults.set({ status: 500 });
  // A pause is at most a minute, and the giving up of one alone takes half an hour: this is a day.
  const asked = () => world.kommo.requests().length;
  for (let i = 0; i < 12; i++) {
    const before = asked();
    await until(
      'Kommo is asked again',
      () => {
        world.clock.advance(3_600_000);
        return asked() > before + 1;
      },
      { everyMs: 50 },
    );
  }
  const failed = (await counts()).failed;
  world.kommo.faults.clear();
  await until(
    'the note arrives',
    async () => {
      world.clock.advance(60_000);
      return (await seenOf(anna)).notes.length === 1;
    },
    { everyMs: 100 },
  );
  assert.equal((await counts()).failed, failed);
});

test('settings that Kommo does not take are refused, and those there were go on working', async () => {
  const { connectors, workspace } = world.tributary;
  for (const settings of [
    { url: world.kommo.url, token: 'revoked' },
    { url: 'http://127.0.0.1:9', token: world.kommo.token },
  ]) {
    await assert.rejects(connectors.connect(workspace.id, 'kommo', settings), /401|no answer/);
  }
  const anna = await withMail();
  await play(anna, [['she opens it', opens(FIRST), { notes: [`Opened the e-mail “${FIRST}”`] }]]);
  assert.equal((await counts()).state, 'on');
});

for (const [status, words] of [
  [402, /has run out \(402\)/],
  [403, /\(403\).*administrator/],
] as const) {
  test(`a ${status} when connecting is explained`, async () => {
    const { connectors, workspace } = world.tributary;
    world.kommo.faults.set({ status });
    const settings = { url: world.kommo.url, token: world.kommo.token };
    await assert.rejects(connectors.connect(workspace.id, 'kommo', settings), words);
  });
}

test('money in a task reads as money', async () => {
  const { journey } = await playbook();
  const text = 'Worth {{ activity.deal-value }}, before {{ people.custom.kommo-deal-value }}';
  const shapes = {
    only: { kind: 'action', connector: 'kommo', action: 'note', input: { text }, next: 'end' },
    end: { kind: 'exit', reason: 'done' },
  };
  const { goal: _goal, ...rest } = journey;
  // The playbook holds one in ten out, who would get no task.
  await world.push({ ...rest, holdOut: 0, name: 'Money', start: 'only', shapes, exits: [] });
  const scene = await openScene(world);
  world.kommo.updateLead(scene.deal.id, { price: 12_500 });
  await world.quiet();
  moves('Qualification')(scene);
  // A refusal of the tests before (402) may have made the connection pause for an hour.
  await until(
    'the note is there',
    async () => {
      world.clock.advance(600_000);
      return (await seenOf(scene)).notes.length > 0;
    },
    { everyMs: 100, told: async () => ({ pending: await world.pending(), counts: await counts() }) },
  );
  const { notes } = await seenOf(scene);
  assert.deepEqual(notes, ['Worth 12500, before 12500']);
});
