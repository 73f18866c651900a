import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { publicId } from '@tributary/model';
import { createKey } from '../../src/access/index.ts';
import { moves, openScene, passes, runsOf, type Scene, timelineOf } from '../support/scene.ts';
import { until } from '../support/until.ts';
import { openWorld, playbook, type World } from '../support/world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world?.close());
afterEach(() => world.kommo.faults.clear());

type Step = [action: string, input: Record<string, string | number | boolean>];

/** A journey that asks Kommo for these things, one after the other, as soon as its entry happens. */
async function pushSteps(name: string, steps: readonly Step[], entry: Record<string, unknown>): Promise<void> {
  const { journey } = await playbook();
  const { goal: _goal, ...rest } = journey;
  const shapes = Object.fromEntries(
    steps.map(([action, input], i) => [
      `s${i}`,
      { kind: 'action', connector: 'kommo', action, input, next: i + 1 < steps.length ? `s${i + 1}` : 'end' },
    ]),
  );
  const end = { end: { kind: 'exit', reason: 'done' } };
  await world.push({ ...rest, name, entry, exits: [], holdOut: 0, start: 's0', shapes: { ...shapes, ...end } });
}

const whenAt = (stage: string) => ({
  activity: 'act:cm:crm-stage-changed',
  filter: { '$str::is': { field_id: 'str:cm:stage', value: stage } },
  key: 'str:cm:lead-id',
});

const everything: readonly Step[] = [
  ['note', { text: 'Reads everything, {{ people.first-name }}' }],
  ['field', { field: 'Use case', value: 'Came from {{ activity.stage }}' }],
  ['field', { field: 'Products', value: 'Core, API access' }],
  ['field', { on: 'contact', field: 'Role', value: 'Decision maker' }],
  ['stage', { stage: 'Negotiation' }],
  ['responsible', { user: 'priya.shah@larkspur.example' }],
  ['task', { text: 'Call {{ people.first-name }}' }],
];

/** All that came of it in Kommo. */
function inKommo({ deal }: Scene) {
  const { kommo } = world;
  const { status, responsibleUser, customFields, contacts } = kommo.lead(deal.id)!;
  const { Role } = contacts[0]!.customFields;
  const happened = kommo.events(deal.id).map(({ type }) => type);
  return {
    ...{ status, responsibleUser, customFields, Role },
    notes: kommo.notes(deal.id).map(({ text }) => text.replace(/ · [^·]*$/, '')),
    tasks: kommo.tasks(deal.id).map((task) => `${task.responsibleUser}: ${task.text}`),
    moves: happened.filter((type) => type === 'lead_status_changed').length,
    handovers: happened.filter((type) => type === 'entity_responsible_changed').length,
  };
}

const each = {
  status: 'Negotiation',
  responsibleUser: 'Priya Shah',
  customFields: { 'Use case': 'Came from Proposal sent', Products: ['Core', 'API access'] },
  Role: 'Decision maker',
  notes: ['Reads everything, Anna'],
  tasks: ['Priya Shah: Call Anna'],
  // To Proposal sent by a person, on from there by the journey.
  moves: 2,
  handovers: 1,
};

/** How the steps of her journey went, as her timeline tells it. */
/** Her page, as people see it. */
async function pageOf({ email }: Scene): Promise<string> {
  const { url, workspace, people } = world.tributary;
  const { key } = await createKey(world.db, workspace, 'Looks', world.clock.now());
  const authorization = `Basic ${Buffer.from(`x:${key}`).toString('base64')}`;
  const id = publicId((await people.findByEmail(world.db, workspace.id, email))!);
  return (await fetch(`${url}/people/${id}`, { headers: { authorization } })).text();
}

async function toldOf({ email }: Scene): Promise<string[]> {
  const timeline = await timelineOf(world, email);
  return timeline
    .filter(({ activityId }) => activityId === 'act::sja' || activityId === 'act::fja')
    .map(({ activityId, attributes }) =>
      activityId === 'act::sja'
        ? `${attributes['str::pat']} done`
        : `${attributes['str::pat']}: ${attributes['str::jsl']}`,
    );
}

