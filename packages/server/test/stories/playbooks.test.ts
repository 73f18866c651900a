import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Fields, publicId } from '@tributary/model';
import type { ParsedMail } from 'mailparser';
import { click, open } from '../../src/demo/reader.ts';
import type { Simulation } from '../../src/journeys/index.ts';
import { bookFrom } from '../../src/playbooks/book.ts';
import { diff } from '../../src/playbooks/diff.ts';
import { pull } from '../../src/playbooks/pull.ts';
import { push } from '../../src/playbooks/push.ts';
import { type Library, readLibrary } from '../../src/playbooks/read.ts';
import { sourceFrom } from '../../src/playbooks/source.ts';
import { DAY, openWorld, type World } from '../support/world.ts';

const PLAYBOOKS = fileURLToPath(new URL('../../../../playbooks/', import.meta.url));
/** Real steps take a while, and each wait is counted from one: so much later than the simulation is each next one. */
const LATER = 3000;
/** What starts those here that dates and schedules start by themselves. */
const BEGINS: Readonly<Record<string, string>> = {
  'Renewal approaching': 'act:cm:renewal-begins',
  NPS: 'act:cm:nps-begins',
};

interface Story {
  journey: string;
  fields?: (now: Date) => Fields;
  tags?: string[];
  /** A stage that the person's deal is moved to, or an activity. */
  begin: { stage: string } | { activity: string; attributes?: (now: Date) => Fields };
  events: string[];
  /** What is sent, by subject, and the tasks on the deal. */
  mails: string[];
  tasks?: string[];
  end: string;
}

const day = (at: Date) => ({
  year: at.getUTCFullYear(),
  month: at.getUTCMonth() + 1,
  day: at.getUTCDate(),
  timezone: 'UTC',
});
const inDays = (now: Date, days: number): Date => new Date(now.getTime() + days * DAY);

const stories: readonly Story[] = [
  {
    journey: 'Qualification follow-up',
    begin: { stage: 'Qualification' },
    events: ['opens first-call after 1 day', 'opens case-study after 2 hours'],
    mails: ['How did the first call go?', 'How teams like yours cut their sales cycle'],
    tasks: ['Call Anna Petrova, who has read the case study'],
    end: 'completed',
  },
  {
    journey: 'Won, onboarding',
    begin: { stage: 'Closed - won' },
    events: ['does act:cm:product-activated after 4 days'],
    mails: [
      'Welcome, Anna: what happens now',
      'The first three steps take twenty minutes',
      'Your first result is there',
      'Thirty days: did it get better?',
    ],
    tasks: ['Kick-off with Anna Petrova: agree on what has to be better in thirty days'],
    end: 'completed',
  },
  {
    journey: 'Lost, win-back',
    begin: { stage: 'Closed - lost' },
    events: ['clicks what-has-changed https://example.com/what-is-new after 1 day'],
    mails: ['What has changed since we last spoke'],
    tasks: ['Anna Petrova has looked at what is new, ninety days after the deal was lost: call'],
    end: 'completed',
  },
  {
    journey: 'No reply in 14 days',
    begin: { stage: 'Proposal sent' },
    events: [],
    mails: ['Our proposal: is anything unclear?'],
    tasks: ['No reply for 14 days to the proposal “DEAL”: call Anna Petrova, or close the deal'],
    end: 'completed',
  },
  {
    journey: 'Trial without activation',
    begin: { activity: 'act:cm:trial-started', attributes: () => ({ 'str:cm:plan': 'Team' }) },
    fields: (now) => ({ 'dtz:cm:trial-ends': day(inDays(now, 14)), 'str:cm:segment': 'SaaS' }),
    events: [],
    mails: ['FIRST', 'What teams like yours look at first', 'Your trial ends soon: three ways to go on'],
    end: 'completed',
  },
  {
    journey: 'Webinar follow-up',
    begin: {
      activity: 'act:cm:webinar-registered',
      attributes: (now) => ({
        'str:cm:webinar': 'Quiet deals',
        'tme:cm:starts-at': inDays(now, 3).toISOString(),
        'str:cm:join-link': 'https://example.com/join',
      }),
    },
    events: [
      'does act:cm:webinar-attended str:cm:webinar="Quiet deals" after 3 days 1 hour',
      'clicks thank-you https://example.com/webinars after 3 hours',
    ],
    mails: ['You are registered: Quiet deals', 'The recording, and the slides'],
    end: 'completed',
  },
  {
    journey: 'Renewal approaching',
    begin: { activity: BEGINS['Renewal approaching']! },
    tags: ['Customer'],
    fields: (now) => ({ 'dtz:cm:renewal-date': day(inDays(now, 60)) }),
    events: ['opens your-year after 1 day'],
    mails: ['Your year with us, on one page', 'Thirty days until your renewal'],
    end: 'completed',
  },
  {
    journey: 'NPS',
    begin: { activity: BEGINS.NPS! },
    tags: ['Customer'],
    events: ['does act:cm:nps-answered int:cm:score=9 after 6 days'],
    mails: ['One question, one click', 'Ten seconds: would you recommend us?', 'Thank you. Would you tell others?'],
    end: 'completed',
  },
];

