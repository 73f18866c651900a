import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type JourneyWorld, openJourneyWorld, welcome } from '../../support/journey-world.ts';
import { DAY, HOUR } from '../../support/world.ts';

const end = { kind: 'exit' };
const delayed = { rest: { kind: 'delay', for: { days: 3 }, next: 'end' }, end };
const waiting = {
  rest: { kind: 'wait', until: { '$act::has_occurred': { field_id: 'act:cm:called' } }, next: 'end' },
  end,
};

let world: JourneyWorld;
before(async () => {
  world = await openJourneyWorld();
});
after(() => world?.close());

let journeys = 0;
/** Somebody who stands at “rest”, and how her journey is asked about her. */
async function resting(shapes: object, change: Record<string, unknown> = {}) {
  const name = `Rest ${++journeys}`;
  for (const { name: other, state } of await world.tributary.journeys.manage.list(world.ws, { limit: 100, offset: 0 }))
    if (state === 'on') await world.tributary.journeys.turn(world.ws, other, 'off');
  const id = await world.push(welcome({ name, start: 'rest', shapes, ...change }));
  const anna = `r${journeys}@example.com`;
  await world.does(anna, 'signed-up');
  const at = (path: string): string => `/api/journeys/${id}${path}`;
  const get = async (path: string) => (await world.call('GET', path)).json;
  return {
    anna,
    does: async (path: string) => {
      assert.equal((await world.call('POST', at(path))).status, 200);
      await world.quiet();
    },
    now: async () => {
      const told = await get(`/api/people/${anna}/explain?journey=${encodeURIComponent(name)}`);
      const { standing } = told.journeys[0].runs[0];
      return { ...standing, asked: standing.waits_for?.at };
    },
    counts: async () => {
      const [{ inside, held }, figures, { runs }] = await Promise.all([
        get(at('')),
        get(at('/figures')),
        get(at('/runs?state=held')),
      ]);
      const rest = figures.shapes.find(({ shape }: { shape: string }) => shape === 'rest');
      const [run] = (await get(at('/runs?state=inside'))).runs;
      return { inside, held, there: [rest.waiting, rest.held], listed: runs.length, run: run.state };
    },
  };
}

const free = { inside: 1, held: 0, there: [1, 0], listed: 0, run: 'inside' };
const kept = { inside: 1, held: 1, there: [1, 1], listed: 1, run: 'held' };

describe('whoever waits', () => {
  test('is held by a pause from its first moment, and is told what she waits for beside', async () => {
    const { does, now, counts } = await resting(delayed);
    assert.deepEqual(await counts(), free);
    await does('/pause');
    const { state, words, ends_when: ends } = await now();
    assert.equal(state, 'paused');
    assert.match(words, /^stands at “rest”: the journey is paused; waits until 2026-03-05 08:00 UTC$/);
    assert.deepEqual(
      ends.map(({ at }: { at: string }) => at),
      ['exits[0]'],
    );
    assert.deepEqual(await counts(), kept);
    await does('/resume');
    assert.match((await now()).words, /^stands at “rest”: waits until/);
    assert.deepEqual(await counts(), free);
  });

  test('is held by a shape that is switched off from its first moment, and told what she waits for beside', async () => {
    const { anna, does, now, counts } = await resting(waiting);
    await does('/shapes/rest/off');
    const { state, words, asked } = await now();
    assert.equal(state, 'inside');
    assert.match(words, /^stands at “rest”: this shape is switched off; waits until “Called” occurred$/);
    assert.equal(asked, 'shapes.rest.until');
    assert.deepEqual(await counts(), kept);
    await world.does(anna, 'called');
    assert.deepEqual(await world.runsOf(anna), ['rest (held)']);
    await does('/shapes/rest/on');
    assert.deepEqual(await world.runsOf(anna), ['left: completed']);
  });

  test('and is inside in an older version, is held by a shape that the live one switches off', async () => {
    const { does, now, counts, anna } = await resting(waiting);
    await world.push(welcome({ name: `Rest ${journeys}`, start: 'rest', shapes: waiting }));
    await does('/pause');
    await does('/shapes/rest/off');
    assert.deepEqual(await world.runsOf(anna), ['rest (held)']);
    await does('/resume');
    assert.match((await now()).words, /^stands at “rest”: this shape is switched off; /);
    assert.deepEqual(await counts(), kept);
  });

  test('has not stood still while the shape was switched off, though nothing was due', async () => {
    const { anna, does } = await resting(waiting, { leave: { still: { days: 2 } } });
    await world.pass(DAY);
    await does('/shapes/rest/off');
    await world.pass(DAY / 2);
    await does('/shapes/rest/on');
    await world.pass(2 * DAY - HOUR);
    assert.deepEqual(await world.runsOf(anna), ['rest']);
    await world.pass(HOUR);
    assert.deepEqual(await world.runsOf(anna), ['left: did not move on for too long']);
  });
});