const stagesOf = async ({ email }: Scene) =>
  (await timelineOf(world, email))
    .filter(({ activityId }) => activityId === 'act:cm:crm-stage-changed')
    .map(({ attributes }) => attributes['str:cm:stage']);

test('one journey writes a note, fields, the stage, the responsible user and a task to one deal: each is there once', async () => {
  await pushSteps('Everything', everything, whenAt('Proposal sent'));
  const anna = await openScene(world);
  world.kommo.clearLogs();
  moves('Proposal sent')(anna);
  await world.quiet();
  assert.deepEqual(inKommo(anna), each);
  assert.deepEqual((await toldOf(anna)).sort(), everything.map(([action]) => `kommo.${action} done`).sort());
  // What we did ourselves comes back as what happened to the deal, once.
  assert.deepEqual(await stagesOf(anna), ['New lead', 'Proposal sent', 'Negotiation']);
  const patches = world.kommo.requests().filter(({ method }) => method === 'PATCH');
  assert.deepEqual(
    patches.map(({ path }) => path),
    ['/api/v4/leads', '/api/v4/contacts'],
  );
});

test('a stage that a journey moves a deal to starts the journey of that stage, once', async () => {
  await pushSteps('Next', [['note', { text: 'Negotiating' }]], whenAt('Negotiation'));
  const anna = await openScene(world);
  moves('Proposal sent')(anna);
  await world.quiet();
  assert.deepEqual(inKommo(anna).notes.sort(), ['Negotiating', 'Reads everything, Anna']);
  await world.tributary.journeys.turn(world.tributary.workspace.id, 'Next', 'off');
});

for (const lost of [
  'PATCH /api/v4/leads',
  'PATCH /api/v4/contacts',
  'POST /api/v4/leads/notes',
  'POST /api/v4/tasks',
]) {
  test(`when the answer to ${lost} is lost, each is there once all the same`, async () => {
    const anna = await openScene(world);
    world.kommo.clearLogs();
    world.kommo.faults.set({ loseNext: 1, loseOnly: lost });
    moves('Proposal sent')(anna);
    await world.quiet({ pausesPass: true });
    assert.equal(world.kommo.requests().filter(({ status }) => status === 0).length, 1);
    assert.deepEqual(inKommo(anna), each);
    assert.deepEqual(await stagesOf(anna), ['New lead', 'Proposal sent', 'Negotiation']);
  });
}

test('a manager who moves the deal on while our answer is lost is not undone', async () => {
  const anna = await openScene(world);
  world.kommo.faults.set({ loseNext: 1, loseOnly: 'PATCH /api/v4/leads' });
  moves('Proposal sent')(anna);
  await until('the move is made', () => world.kommo.lead(anna.deal.id)?.status === 'Negotiation');
  moves('Closed - won')(anna);
  await world.quiet({ pausesPass: true });
  assert.deepEqual([inKommo(anna).status, inKommo(anna).moves], ['Closed - won', 3]);
});

test('Tributary is restarted while Kommo is away: each is there once', async () => {
  const anna = await openScene(world);
  world.kommo.hold();
  moves('Proposal sent')(anna);
  world.kommo.faults.set({ loseNext: 2, loseOnly: 'PATCH' });
  world.kommo.release();
  await until('something was written', () => world.kommo.lead(anna.deal.id)?.status === 'Negotiation');
  world.kommo.faults.set({ offline: true });
  await world.away(() => world.kommo.faults.set({ offline: false }));
  await world.quiet({ pausesPass: true });
  assert.deepEqual(inKommo(anna), each);
});

