import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { reportOn } from '../../src/reports/index.ts';
import { all, moves, openScene, opens, passes, play, type Scene } from '../support/scene.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';
import { until } from '../support/until.ts';
import { HOUR, openWorld, SECOND, type World } from '../support/world.ts';

const FIRST = 'How did the first call go?';
const CASE = 'How teams like yours cut their sales cycle';

let sink: SmtpSink;
let world: World;
before(async () => {
  sink = await startSmtpSink();
  world = await openWorld({ sink });
});
after(async () => {
  await world?.close();
  await sink?.close();
});
afterEach(async () => {
  await sink.open();
  sink.onRecipient = () => 'take';
  sink.onMail = () => 'take';
});

async function messagesTo({ email }: Scene) {
  const { tributary, db } = world;
  const id = (await tributary.people.findByEmail(db, tributary.workspace.id, email))!;
  return tributary.messages.listOfPerson(db, tributary.workspace.id, id, 10);
}

/** What the journey's report says of its mail. */
async function figures() {
  const { tributary, db } = world;
  const [journey] = await tributary.journeys.list(db, tributary.workspace.id);
  return (await reportOn(db, tributary, journey!.id)).messages;
}

test('while the mail server is away, mail waits; then each mail leaves once', async () => {
  const scenes = [await openScene(world), await openScene(world)];
  await sink.shut();
  for (const scene of scenes) moves('Qualification')(scene);
  await until('the mails wait, and a server that is away does not count as a try of them', async () => {
    world.clock.advance(SECOND);
    const messages = (await Promise.all(scenes.map(messagesTo))).flat();
    const isWaiting = messages.every(({ state, attempts }) => state === 'queued' && attempts === 0);
    return !world.tributary.messages.channelState().reachable && messages.length === scenes.length && isWaiting;
  });
  await sink.open();
  await until('the mails are there', () => {
    world.clock.advance(10 * SECOND);
    return scenes.every(({ email }) => sink.mailsTo(email).length > 0);
  });
  await world.quiet();
  await world.pass(HOUR);
  for (const { email } of scenes) assert.equal(sink.mailsTo(email).length, 1);
  assert.deepEqual(world.tributary.messages.channelState(), { reachable: true });
});

test('an address that is refused for good is bounced: the deal says so, and nothing more is tried', async () => {
  const scene = await openScene(world);
  sink.onRecipient = (address) => (address === scene.email ? { code: 550, text: '5.1.1 no such user here' } : 'take');
  const before = await figures();
  await play(scene, [
    [
      'her deal moves to Qualification',
      moves('Qualification'),
      {
        mails: [],
        emailStatus: 'Bounced',
        notes: ['The e-mail “How did the first call go?” bounced: 550 5.1.1 no such user here'],
      },
    ],
  ]);
  const now = await figures();
  assert.deepEqual([now.sent - before.sent, now.delivered - before.delivered, now.bounced - before.bounced], [1, 0, 1]);
  sink.onRecipient = () => 'take';
  await play(scene, [
    ['two days pass', passes({ days: 2 }), { mails: [], skipped: ['mail to this address has bounced before'] }],
    ['weeks pass', passes({ days: 20 }), { mails: [], tasks: [], runs: ['left: completed'] }],
  ]);
});

test('who gets another address after a bounce is subscribed again in Kommo, on the deal that said “Bounced”', async () => {
  const scene = await openScene(world);
  const address = scene.email;
  sink.onRecipient = (to) => (to === address ? { code: 550, text: '5.1.1 no such user here' } : 'take');
  await play(scene, [['her deal moves to Qualification', moves('Qualification'), { emailStatus: 'Bounced' }]]);
  await play(scene, [
    [
      'her name is put right in Kommo, which is nothing to the address',
      ({ deal }) => world.kommo.updateContact(deal.contacts[0]!.id, { first_name: 'Anne' }),
      { emailStatus: 'Bounced' },
    ],
    [
      'her address is put right in Kommo',
      (of) => {
        of.email = `new-${address}`;
        world.kommo.updateContact(of.deal.contacts[0]!.id, { email: of.email });
      },
      { emailStatus: 'Subscribed' },
    ],
  ]);
});

