import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PRIVACY_PROXY } from '../../src/demo/reader.ts';
import {
  addDeal,
  all,
  type Beat,
  clicks,
  loses,
  moves,
  openScene,
  opens,
  passes,
  play,
  timelineOf,
  unsubscribes,
  wins,
} from '../support/scene.ts';
import { HOUR, openWorld, SECOND, type World } from '../support/world.ts';

const FIRST = 'How did the first call go?';
const CASE = 'How teams like yours cut their sales cycle';
const LAST = 'One question, Anna';
const CALL = 'Daniel Novak: Call Anna Petrova, who has read the case study';
const OPENED_FIRST = `Opened the e-mail “${FIRST}”`;
const OPENED_CASE = `Opened the e-mail “${CASE}”`;
const SCANNER = 'Barracuda Sentinel (EE)';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world?.close());

const stories: Record<string, readonly Beat[]> = {
  'who opens nothing gets the case study after two days, a last question after three more, and no call': [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST], runs: ['until-opened'] }],
    ['almost two days pass', passes({ days: 1.99 }), { mails: [FIRST] }],
    ['the two days are over', passes({ days: 0.02 }), { mails: [FIRST, CASE], runs: ['three-days'] }],
    ['almost three days pass', passes({ days: 2.9 }), { mails: [FIRST, CASE] }],
    [
      'they are over',
      passes({ days: 0.2 }),
      { mails: [FIRST, CASE, LAST], tasks: [], notes: [], emailActivity: undefined, runs: ['left: completed'] },
    ],
    ['weeks pass', passes({ days: 30 }), { mails: [FIRST, CASE, LAST], runs: ['left: completed'] }],
  ],
  'who opens the case study is called by the owner of the deal, and what she read stands in Kommo': [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST], notes: [] }],
    ['a day passes', passes({ days: 1 }), { mails: [FIRST] }],
    [
      'she opens the first mail, which ends the wait',
      opens(FIRST),
      { mails: [FIRST, CASE], notes: [OPENED_FIRST], emailActivity: `Opened “${FIRST}”`, runs: ['three-days'] },
    ],
    ['she opens it again an hour later', all(passes({ ms: HOUR }), opens(FIRST)), { mails: [FIRST, CASE] }],
    [
      'she opens the case study',
      opens(CASE),
      { notes: [OPENED_FIRST, OPENED_FIRST, OPENED_CASE], emailActivity: `Opened “${CASE}”`, tasks: [] },
    ],
    [
      'she follows its link',
      clicks(CASE, 'Read how they did it'),
      { emailActivity: 'Clicked https://example.com/case-study', tasks: [] },
    ],
    ['three days pass', passes({ days: 3 }), { mails: [FIRST, CASE], tasks: [CALL], runs: ['left: completed'] }],
  ],
  'who opens only the first mail is asked a last question': [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST] }],
    ['she opens it', opens(FIRST), { mails: [FIRST, CASE] }],
    ['three days pass', passes({ days: 3 }), { mails: [FIRST, CASE, LAST], tasks: [] }],
    ['she opens the case study after all', opens(CASE), { notes: [OPENED_FIRST, OPENED_CASE], tasks: [] }],
  ],
  'a privacy proxy and a scanner open and click everything: nothing moves, and nothing stands in Kommo': [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST] }],
    ['the proxy loads the pictures', opens(FIRST, PRIVACY_PROXY), { mails: [FIRST], runs: ['until-opened'] }],
    ['a scanner loads them too', opens(FIRST, SCANNER), { mails: [FIRST], notes: [] }],
    ['two days pass', passes({ days: 2 }), { mails: [FIRST, CASE] }],
    ['the proxy loads the case study', opens(CASE, PRIVACY_PROXY, 0), { notes: [] }],
    ['it clicks faster than a person reads', clicks(CASE, 'Read how they did it', 0), { notes: [] }],
    [
      'three days pass',
      passes({ days: 3 }),
      { mails: [FIRST, CASE, LAST], tasks: [], notes: [], emailActivity: undefined },
    ],
  ],
  'who unsubscribes with one click gets nothing more; the manager sees it on the deal': [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST], emailStatus: undefined }],
    [
      'she unsubscribes',
      unsubscribes(FIRST),
      { mails: [FIRST], emailStatus: 'Unsubscribed', notes: ['Unsubscribed from e-mail'], skipped: [] },
    ],
    ['her mail program says so once more', unsubscribes(FIRST), { notes: ['Unsubscribed from e-mail'] }],
    [
      'two days pass, and the case study is due',
      passes({ days: 2 }),
      { mails: [FIRST], skipped: ['the person has unsubscribed from e-mail'] },
    ],
    ['weeks pass', passes({ days: 20 }), { mails: [FIRST], tasks: [], emailStatus: 'Unsubscribed' }],
    [
      'another deal of hers begins',
      all(addDeal('other'), moves('Qualification', 'other')),
      { mails: [FIRST], runs: ['left: completed', 'until-opened'] },
    ],
  ],
  'when her deal moves on in the middle of the wait, the case study never leaves': [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST] }],
    ['a day passes', passes({ days: 1 }), { runs: ['until-opened'] }],
    ['the deal moves on', moves('Proposal sent'), { runs: ['left: exit rule'] }],
    ['she opens the first mail', opens(FIRST), { mails: [FIRST], notes: [OPENED_FIRST] }],
    ['weeks pass', passes({ days: 20 }), { mails: [FIRST], tasks: [] }],
  ],
  'when her deal is lost in the middle of the wait, she is let go': [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST] }],
    ['the deal is lost', loses, { runs: ['left: exit rule'] }],
    ['weeks pass', passes({ days: 20 }), { mails: [FIRST], tasks: [] }],
  ],
  'when her deal is won while a call is due, nobody calls': [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST] }],
    ['she opens the first mail', opens(FIRST), { mails: [FIRST, CASE] }],
    ['she opens the second', opens(CASE), { runs: ['three-days'] }],
    ['the deal is won', wins, { runs: ['left: exit rule'] }],
    ['weeks pass', passes({ days: 20 }), { mails: [FIRST, CASE], tasks: [] }],
  ],
  'a deal that moves on within the second is let go within the second': [
    ['her deal moves to Qualification', moves('Qualification'), { runs: ['until-opened'] }],
    ['and on', moves('Negotiation'), { runs: ['left: exit rule'] }],
    ['weeks pass', passes({ days: 20 }), { mails: [FIRST], tasks: [] }],
  ],
  'a deal that comes back begins again': [
    ['her deal moves to Qualification', moves('Qualification'), { mails: [FIRST], runs: ['until-opened'] }],
    ['a minute passes', passes({ ms: 60 * SECOND }), {}],
    ['it moves on', moves('Proposal sent'), { runs: ['left: exit rule'] }],
    ['a day passes', passes({ days: 1 }), {}],
    [
      'it comes back',
      moves('Qualification'),
      { mails: [FIRST, FIRST], runs: ['left: exit rule', 'until-opened'], tasks: [] },
    ],
    ['two days pass', passes({ days: 2 }), { mails: [FIRST, FIRST, CASE] }],
  ],
  'two deals of one person are two runs: one moves on, the other goes its way': [
    ['a second deal of hers is made', addDeal('second'), { runs: [] }],
    ['the first moves to Qualification', moves('Qualification'), { mails: [FIRST], runs: ['until-opened'] }],
    [
      'the second does',
      moves('Qualification', 'second'),
      { mails: [FIRST, FIRST], runs: ['until-opened', 'until-opened'] },
    ],
    ['the first is lost', loses, { runs: ['left: exit rule', 'until-opened'] }],
    [
      'she opens the newer mail, which is about the second',
      opens(FIRST),
      { mails: [FIRST, FIRST, CASE], notes: [], runs: ['left: exit rule', 'three-days'] },
    ],
    [
      'she unsubscribes from that one: the deal it was about says so',
      unsubscribes(FIRST),
      { notes: [], emailStatus: undefined },
    ],
  ],
};

