import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { publicId } from '@tributary/model';
import { answerTo, feedbackOf, reportOf } from '../support/mails.ts';
import { type Act, moves, openScene, opens, passes, play, runsOf, type Scene, timelineOf } from '../support/scene.ts';
import { DAY, openWorld, type World } from '../support/world.ts';

const MAILS = ['Shall we talk?', 'A case from your trade', 'Shall I close the file?'] as const;

/** Three mails, two days apart, to whoever does not answer: as sales people send them. */
const SEQUENCE = {
  journey: {
    name: 'Sequence',
    entry: {
      activity: 'act:cm:crm-stage-changed',
      filter: { '$str::is': { field_id: 'str:cm:stage', value: 'Proposal sent' } },
      key: 'str:cm:lead-id',
    },
    exits: [{ '$act::has_occurred': { field_id: 'act::re' } }],
    start: 'first',
    shapes: {
      first: { kind: 'email', template: MAILS[0], next: 'two-days' },
      'two-days': { kind: 'delay', for: { days: 2 }, next: 'second' },
      second: { kind: 'email', template: MAILS[1], next: 'two-more' },
      'two-more': { kind: 'delay', for: { days: 2 }, next: 'third' },
      third: { kind: 'email', template: MAILS[2], next: 'end' },
      end: { kind: 'exit' },
    },
  },
  templates: Object.fromEntries(
    MAILS.map((subject) => [
      subject,
      { subject, html: '<p>Hi {{ people.first-name }}</p>', replyTo: 'daniel@acme.example' },
    ]),
  ),
};

let world: World;
before(async () => {
  world = await openWorld();
  await world.push(SEQUENCE.journey, SEQUENCE.templates);
});
after(() => world?.close());

async function post(mail: Buffer): Promise<Record<string, unknown>> {
  const { status, body } = await world.api('/api/messages/received', mail);
  assert.equal(status, 200, JSON.stringify(body));
  return body as Record<string, unknown>;
}

const named = async ({ email }: Scene, subject: string): Promise<string> =>
  (await world.mailsTo(email)).findLast((mail) => mail.subject === subject)!.messageId!;

/** Answers the newest mail with that subject, in her mail program; a provider passes it on. */
const answers =
  (subject: string, head: Record<string, string> = {}): Act =>
  async (scene) =>
    post(answerTo(await named(scene, subject), { From: scene.email, ...head }));

test('who answers the first mail gets no second; it stands in Kommo, and the others go on', async () => {
  const [anna, boris] = [await openScene(world), await openScene(world)];
  await play(boris, [['his deal moves', moves('Proposal sent'), { mails: [MAILS[0]], runs: ['two-days'] }]]);
  await play(anna, [
    ['her deal moves to Proposal sent', moves('Proposal sent'), { mails: [MAILS[0]], runs: ['two-days'] }],
    ['a day passes', passes({ days: 1 }), { mails: [MAILS[0]] }],
    [
      'her vacation program answers',
      answers(MAILS[0], { 'Auto-Submitted': 'auto-replied' }),
      { runs: ['two-days'], notes: [] },
    ],
    [
      'she answers',
      answers(MAILS[0]),
      {
        runs: ['left: exit rule'],
        notes: [`Answered the e-mail “${MAILS[0]}”`],
        emailActivity: `Answered “${MAILS[0]}”`,
      },
    ],
    ['weeks pass', passes({ days: 20 }), { mails: [MAILS[0]], skipped: [], runs: ['left: exit rule'] }],
  ]);
  const line = await timelineOf(world, anna.email);
  const [started, sent, replied, left] = ['act::ej', 'act::s', 'act::re', 'act::lj'].map(
    (id) => line.find(({ activityId }) => activityId === id)!,
  );
  for (const id of ['idt::c', 'idt::jri'])
    assert.equal(replied!.attributes[id], started!.attributes[id], 'it tells the journey and the run');
  assert.equal(replied!.attributes['idt::mi'], sent!.attributes['idt::mi']);
  const { 'str::pr': why, 'str::jsi': where } = left!.attributes;
  assert.deepEqual([why, where], ['exit rule', 'two-days']);
  await play(boris, [['two days more', passes({ days: 2.1 }), { mails: MAILS, runs: ['left: completed'], notes: [] }]]);
});

test('the follow-up that ships stops as well, and whoever answers is not asked to be called', async () => {
  const FIRST = 'How did the first call go?';
  await play(await openScene(world), [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST], runs: ['until-opened'] }],
    ['she answers', answers(FIRST), { runs: ['left: exit rule'], notes: [`Answered the e-mail “${FIRST}”`] }],
    ['weeks pass', passes({ days: 20 }), { mails: [FIRST], tasks: [] }],
  ]);
});

