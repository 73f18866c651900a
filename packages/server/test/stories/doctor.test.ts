import assert from 'node:assert/strict';
import { after, before, mock, test } from 'node:test';
import { doctor } from '../../src/commands/doctor.ts';
import { readConfig } from '../../src/config.ts';
import { moves, openScene, type Scene } from '../support/scene.ts';
import { DAY, openWorld, playbook, type World } from '../support/world.ts';

let world: World;
let anna: Scene;
before(async () => {
  world = await openWorld();
  anna = await openScene(world);
});
after(() => world?.close());

/** A journey that gives the deal to this user. */
async function push(user: string): Promise<void> {
  const { journey } = await playbook();
  const { goal: _goal, ...rest } = journey;
  const give = { kind: 'action', connector: 'kommo', action: 'responsible', input: { user }, next: 'end' };
  const entry = { activity: 'act:cm:crm-stage-changed', key: 'str:cm:lead-id' };
  const shapes = { give, end: { kind: 'exit' } };
  await world.push({ ...rest, name: 'Hand over', entry, exits: [], holdOut: 0, start: 'give', shapes });
}
async function moveTo(stage: string): Promise<void> {
  await moves(stage)(anna);
  await world.quiet();
}
const failures = async () => (await world.tributary.connectors.failures(world.db))[0];

/** What the command says of Kommo, and its exit code. */
async function told(): Promise<[number, string]> {
  // It goes by the machine's clock, and the story by its own.
  const shift = Date.now() - world.clock.now().getTime();
  await world.db.query(`update connector_outbox set settled_at = settled_at + $1 * interval '1 millisecond'`, [shift]);
  const log = mock.method(console, 'log', () => undefined);
  try {
    const { databaseUrl } = world;
    const code = await doctor({ ...readConfig({}), databaseUrl, logLevel: 'silent' });
    const lines = log.mock.calls.flatMap(({ arguments: [line] }) => String(line).split('\n'));
    const at = lines.findIndex((line) => line.includes('kommo ('));
    const end = lines.findIndex((line, i) => i > at && !line.startsWith('       '));
    const said = lines.slice(at, end).join('\n');
    return [code, said.replace(/\w{3} \d+ \w{3} \d{4} \d\d:\d\d UTC/, 'THEN').replace(/\d{5,}/, 'N')];
  } finally {
    log.mock.restore();
    await world.db.query(`update connector_outbox set settled_at = settled_at - $1 * interval '1 millisecond'`, [
      shift,
    ]);
  }
}

const WHY = 'responsible for lead:N: there is no user “Nobody” in Kommo';

test('a step that fails is wrong for as long as nothing has changed, and past from then on', async () => {
  await push('Nobody');
  await moveTo('Qualification');
  await moveTo('Proposal sent');
  assert.deepEqual(await told(), [
    1,
    `WRONG  kommo (Larkspur Software): 0 webhooks to read, 0 writes to do, 0 of them failing, 2 failed, 0 unreadable\n       → ${WHY}`,
  ]);

  // Mended, though nobody has come by since.
  await world.pass(1000);
  await push('Priya Shah');
  assert.deepEqual((await failures())?.now, { writes: 0, unreadable: 0, reasons: [] });
  assert.equal((await failures())?.past.writes, 2);

  await moveTo('Negotiation');
  assert.deepEqual(await told(), [
    0,
    `ok     kommo (Larkspur Software): 0 webhooks to read, 0 writes to do, 0 of them failing, 0 failed, 0 unreadable\n       past: 2 writes failed, the last on THEN: ${WHY}`,
  ]);
});

test('that Kommo takes no webhook any more is wrong until it does', async () => {
  const nothing = '0 webhooks to read, 0 writes to do, 0 of them failing, 0 failed, 0 unreadable';
  const past = (await told())[1].split('\n').slice(1).join('\n');
  world.kommo.disableWebhooks();
  world.kommo.faults.set({ status: 402, statusOnly: 'POST /api/v4/webhooks' });
  await world.tributary.connectors.check();
  const words = 'Webhooks need a Kommo plan that has them';
  const [code, said] = await told();
  assert.equal(code, 1);
  assert.match(said, new RegExp(`^WRONG  kommo.*${nothing}\\n       → ${words}.*within ten minutes`));

  world.kommo.faults.clear();
  await world.tributary.connectors.check();
  assert.deepEqual(await told(), [0, `ok     kommo (Larkspur Software): ${nothing}\n${past}`]);
});

test('that nobody can look whether Kommo still calls us is wrong until somebody can', async () => {
  const nothing = '0 webhooks to read, 0 writes to do, 0 of them failing, 0 failed, 0 unreadable';
  world.kommo.faults.set({ status: 403, statusOnly: 'GET /api/v4/webhooks' });
  await assert.rejects(world.tributary.connectors.check(), /403/);
  const [code, said] = await told();
  assert.equal(code, 1);
  assert.match(
    said,
    new RegExp(`^WRONG  kommo.*${nothing}\\n       → What is needed in Kommo can not be looked after: .*403`),
  );

  world.kommo.faults.clear();
  await world.tributary.connectors.check();
  assert.equal((await told())[0], 0);
});

test('one that fails again is wrong again, for a week', async () => {
  await push('Nobody');
  await world.pass(1000);
  await moveTo('Qualification');
  assert.deepEqual([(await failures())?.now.writes, (await failures())?.past.writes], [1, 2]);
  await world.pass(8 * DAY);
  assert.deepEqual([(await failures())?.now.writes, (await failures())?.past.writes], [0, 3]);
});