test('a field, a stage and a user that are not there fail on the timeline with their reasons, and hold up nothing', async () => {
  const steps: readonly Step[] = [
    ['field', { field: 'Budget', value: 1 }],
    ['stage', { stage: 'Signed' }],
    ['responsible', { user: 'Nobody' }],
    ['field', { field: 'Seats', value: '{{ people.last-name }}' }],
    ['note', { text: '{{ people.custom.no-such-field }}' }],
    ['field', { field: 'Seats', value: 12 }],
    ['task', { text: 'Call' }],
  ];
  await pushSteps('Mistakes', steps, whenAt('Closed - lost'));
  const anna = await openScene(world);
  moves('Closed - lost')(anna);
  await world.quiet();
  assert.deepEqual(
    (await toldOf(anna)).sort(),
    [
      'kommo.field done',
      'kommo.field: the deal field “Seats” holds numbers, such as 12500 or 12.5; “Petrova” is not',
      'kommo.field: there is no deal field “Budget”',
      'kommo.note: text: is empty',
      'kommo.responsible: there is no user “Nobody” in Kommo',
      'kommo.stage: the pipeline “Sales” has no stage “Signed”; it has “Incoming leads”, “New lead”, “Qualification”, “Proposal sent”, “Negotiation”, “Closed - won”, “Closed - lost”',
      'kommo.task done',
    ].sort(),
  );
  assert.deepEqual([inKommo(anna).customFields, inKommo(anna).tasks], [{ Seats: 12 }, ['Daniel Novak: Call']]);
  const page = await pageOf(anna);
  const [task] = world.kommo.tasks(anna.deal.id);
  for (const words of [
    `<bdi>Create a task in Kommo (${task!.id})</bdi>`,
    `<bdi>Set a field in Kommo (`,
    '<bdi>Set the responsible user in Kommo</bdi> · <bdi>there is no user “Nobody” in Kommo</bdi>',
  ])
    assert.ok(page.includes(words), `${words}\n\n${page}`);
  assert.doesNotMatch(page, /done:|kommo\.task|Kind:/);
});

test('a closed deal is not moved, and the timeline says so; with "reopen" it is', async () => {
  await pushSteps('Won', [['stage', { stage: 'Qualification' }]], whenAt('Closed - won'));
  const anna = await openScene(world);
  moves('Closed - won')(anna);
  await world.quiet();
  assert.equal(inKommo(anna).status, 'Closed - won');
  assert.match((await toldOf(anna))[0] ?? '', /^kommo.stage: the deal \d+ is closed \(Closed - won\)/);
  await pushSteps(
    'Won',
    [['stage', { stage: 'Renewal due', pipeline: 'Renewals', reopen: true }]],
    whenAt('Closed - won'),
  );
  const ben = await openScene(world);
  moves('Closed - won')(ben);
  await world.quiet();
  assert.deepEqual(
    [inKommo(ben).status, await stagesOf(ben)],
    ['Renewal due', ['New lead', 'Closed - won', 'Renewal due']],
  );
});

test('who has no deal gets the note on the contact, and is told that a task needs a deal', async () => {
  const steps: readonly Step[] = [
    ['note', { text: 'Booked' }],
    ['field', { on: 'contact', field: 'Newsletter', value: true }],
    ['task', { text: 'Call' }],
  ];
  await pushSteps('Booked', steps, { activity: 'act:cm:meeting-booked' });
  const { id } = world.kommo.addContact({ first_name: 'Carla', email: 'carla@example.com' });
  await world.quiet();
  const activity = { activity_id: 'act:cm:meeting-booked', fields: { 'str::email': 'carla@example.com' } };
  const { status } = await world.api('/v1/activities/create', { activities: [activity], merge_by: ['str::email'] });
  assert.equal(status, 200);
  await world.quiet();
  const notes = world.kommo.notes().filter(({ entity, entityId }) => entity === 'contacts' && entityId === id);
  assert.equal(notes.length, 1);
  assert.match(notes[0]!.text, /^Booked · /);
  assert.equal(world.kommo.contacts().find((one) => one.id === id)!.customFields.Newsletter, true);
  const told = await toldOf({ email: 'carla@example.com' } as Scene);
  assert.deepEqual(told.sort(), ['kommo.field done', 'kommo.note done', 'kommo.task: the person has no deal in Kommo']);
});