for (const [title, beats] of Object.entries(stories)) {
  test(title, async () => play(await openScene(world), beats));
}

test('a deal without an address sends nothing and says why; with an address, the next mail goes out', async () => {
  const { kommo } = world;
  const scene = await openScene(world);
  kommo.updateContact(scene.deal.contacts[0]!.id, { email: '' });
  await world.quiet();
  const nameless = kommo.addLead({
    name: 'From a form',
    contact: { first_name: 'Anna', last_name: 'Petrova', phone: '+49 151 12345678' },
    statusId: kommo.stage('Qualification').statusId,
  });
  await world.quiet();
  const { rows } = await world.db.query<{ state: string; reason: string }>(
    `select m.state, m.reason from message m join run r on r.id = m.run_id where r.entry_key = $1`,
    [String(nameless.id)],
  );
  assert.deepEqual(rows, [{ state: 'skipped', reason: 'the person has no e-mail address' }]);

  kommo.updateContact(nameless.contacts[0]!.id, { email: 'late@example.com' });
  await world.quiet();
  await world.pass(2 * 24 * HOUR);
  const mails = await world.mailsTo('late@example.com');
  assert.deepEqual(
    mails.map((mail) => mail.subject),
    [CASE],
  );
});

test('her timeline tells the whole story, in order, and each piece says which deal and which mail', async () => {
  const scene = await openScene(world);
  await play(scene, [
    ['her deal moves to Qualification', moves('Qualification'), {}],
    ['she opens the first mail', opens(FIRST), {}],
    ['she opens the case study', opens(CASE), {}],
    ['three days pass', passes({ days: 3 }), { tasks: [CALL] }],
  ]);
  const timeline = await timelineOf(world, scene.email);
  const told = timeline.map(({ activityId, attributes }) => `${activityId} ${attributes['str::jsi'] ?? ''}`.trim());
  const inOrder = ['act::ej', 'act::s first-call', 'act::o first-call', 'act::s case-study', 'act::o case-study'];
  assert.deepEqual(
    told.filter((line) => inOrder.includes(line)),
    inOrder,
  );
  assert.ok(told.includes('act::sja call'), `the task is not on it: ${told}`);
  assert.equal(told.filter((line) => line.startsWith('act::lj')).length, 1);
  const moved = timeline.findLast(({ activityId }) => activityId === 'act:cm:crm-stage-changed')!;
  assert.deepEqual(
    [moved.attributes['str:cm:lead-id'], moved.attributes['str:cm:stage'], moved.attributes['str:cm:previous-stage']],
    [String(scene.deal.id), 'Qualification', 'New lead'],
  );
});
