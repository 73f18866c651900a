import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Fields } from '@tributary/model';
import { open, unsubscribe } from '../../src/demo/reader.ts';
import { type Simulation, simulateBody } from '../../src/journeys/index.ts';
import { transaction } from '../../src/platform/database/pool.ts';
import { type JourneyWorld, openJourneyWorld } from '../support/journey-world.ts';
import { HOUR } from '../support/world.ts';

type Path = Simulation['paths'][number]['path'];

/** Real steps take a while, and each wait is counted from one: so much later than the simulation is each next one. */
const LATER = 3000;
const DEFAULTS = { cap: { messages: 1, hours: 16 }, whenCapped: 'delay', hours: 'none', timezone: 'UTC' } as const;

const mail = (template: string, next: string, more: object = {}) => ({ kind: 'email', template, next, ...more });
const end = { kind: 'exit' };
const opened = (shape: string) => ({
  '$act::has_occurred': { field_id: 'act::o', filter: { '$str::is': { field_id: 'str::jsi', value: shape } } },
});
const two = { hello: mail('Hello', 'later'), later: mail('Later', 'end'), end };

/** A mail that people are to have once, to which they come back. */
const twice = (more: object, hours: number) => ({
  hello: mail('Hello', 'pause', { perPerson: 'once', ...more }),
  pause: { kind: 'delay', for: { hours }, next: 'again' },
  again: { kind: 'jump', to: 'hello', atMost: 1, next: 'end' },
  end,
});

interface Story {
  what: string;
  shapes: Record<string, unknown>;
  defaults?: object;
  sending?: object;
  exits?: object[];
  fields?: Fields;
  /** Mails that were really sent before, so many hours ago, the oldest first. */
  before?: number[];
  events?: string[];
  /** What is sent, and what is not and why, with the hours since the beginning. Each story begins at eight. */
  mails: string[];
}

const REACHED = 'the cap is reached: 1 e-mail per person in 16 hours';

const stories: Story[] = [
  { what: 'one too many waits for its turn', shapes: two, mails: ['0 h Hello', '16 h Later'] },
  {
    what: 'mails that were really sent before count',
    ...{ shapes: two, before: [10] },
    mails: ['6 h Hello', '22 h Later'],
  },
  {
    what: 'what is opened was sent before; what is too much is not sent, and the run hears it',
    shapes: {
      hello: mail('Hello', 'wait'),
      wait: { kind: 'wait', until: opened('hello'), next: 'later' },
      later: mail('Later', 'end', { sending: { whenCapped: 'skip' }, onFailure: 'exit' }),
      end,
    },
    ...{ before: [14], events: ['opens hello after 1 hour'] },
    mails: ['2 h Hello', `3 h Later: ${REACHED}`],
  },
  {
    what: 'a run that waits to hear how its mail went goes on when it is sent',
    shapes: { ...two, later: mail('Later', 'offer', { onFailure: 'exit' }), offer: mail('Offer A', 'end') },
    mails: ['0 h Hello', '16 h Later', '32 h Offer A'],
  },
  {
    what: 'who unsubscribes while a mail waits gets none',
    ...{ shapes: two, events: ['unsubscribes from hello after 2 hours'] },
    mails: ['0 h Hello', '16 h Later: the person has unsubscribed from e-mail'],
  },
  {
    what: 'the hours are those of the person’s clock, and come before the cap',
    ...{ shapes: two, fields: { 'str::lt': 'America/Lima' } },
    defaults: { hours: { from: '09:00', to: '18:00' } },
    mails: ['6 h Hello', '30 h Later'],
  },
  {
    what: 'the journey’s cap goes before the workspace’s, the message’s before both; a receipt passes',
    shapes: {
      hello: mail('Hello', 'receipt'),
      receipt: mail('Offer B', 'later', { sending: { transactional: true } }),
      later: mail('Later', 'offer'),
      offer: mail('Offer A', 'end', { sending: { cap: 'none' } }),
      end,
    },
    sending: { cap: { messages: 1, hours: 5 } },
    mails: ['0 h Hello', '0 h Offer B', '0 h Offer A', '5 h Later'],
  },
  {
    what: 'who is let out by an exit rule while a mail waits gets none',
    shapes: { ...two, later: mail('Later', 'rest'), rest: { kind: 'delay', for: { days: 3 }, next: 'end' } },
    ...{ exits: [{ '$act::has_occurred': { field_id: 'act::o' } }], events: ['opens hello after 2 hours'] },
    mails: ['0 h Hello', '2 h Later: the person has left the journey: exit rule'],
  },
  {
    what: 'several that wait go one by one',
    shapes: { ...two, later: mail('Later', 'offer'), offer: mail('Offer A', 'end') },
    defaults: { cap: { messages: 2, hours: 24 } },
    before: [20, 4],
    mails: ['4 h Hello', '20 h Later', '28 h Offer A'],
  },
  {
    what: 'who is to have a mail once has it yet to come where it was not sent',
    ...{ shapes: twice({ sending: { whenCapped: 'skip' } }, 10), before: [14] },
    mails: [`0 h Hello: ${REACHED}`, '10 h Hello'],
  },
];