test('an address that is refused for the moment is tried again, and gets the mail once', async () => {
  const scene = await openScene(world);
  let asked = 0;
  sink.onRecipient = (address) => {
    if (address !== scene.email) return 'take';
    asked += 1;
    return asked < 3 ? { code: 451, text: '4.7.1 greylisted, come back later' } : 'take';
  };
  await play(scene, [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [], emailStatus: undefined }],
    ['ten seconds pass', passes({ ms: 10 * SECOND }), { mails: [] }],
    ['a minute passes', passes({ ms: 60 * SECOND }), { mails: [FIRST] }],
    ['an hour passes', passes({ ms: HOUR }), { mails: [FIRST], emailStatus: undefined, notes: [] }],
  ]);
});

test('a mail that is refused for its content says so, and does not mark the person', async () => {
  const scene = await openScene(world);
  sink.onMail = () => ({ code: 554, text: '5.7.1 looks like spam' });
  await play(scene, [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [], runs: ['until-opened'] }],
  ]);
  const [message] = await messagesTo(scene);
  assert.equal(message!.state, 'failed');
  assert.match(message!.reason ?? '', /looks like spam/);
  sink.onMail = () => 'take';
  await play(scene, [['two days pass', passes({ days: 2 }), { mails: [CASE] }]]);
});

test('when the answer to a mail is lost, it goes again under the same Message-ID, and is known to have been uncertain', async () => {
  const scene = await openScene(world);
  sink.onMail = () => 'take and hang up';
  await all(moves('Qualification'))(scene);
  await until('the server took it and hung up', () => sink.mailsTo(scene.email).length === 1);
  sink.onMail = () => 'take';
  await world.quiet();
  await world.pass(60 * SECOND);
  const mails = sink.mailsTo(scene.email);
  assert.equal(mails.length, 2);
  assert.equal(new Set(mails.map(({ messageId }) => messageId)).size, 1);
  const [message] = await messagesTo(scene);
  assert.deepEqual([message!.state, message!.uncertainCount], ['sent', 1]);
  await play(scene, [
    ['she opens it', opens(FIRST), { notes: [`Opened the e-mail “${FIRST}”`], runs: ['three-days'] }],
    ['weeks pass', passes({ days: 20 }), {}],
  ]);
  assert.equal(sink.mailsTo(scene.email).filter(({ source }) => source.includes('first call go')).length, 2);
});

test('a note of which one address has it has gone well, and is not sent again; one that nobody has is', async () => {
  sink.onRecipient = (to) => (to.startsWith('nobody') ? { code: 550, text: '5.1.1 no such user here' } : 'take');
  const note = { kind: 'notice', subject: 'Call {{ people.first-name }}', text: 'Please', onFailure: 'retry' };
  const to = ['nobody-1@acme.example', 'mira@acme.example', 'nobody-2@acme.example'];
  await world.push({
    name: 'Notes',
    goal: undefined,
    exits: [],
    start: 'some',
    shapes: {
      some: { ...note, to, next: 'none' },
      none: { ...note, to: [to[0], to[2]], next: 'end' },
      end: { kind: 'exit' },
    },
  });
  const scene = await openScene(world);
  moves('Qualification')(scene);
  await world.quiet();
  for (let minutes = 0; minutes < 60; minutes += 15) await world.pass(15 * 60 * SECOND);
  const { rows } = await world.db.query<{ did: string }>(
    `select m.did from move m join run r on r.id = m.run_id join journey j on j.id = r.journey_id
     where j.name = 'Notes' order by m.at, m.number`,
  );
  const heard = rows.map(({ did }) => did.replace(/ at .*UTC/, '').replace(/nobody-\d/, 'nobody'));
  const why = 'nobody@acme.example: 550 5.1.1 no such user here';
  const asked = 'asked for the note to the team “Call Anna”';
  assert.deepEqual(heard, [
    `${asked}, and waits to hear how it went`,
    'heard that it went well',
    `${asked}, and waits to hear how it went`,
    `tries again: ${why}`,
    `${asked}, once more`,
    `tries again: ${why}`,
    `${asked}, once more`,
    `goes on after 3 tries: ${why}`,
    'left: completed',
  ]);
  assert.equal(sink.mailsTo('mira@acme.example').length, 1);
});
