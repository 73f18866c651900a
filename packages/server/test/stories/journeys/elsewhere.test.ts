import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { open, unsubscribe } from '../../../src/demo/reader.ts';
import { type JourneyWorld, openJourneyWorld, welcome } from '../../support/journey-world.ts';
import { DAY, HOUR } from '../../support/world.ts';

const entry = (activity: string) => ({ kind: 'activity', activity, again: 'after-leaving' });
const occurred = (activity: string, filter?: object) => ({
  '$act::has_occurred': { field_id: activity, ...(filter && { filter }) },
});
const pause = { kind: 'delay', for: { days: 20 }, next: 'end' };
const end = { kind: 'exit' };

describe('what somebody does by way of another journey', () => {
  let world: JourneyWorld;
  before(async () => {
    world = await openJourneyWorld();
    // The other journey, whose one mail everybody gets who calls.
    const shapes = {
      hello: { kind: 'email', template: 'Hello', next: 'rest' },
      rest: { ...pause, for: { days: 1 } },
      end,
    };
    await world.push(welcome({ name: 'Newsletter', entry: entry('act:cm:called'), exits: [], shapes }));
  });
  after(() => world?.close());

  /** Where her runs are, once both have begun and she has done something with the other one's mail. */
  async function runsOnce(email: string, journey: object, act: () => Promise<unknown>): Promise<string[]> {
    await world.push(welcome({ name: 'Task', start: 'pause', shapes: { pause, end }, ...journey }));
    await world.does(email, 'signed-up');
    await world.does(email, 'called');
    await world.pass(HOUR);
    await act();
    await world.quiet();
    return world.runsOf(email);
  }
  const newest = async (email: string) => (await world.mailsTo(email)).at(-1)!;

  test('unsubscribing in a mail of one journey lets her out of another that says so', async () => {
    const anna = 'anna@example.com';
    const leave = { leave: { unsubscribed: true }, exits: [] };
    assert.deepEqual(await runsOnce(anna, leave, async () => unsubscribe(await newest(anna))), [
      'left: unsubscribed',
      'rest',
    ]);
  });

  test('a condition on unsubscribing sees it, whichever mail she did it by', async () => {
    const ben = 'ben@example.com';
    const exits = { exits: [occurred('act::u-all')] };
    assert.deepEqual(await runsOnce(ben, exits, async () => unsubscribe(await newest(ben))), [
      'left: exit rule',
      'rest',
    ]);
  });

  test('a wait for leaving another journey ends when she has left it', async () => {
    const cleo = 'cleo@example.com';
    const until = occurred('act::lj', { '$str::is': { field_id: 'str::cn', value: 'Newsletter' } });
    const shapes = { wait: { kind: 'wait', until, next: 'pause' }, pause, end };
    assert.deepEqual(await runsOnce(cleo, { start: 'wait', shapes, exits: [] }, () => world.pass(2 * DAY)), [
      'pause',
      'left: completed',
    ]);
  });

  test('opening another journey’s mail is still no open of this one’s', async () => {
    const dora = 'dora@example.com';
    const exits = { exits: [occurred('act::o')] };
    assert.deepEqual(await runsOnce(dora, exits, async () => open(await newest(dora))), ['pause', 'rest']);
  });
});