test('an answer delivered three times, the last of them after a restart, is one note', async () => {
  const anna = await openScene(world);
  await play(anna, [['her deal moves', moves('Proposal sent'), { mails: [MAILS[0]] }]]);
  const answer = answerTo(await named(anna, MAILS[0]), { From: anna.email });
  assert.equal((await post(answer)).recorded, 'now');
  assert.equal((await post(answer)).recorded, 'before');
  await world.away(() => undefined);
  const { message_id, person_id, ...rest } = await post(answer);
  assert.deepEqual(rest, { taken_for: 'reply', recorded: 'before' });
  await play(anna, [['all is quiet', () => undefined, { notes: [`Answered the e-mail “${MAILS[0]}”`] }]]);
  const [replied] = (await timelineOf(world, anna.email)).filter(({ activityId }) => activityId === 'act::re');
  assert.equal(replied!.attributes['idt::mi'], message_id);
  const id = await world.tributary.people.findByEmail(world.db, world.tributary.workspace.id, anna.email);
  assert.equal(person_id, publicId(id!));
});

test('an answer ends the run whose mail it answers, and not the one of her other deal', async () => {
  const anna = await openScene(world);
  await play(anna, [['her deal moves', moves('Proposal sent'), { mails: [MAILS[0]] }]]);
  const first = await named(anna, MAILS[0]);
  const { kommo } = world;
  const other = kommo.addLead({
    name: 'Other',
    price: 1,
    contact: { first_name: 'Anna', last_name: 'Petrova', email: anna.email },
    statusId: kommo.stage('New lead').statusId,
    responsibleUserId: kommo.users()[1]!.id,
  });
  await world.quiet();
  kommo.moveLead(other.id, kommo.stage('Proposal sent').statusId);
  await world.quiet();
  assert.deepEqual(await runsOf(world, anna.email), ['two-days', 'two-days']);
  await post(answerTo(first, { From: anna.email }));
  await world.quiet();
  assert.deepEqual(await runsOf(world, anna.email), ['left: exit rule', 'two-days']);
});

test('a wait that goes on at once when she answers does so', async () => {
  const waits = {
    ...SEQUENCE.journey,
    name: 'Waits for an answer',
    entry: { ...SEQUENCE.journey.entry, filter: { '$str::is': { field_id: 'str:cm:stage', value: 'Negotiation' } } },
    exits: [],
    shapes: {
      first: { kind: 'email', template: MAILS[0], next: 'two-days' },
      'two-days': {
        kind: 'delay',
        for: { days: 2 },
        unless: {
          '$act::has_occurred': {
            field_id: 'act::re',
            filter: { '$str::is': { field_id: 'str::jsi', value: 'first' } },
          },
        },
        next: 'answered',
      },
      answered: { kind: 'condition', if: { '$act::has_occurred': { field_id: 'act::re' } }, yes: 'end', no: 'second' },
      second: { kind: 'email', template: MAILS[1], next: 'end' },
      end: { kind: 'exit' },
    },
  };
  await world.push(waits, SEQUENCE.templates);
  const anna = await openScene(world);
  await play(anna, [
    ['her deal moves to Negotiation', moves('Negotiation'), { mails: [MAILS[0]], runs: ['two-days'] }],
    ['she opens it', opens(MAILS[0]), { runs: ['two-days'] }],
    ['she answers', answers(MAILS[0]), { mails: [MAILS[0]], runs: ['left: completed'] }],
  ]);
});

test('a mail that comes back after all is a bounce in Kommo, and nothing more is sent', async () => {
  const anna = await openScene(world);
  await play(anna, [
    ['her deal moves', moves('Proposal sent'), { mails: [MAILS[0]], runs: ['two-days'] }],
    [
      'her mail server gives it up',
      async (scene) => post(reportOf(await named(scene, MAILS[0]))),
      { emailStatus: 'Bounced', runs: ['two-days'] },
    ],
    [
      'the second is due',
      passes({ ms: 2 * DAY }),
      { mails: [MAILS[0]], skipped: ['mail to this address has bounced before'] },
    ],
  ]);
});

test('whoever calls a mail spam is told of in Kommo, and gets nothing more', async () => {
  const anna = await openScene(world);
  await play(anna, [
    ['her deal moves', moves('Proposal sent'), { mails: [MAILS[0]], runs: ['two-days'] }],
    [
      'she calls it spam, and her provider passes that on',
      async (scene) => post(feedbackOf(await named(scene, MAILS[0]))),
      {
        notes: ['Unsubscribed from e-mail', `Reported the e-mail “${MAILS[0]}” as spam`],
        emailStatus: 'Unsubscribed',
        emailActivity: 'Reported an e-mail as spam',
      },
    ],
    [
      'the second is due',
      passes({ ms: 2 * DAY }),
      { mails: [MAILS[0]], skipped: ['the person has unsubscribed from e-mail'] },
    ],
  ]);
});