describe('a simulation under the rules of sending', () => {
  let world: JourneyWorld;
  before(async () => {
    world = await openJourneyWorld();
  });
  after(() => world?.close());

  for (const [i, story] of stories.entries()) {
    test(`${story.what}: what it says is what really happens`, { timeout: 120_000 }, async () => {
      const email = `sim${i}@example.com`;
      const { messages, journeys } = world.tributary;
      const personId = await beginsAtEight(world, story, email);
      await messages.changeDefaults(world.ws, { ...DEFAULTS, ...story.defaults });
      const name = `Story ${i}`;
      const entry = { activity: 'act:cm:signed-up', filter: { '$str::is': { field_id: 'str:cm:story', value: name } } };
      const definition = { name, entry, start: 'hello', shapes: story.shapes };
      const { sending, exits } = story;
      await world.push({ ...definition, ...(sending && { sending }), ...(exits && { exits }) });
      await world.does(email, 'signed-up', { 'str:cm:story': name });
      const { rows } = await world.db.query<{ start: Date }>(
        'select entered_at as start from run where person_id = $1',
        [personId],
      );
      const { start } = rows[0]!;
      const [played] = (
        await journeys.trials.simulate(
          world.ws,
          simulateBody.parse({
            ...{ journey: name, person: email, start: start.toISOString(), events: story.events ?? [] },
            ...{ entry: { 'str:cm:story': name }, anyway: true },
          }),
        )
      ).paths;
      await lives(world, played!.path, email);

      const hours = (at: Date): number => Math.round((at.getTime() - start.getTime()) / HOUR);
      const told = (at: Date, template: unknown, why: unknown) => `${hours(at)} h ${template}${why ? `: ${why}` : ''}`;
      const simulated = played!.path.flatMap((step) =>
        'message' in step && step.message && !step.message.waits
          ? [told(step.at, step.message.template, step.message.not_sent)]
          : [],
      );
      assert.deepEqual(simulated, story.mails);
      const timeline = await world.tributary.people.timeline(world.db, world.ws, personId, 100);
      const really = timeline
        .filter(({ activityId, occurredAt }) => ['act::s', 'act::sk'].includes(activityId) && occurredAt >= start)
        .toReversed()
        .map(({ occurredAt, attributes }) => told(occurredAt, attributes['str::asn'], attributes['str::rn']));
      // Of several at one moment, whichever is written down first.
      assert.deepEqual(really.sort(), [...story.mails].sort());
      const moves = played!.path.flatMap((step) => ('did' in step ? [`${step.shape}: ${step.did}`] : []));
      assert.deepEqual(await world.movesOf(email), moves);
      assert.deepEqual([played!.end.missed, played!.end.waiting], [[], []]);
    });
  }
});

/** The person, with the mails they had before, at eight in the morning. */
async function beginsAtEight(world: JourneyWorld, story: Story, email: string): Promise<string> {
  const { people, messages } = world.tributary;
  const fields = { 'str::email': email, 'bol::p': true, ...story.fields };
  const [outcome] = await people.record(world.ws, [{ who: { by: ['str::email'] }, fields, source: 'Test' }]);
  assert.ok(outcome && !('error' in outcome));
  const { personId } = outcome;
  const eight = new Date(world.clock.now());
  eight.setUTCHours(24 + 8, 0, 0, 0);
  if (eight.getTime() - world.clock.now().getTime() < 24 * HOUR) eight.setUTCDate(eight.getUTCDate() + 1);
  const until = (at: number) => world.pass(at - world.clock.now().getTime());
  for (const hours of story.before ?? []) {
    await until(eight.getTime() - hours * HOUR);
    await transaction(world.db, (tx) =>
      messages.queue(tx, [
        {
          ...{ workspaceId: world.ws, personId, content: { channel: 'email', template: 'Offer B' } },
          ...{ rules: { cap: 'none' }, requestKey: `${email} ${hours}`, at: world.clock.now() },
          ...{ entry: {}, attributes: {} },
        },
      ]),
    );
    await world.quiet();
  }
  await until(eight.getTime());
  return personId;
}

/** Lets everything happen for real that a simulation told, at its moments. */
async function lives(world: JourneyWorld, path: Path, email: string): Promise<void> {
  const { clock } = world;
  for (const [i, step] of path.entries()) {
    clock.advance(Math.max(0, step.at.getTime() + LATER * (i + 1) - clock.now().getTime()));
    await world.quiet();
    if (!('event' in step)) continue;
    const newest = (await world.mailsTo(email)).at(-1)!;
    if (step.event.startsWith('opens ')) await open(newest);
    else await unsubscribe(newest);
    await world.quiet();
  }
}