test('inputs that can not be right are refused when the journey is published', async () => {
  const wrong: readonly Step[] = [
    ['field', { field: 'Seats', valeu: 1 }],
    ['stage', { stage: 'Negotiation', reopen: 'perhaps' }],
    ['note', { text: '{{ people.first-name | shout }}' }],
  ];
  await assert.rejects(pushSteps('Wrong', wrong, whenAt('Negotiation')), (error: Error) => {
    for (const told of [
      /shapes\.s0\.input\.value: is missing: expected a text, a number, true or false/,
      /shapes\.s0\.input\.valeu: "field" of Kommo takes no such input/,
      /shapes\.s1\.input\.reopen: expected true or false/,
      /shapes\.s2\.input\.text: .*shout/,
    ])
      assert.match(error.message, told);
    return true;
  });
});

test('a task pauses the journey of its deal until it is done in Kommo; the one that nobody does is waited for no longer than is said', async () => {
  const { journey } = await playbook();
  const { goal: _goal, ...rest } = journey;
  const kommo = (action: string, input: object, next: string) => ({
    ...{ kind: 'action', connector: 'kommo', action, input, next },
  });
  const shapes = {
    call: kommo('task', { text: 'Call {{ people.first-name }}' }, 'called'),
    called: {
      kind: 'wait',
      until: { '$act::has_occurred': { field_id: 'act:cm:crm-task-done', same: ['str:cm:lead-id'] } },
      atMost: { days: 3 },
      next: 'yes',
      timeout: 'no',
    },
    yes: kommo('note', { text: 'She was called' }, 'end'),
    no: kommo('note', { text: 'Nobody called her' }, 'end'),
    end: { kind: 'exit', reason: 'done' },
  };
  const entry = whenAt('Proposal sent');
  for (const name of ['Everything', 'Next'])
    await world.tributary.journeys.turn(world.tributary.workspace.id, name, 'off');
  await world.push({ ...rest, name: 'Task', entry, exits: [], holdOut: 0, start: 'call', shapes });
  // All within one second, which is all that Kommo knows of a moment.
  world.clock.advance(1000 - (world.clock.now().getTime() % 1000));
  const [anna, boris] = [await openScene(world), await openScene(world)];
  for (const scene of [anna, boris]) moves('Proposal sent')(scene);
  await world.quiet();
  const notes = ({ deal }: Scene) => world.kommo.notes(deal.id).map(({ text }) => text.replace(/ · [^·]*$/, ''));
  world.kommo.completeTask(world.kommo.tasks(anna.deal.id)[0]!.id, 'Wants a demo');
  await world.quiet();
  assert.deepEqual([notes(anna), notes(boris)], [['She was called'], []]);
  const done = (await timelineOf(world, anna.email)).find(({ activityId }) => activityId === 'act:cm:crm-task-done');
  assert.equal(done?.attributes['str:cm:task-result'], 'Wants a demo');
  await passes({ days: 3 })(boris);
  await world.quiet();
  assert.deepEqual([notes(anna), notes(boris)], [['She was called'], ['Nobody called her']]);
});

test('a deal that moves within the second in which the journey began has moved in it, though Kommo says no more than the second', async () => {
  const { journey } = await playbook();
  const { goal: _goal, ...rest } = journey;
  const shapes = {
    wait: { kind: 'wait', until: { '$act::has_occurred': { field_id: 'act:cm:crm-stage-changed' } }, next: 'note' },
    note: { kind: 'action', connector: 'kommo', action: 'note', input: { text: 'Moved' }, next: 'end' },
    end: { kind: 'exit', reason: 'done' },
  };
  const entry = { activity: 'act:cm:meeting-booked' };
  await world.tributary.journeys.turn(world.tributary.workspace.id, 'Booked', 'off');
  await world.push({ ...rest, name: 'Moved', entry, exits: [], holdOut: 0, start: 'wait', shapes });
  const scene = await openScene(world);
  world.clock.advance(1000 - (world.clock.now().getTime() % 1000));
  const activity = { activity_id: 'act:cm:meeting-booked', fields: { 'str::email': scene.email } };
  await world.api('/v1/activities/create', { activities: [activity], merge_by: ['str::email'] });
  await until('she waits', async () => (await runsOf(world, scene.email)).at(-1) === 'wait');
  moves('Negotiation')(scene);
  await world.quiet();
  assert.deepEqual(inKommo(scene).notes, ['Moved']);
});