describe('the playbooks that ship', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
    const { people, workspace } = world.tributary;
    await people.addDefinitions(
      workspace.id,
      Object.values(BEGINS).map((activityId) => ({ activityId, name: activityId, touch: false })),
    );
    await push(world.tributary, workspace.id, await library(), { dryRun: false });
    // To the middle of an hour: what is told to the hour is the same a little later.
    world.clock.advance(20 * 60_000);
  });
  after(() => world?.close());

  /** As they are in the files, but that nobody is held out, and that dates and schedules do not decide who enters when. */
  async function library(): Promise<Library> {
    const read = await readLibrary(PLAYBOOKS);
    assert.deepEqual(read.faults, []);
    const books = read.books.map(({ source }) => {
      const { journey, ...rest } = source.data as { journey: { name: string } };
      const activity = BEGINS[journey.name];
      const changed = { ...journey, holdOut: 0, ...(activity ? { entry: { activity } } : {}) };
      const book = bookFrom(sourceFrom(source.file, JSON.stringify({ ...rest, journey: changed })) as typeof source);
      assert.ok('definition' in book, JSON.stringify(book));
      return book;
    });
    return { ...read, books };
  }

  test('each has a story here', async () => {
    const { books } = await readLibrary(PLAYBOOKS);
    assert.deepEqual(
      books.map(({ definition }) => definition.name).sort(),
      stories.map(({ journey }) => journey).sort(),
    );
  });

  test('are pushed to a workspace with nothing to add, pulled, and the same', async () => {
    const { tributary } = world;
    const again = await push(tributary, tributary.workspace.id, await library(), { dryRun: true });
    assert.deepEqual([...new Set(again.map(({ did }) => did))], ['unchanged']);
    assert.deepEqual(await diff(tributary, tributary.workspace.id, await library()), []);
    const folder = await mkdtemp(join(tmpdir(), 'tributary-playbooks-'));
    try {
      await pull(tributary, tributary.workspace.id, folder);
      assert.deepEqual(await diff(tributary, tributary.workspace.id, await readLibrary(folder)), []);
      const pushed = await push(tributary, tributary.workspace.id, await readLibrary(folder), { dryRun: true });
      assert.deepEqual([...new Set(pushed.map(({ did }) => did))], ['unchanged']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  for (const [i, story] of stories.entries()) {
    test(`${story.journey}: what the simulation says is what really happens`, { timeout: 120_000 }, async () => {
      const email = `playbook${i}@example.com`;
      const { deal, start } = await begin(world, story, email);
      const run = await runOf(world, story.journey, email);
      const simulation = await world.tributary.journeys.trials.simulate(world.tributary.workspace.id, {
        ...{
          journey: story.journey,
          person: email,
          entry: run.entry,
          start: start.toISOString(),
          events: story.events,
        },
        ...{ take: {}, fail: {}, assume: {}, templates: {}, every: false, draft: false, anyway: true, days: 400 },
      });
      const [played] = simulation.paths;
      assert.ok(played, simulation.entry.why.join());
      await live(world, played, email);

      assert.deepEqual(await movesOf(world, run.id), movesIn(played));
      const mails = await world.mailsTo(email);
      assert.deepEqual(mails.map(seenIn), messagesIn(played).map(seenIn));
      // Of the two that are tried against each other, each gets one.
      const subjects = story.mails.map((subject) => (subject === 'FIRST' ? mails[0]!.subject : subject));
      assert.deepEqual(
        mails.map(({ subject }) => subject),
        subjects,
      );
      const tasks = deal === undefined ? [] : world.kommo.tasks(deal).map(({ text }) => text);
      assert.deepEqual(
        tasks,
        (story.tasks ?? []).map((text) => text.replace('DEAL', `Deal of ${email}`)),
      );
      assert.deepEqual([played.end.state, played.end.reason], ['left', story.end]);
      assert.equal((await runOf(world, story.journey, email)).leftReason, story.end);
      assert.deepEqual(played.end.missed, []);
    });
  }
});

type Played = Simulation['paths'][number];

/** The person, and what starts the run. */
async function begin(world: World, story: Story, email: string): Promise<{ deal: number | undefined; start: Date }> {
  const { kommo, clock, tributary } = world;
  const person = { 'str::first': 'Anna', 'str::last': 'Petrova', 'str::email': email };
  let deal: number | undefined;
  if ('stage' in story.begin) {
    const lead = kommo.addLead({
      name: `Deal of ${email}`,
      contact: { first_name: 'Anna', last_name: 'Petrova', email },
      statusId: kommo.stage('New lead').statusId,
    });
    deal = lead.id;
    await world.quiet();
    kommo.moveLead(lead.id, kommo.stage(story.begin.stage).statusId);
  } else {
    const outcomes = await tributary.people.record(tributary.workspace.id, [
      {
        who: { by: ['str::email'] },
        fields: { ...person, ...story.fields?.(clock.now()) },
        tags: story.tags ?? [],
        source: 'Test',
        activity: {
          id: story.begin.activity,
          attributes: story.begin.attributes?.(clock.now()) ?? {},
          at: clock.now(),
        },
      },
    ]);
    assert.ok(
      outcomes.every((outcome) => !('error' in outcome)),
      JSON.stringify(outcomes),
    );
  }
  await world.quiet();
  const { enteredAt } = await runOf(world, story.journey, email);
  return { deal, start: enteredAt };
}

/** Lets everything happen for real that a simulation told, at its moments. */
async function live(world: World, { path }: Played, email: string): Promise<void> {
  const { clock } = world;
  for (const [i, entry] of path.entries()) {
    const target = entry.at.getTime() + LATER * (i + 1);
    clock.advance(Math.max(0, target - clock.now().getTime()));
    if ('event' in entry) await happens(world, entry.event, email, path);
    await world.quiet();
  }
}

/** An event as it really comes: mail is opened and clicked over HTTP, the rest is told over the API. */
async function happens(world: World, event: string, email: string, path: Played['path']): Promise<void> {
  const [, verb, shape, url] = /^(opens|clicks) (\S+)(?: (\S+))?$/.exec(event) ?? [];
  if (verb) {
    const subject = path.flatMap((entry) =>
      'message' in entry && entry.shape === shape ? [entry.message?.subject] : [],
    )[0];
    const mail = (await world.mailsTo(email)).find((each) => each.subject === subject);
    assert.ok(mail, `${email} has no mail “${subject}”`);
    if (verb === 'opens') await open(mail);
    else await click(mail, labelOf(path, shape!, url!));
    return;
  }
  const [, activity_id, rest = ''] = /^does (\S+)(?: (.+))?$/.exec(event) ?? [];
  const attributes = Object.fromEntries(
    [...rest.matchAll(/([^\s=]+)=(?:"([^"]*)"|(\S+))/g)].map(([, id, quoted, plain]) => [
      id,
      id!.startsWith('int:') ? Number(plain) : (quoted ?? plain),
    ]),
  );
  const body = { activities: [{ activity_id, attributes, fields: { 'str::email': email } }], merge_by: ['str::email'] };
  const answer = await world.api('/v1/activities/create', body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
}

/** What the link to an address is called in a message. */
function labelOf(path: Played['path'], shape: string, url: string): string {
  const html = path.flatMap((entry) =>
    'message' in entry && entry.shape === shape ? [entry.message?.html ?? ''] : [],
  )[0];
  const [, label] = new RegExp(`href="${url}"[^>]*>([^<]+)<`).exec(html ?? '') ?? [];
  assert.ok(label, `${shape} has no link to ${url}`);
  return label;
}

async function runOf(world: World, journey: string, email: string) {
  const id = await world.tributary.people.findByEmail(world.db, world.tributary.workspace.id, email);
  const { rows } = await world.db.query<{ id: string; entry: Fields; enteredAt: Date; leftReason: string | null }>(
    `select r.id, r.entry, r.entered_at as "enteredAt", r.left_reason as "leftReason"
     from run r join journey j on j.id = r.journey_id where r.person_id = $1 and j.name = $2`,
    [id, journey],
  );
  assert.equal(rows.length, 1, `${publicId(id ?? '0')} has ${rows.length} runs of “${journey}”`);
  return rows[0]!;
}

/** To the hour: real steps come a little later than simulated ones. */
const toTheHour = (did: string): string => did.replace(/(\d{4}-\d\d-\d\d \d\d):\d\d UTC/g, '$1h');

async function movesOf(world: World, runId: string): Promise<string[]> {
  const { rows } = await world.db.query<{ shape: string | null; did: string }>(
    'select shape_id as shape, did from move where run_id = $1 order by at, number',
    [runId],
  );
  return rows.map(({ shape, did }) => toTheHour(`${shape}: ${did}`));
}

const movesIn = ({ path }: Played): string[] =>
  path.flatMap((entry) => ('did' in entry ? [toTheHour(`${entry.shape}: ${entry.did}`)] : []));

const messagesIn = ({ path }: Played) =>
  path.flatMap((entry) =>
    'message' in entry && entry.message?.channel === 'email' && !entry.message.not_sent ? [entry.message] : [],
  );

/** What a reader sees of a mail: the way to unsubscribe is each mail's own. */
function seenIn({
  subject,
  text,
}: Pick<ParsedMail, 'subject' | 'text'> | { subject?: string | undefined; text?: string | undefined }) {
  return { subject, text: (text ?? '').trim().replace(/Unsubscribe.*$/s, '') };
}
