import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Filter, objectId } from '@tributary/model';
import { brief, DAY, HOUR, openPlace, type Place, waiting } from '../../test/support/entry-place.ts';
import { until } from '../../test/support/until.ts';
import { publicAudienceId } from '../audiences/index.ts';
import { transaction } from '../platform/database/pool.ts';

const address = (name: string) => ({ 'str::email': `${name}@example.com` });
const inCity = (name: string): Filter => ({ '$str::is': { field_id: 'geo::city', value: name } });
const CALLED = 'act:cm:called';
const end = { kind: 'exit' };
const wait = { kind: 'delay', for: { days: 1 }, next: 'end' };
const journeyStep = (what: 'add' | 'remove', journey: string) => ({
  start: 'do',
  shapes: { do: { kind: 'journey', do: what, journey, next: 'end' }, end },
});

describe('an audience of those who are in a journey', () => {
  let place: Place;
  before(async () => {
    place = await openPlace({ processes: 2 });
    await place.tributary.people.addDefinitions(place.ws, [{ activityId: CALLED, name: 'Called', touch: true }]);
  });
  after(() => place.close());

  const campaign = async (name: string): Promise<string> => {
    const row = (await place.tributary.journeys.list(place.db, place.ws)).find((each) => each.name === name)!;
    return objectId(row.createdAt, row.id);
  };
  const asking = async (operator: string, journey: string): Promise<Filter> => ({
    [operator]: { campaign_id: await campaign(journey) },
  });
  const audience = async (name: string, filter: Filter, exitFilter?: Filter): Promise<string> => {
    const made = await place.tributary.audiences.create(place.ws, { name, filter, exitFilter: exitFilter ?? null });
    await place.quiet();
    return publicAudienceId(made);
  };
  const inside = async (name: string): Promise<string> =>
    audience(`In ${name}`, await asking('$is_member_of_campaign', name));
  const members = async (id: string): Promise<string[]> => {
    const { rows } = await place.db.query<{ name: string }>(
      `select split_part(p.fields->>'str::email', '@', 1) as name
       from audience_member m join person p on p.id = m.person_id where m.audience_id = $1 order by 1`,
      [Number.parseInt(id.slice(8), 16)],
    );
    return rows.map(({ name }) => name);
  };
  /** What a timeline says of audiences of those in a journey: "+In A", "-In A". */
  const story = async (personId: string): Promise<string[]> =>
    (await place.tributary.people.timeline(place.db, place.ws, personId, 1000))
      .toReversed()
      .filter(({ activityId }) => /(enter|leave)-audience$/.test(activityId))
      .map(({ activityId, attributes }) => `${activityId.includes('enter') ? '+' : '-'}${attributes['str::name']}`)
      .filter((line) => line.slice(1).startsWith('In '));
  const merge = (name: string, more: object = {}) => place.merge({ ...address(name), ...more });
  const trigger = async (journey: string, name: string): Promise<void> => {
    const item = { who: { by: ['str::email'] }, fields: address(name), source: 'API' };
    await place.tributary.journeys.entries.trigger(place.ws, journey, { people: [item] });
  };
  const did = (name: string, id = CALLED) => place.merge(address(name), { activity: { id, attributes: {} } });
  const idOf = async (name: string) =>
    (await place.tributary.people.findByEmail(place.db, place.ws, address(name)['str::email']))!;
  const ids = new Map<string, string>();
  const change = async (kind: 'archive' | 'restore' | 'delete', name: string): Promise<void> => {
    // Who is archived is not found by an address any more.
    const id = ids.get(name) ?? (await idOf(name));
    ids.set(name, id);
    await place.tributary.people.lifecycle.change(place.ws, kind, { ids: [id] }, 'API');
  };
  const manage = () => place.tributary.journeys.manage;
  const by = 'a test';
  const runOf = async (journey: string): Promise<{ id: string }> => {
    const { rows } = await place.db.query<{ id: string }>(
      'select r.id from run r join journey j on j.id = r.journey_id where j.name = $1 order by r.id desc limit 1',
      [journey],
    );
    return rows[0]!;
  };

  /** One way into a journey, or out of it: the journey's parts, and what is done, each with who belongs then. */
  type Way = [
    way: string,
    journey: { entry: object } & Record<string, unknown>,
    beats: [when: string, act: (journey: string) => unknown, members: string[]][],
  ];
  const direct = { entry: { kind: 'direct' } };
  const called = { '$act::has_occurred': { field_id: CALLED } };
  const ways: Way[] = [
    [
      'its end',
      direct,
      [
        ['ann is put in', (name) => trigger(name, 'ann'), ['ann']],
        ['a day passes', () => place.pass(DAY), []],
        ['she is put in again', (name) => trigger(name, 'ann'), ['ann']],
      ],
    ],
    [
      'an activity, and an exit',
      { entry: { kind: 'activity', activity: CALLED }, exits: [inCity('Oslo')] },
      [
        ['bo calls', () => did('bo'), ['bo']],
        ['bo moves', () => merge('bo', { 'geo::city': { name: 'Oslo' } }), []],
      ],
    ],
    [
      'a goal, which lets nobody go',
      { ...direct, goal: { name: 'Called', when: called } },
      [
        ['cy is put in', (name) => trigger(name, 'cy'), ['cy']],
        ['cy calls', () => did('cy'), ['cy']],
        ['a day passes', () => place.pass(DAY), []],
      ],
    ],
    [
      'other journeys',
      direct,
      [
        [
          'journeys are there that put in and take out',
          async (name) => {
            await place.push({ name: `Into ${name}`, ...direct, ...journeyStep('add', name) });
            await place.push({ name: `Out of ${name}`, ...direct, ...journeyStep('remove', name) });
          },
          [],
        ],
        ['dee is put in', (name) => trigger(`Into ${name}`, 'dee'), ['dee']],
        ['dee is taken out', (name) => trigger(`Out of ${name}`, 'dee'), []],
      ],
    ],
    [
      'an enrolment of many, and the end of a run by hand',
      direct,
      [
        [
          'two are enrolled',
          async (name) => {
            const people = [await merge('ed'), await merge('eve')];
            await place.tributary.journeys.entries.enrol(place.ws, name, { people, by });
          },
          ['ed', 'eve'],
        ],
        [
          'one is ended',
          async (name) =>
            manage().settleRun(place.ws, { name }, { ...(await runOf(name)), shown: 'it', how: 'end', by }),
          ['ed'],
        ],
      ],
    ],
    [
      'a run that is parked, and ended',
      direct,
      [
        ['fay is put in', (name) => trigger(name, 'fay'), ['fay']],
        [
          'her run is parked',
          async (name) =>
            place.db.query(`update run set parked_error = 'a defect', due_at = null where id = $1`, [
              (await runOf(name)).id,
            ]),
          ['fay'],
        ],
        [
          'and ended',
          async (name) => place.tributary.journeys.settleParked(place.ws, (await runOf(name)).id, 'end'),
          [],
        ],
      ],
    ],
    [
      'the archive',
      direct,
      [
        ['gil is put in', (name) => trigger(name, 'gil'), ['gil']],
        [
          'everybody goes, and it is archived',
          (name) => manage().changeState(place.ws, { name }, 'archive', { by, letGo: true }),
          [],
        ],
      ],
    ],
    [
      'draining',
      direct,
      [
        ['hal is put in', (name) => trigger(name, 'hal'), ['hal']],
        ['it drains', (name) => manage().changeState(place.ws, { name }, 'drain', { by }), ['hal']],
        ['his day is over', () => place.pass(DAY), []],
      ],
    ],
    [
      'a version that ends where they stood',
      direct,
      [
        ['ida is put in', (name) => trigger(name, 'ida'), ['ida']],
        [
          'it is published',
          async (name) => {
            const draft = { name, ...direct, start: 'other', shapes: { other: wait, end } };
            const { journey } = await manage().draft(place.ws, { name });
            await manage().saveDraft(place.ws, { name }, { draft, edit: journey.draftEdit, by });
            await manage().publish(place.ws, { name }, { inside: 'move', mapping: { wait: null }, by });
          },
          [],
        ],
      ],
    ],
    [
      'being put away, brought back, and deleted',
      direct,
      [
        ['jo is put in', (name) => trigger(name, 'jo'), ['jo']],
        ['jo is archived', () => change('archive', 'jo'), []],
        ['and restored', () => change('restore', 'jo'), []],
        ['jo is put in again', (name) => trigger(name, 'jo'), ['jo']],
        [
          'and deleted',
          async () => {
            await change('archive', 'jo');
            await change('delete', 'jo');
          },
          [],
        ],
      ],
    ],
    [
      'becoming one person, and two again',
      direct,
      [
        ['lea is put in', (name) => trigger(name, 'lea'), ['lea']],
        [
          'she turns out to be leo',
          async () => {
            const leo = await merge('leo');
            const people: [string, string] = [leo, await idOf('lea')];
            await place.tributary.people.identity.unite(place.ws, { people, survivor: leo, by });
          },
          ['leo'],
        ],
        [
          'and does not',
          async () => {
            const leo = await idOf('leo');
            const [merged] = await place.tributary.people.identity.merges(place.db, place.ws, leo);
            await place.tributary.people.identity.separate(place.ws, { survivor: leo, mergeId: merged!.mergeId, by });
          },
          ['lea'],
        ],
      ],
    ],
    [
      'a shape that holds out',
      { ...direct, start: 'some', shapes: { some: { kind: 'hold-out', share: 100, next: 'wait' }, wait, end } },
      [['moe is put in', (name) => trigger(name, 'moe'), []]],
    ],
    [
      'a hold-out',
      { ...direct, holdOut: 0.9 },
      [
        [
          'twenty are put in, and some get nothing',
          async (name) => {
            for (let i = 0; i < 20; i++) await trigger(name, `n${i}`);
            await place.quiet();
            const runs = await place.runs(name);
            const waiting = runs.filter((run) => run.endsWith(' wait')).map((run) => run.split(' ')[0]!);
            assert.ok(waiting.length < 20);
            expected.set(name, waiting.toSorted());
          },
          [],
        ],
      ],
    ],
  ];
  /** Where only the story itself can tell who belongs. */
  const expected = new Map<string, string[]>();

  for (const [way, parts, beats] of ways) {
    test(`follows ${way}`, async () => {
      const name = `By ${way}`;
      await place.push({ name, ...waiting, ...parts });
      const id = await inside(name);
      for (const [when, act, who] of beats) {
        await act(name);
        await place.quiet();
        const wanted = expected.get(name) ?? who;
        assert.deepEqual(await members(id), wanted, `after “${when}”`);
        const { growth, ...found } = await place.tributary.audiences.find(place.ws, id);
        assert.equal(found.members, wanted.length);
      }
    });
  }

  test('of those who have begun it, are inside and have left is right for each; timelines and figures tell of it', async () => {
    const name = 'Asked';
    await place.push({ name, ...direct });
    await merge('never');
    await trigger(name, 'old');
    await place.quiet();
    await place.pass(DAY);
    const begun = await audience('Begun', await asking('$has_started_campaign', name));
    const within = await inside(name);
    const left = await audience('Left', await asking('$has_left_campaign', name));
    const outside = await audience('Outside', {
      $and: [{ $is_not_member_of: { audience_id: within } }, { $is_member_of: { audience_id: begun } }],
    });
    const now = async () => Promise.all([begun, within, left, outside].map(members));
    assert.deepEqual(await now(), [['old'], [], ['old'], ['old']], 'as it is built');
    await trigger(name, 'new');
    await trigger(name, 'old');
    await place.quiet();
    assert.deepEqual(await now(), [['new', 'old'], ['new', 'old'], ['old'], []]);
    await place.pass(DAY);
    assert.deepEqual(await now(), [['new', 'old'], [], ['new', 'old'], ['new', 'old']]);
    assert.deepEqual(await story(await idOf('new')), ['+In Asked', '-In Asked']);
    const { growth, members: size } = await place.tributary.audiences.find(place.ws, within);
    assert.equal(size, 0);
    assert.deepEqual(
      [growth.reduce((sum, { entered }) => sum + entered, 0), growth.reduce((sum, day) => sum + day.left, 0)],
      [2, 2],
    );
  });

  test('may ask it beside all else, and by what lets people go', async () => {
    const name = 'Beside';
    await place.push({ name, ...direct });
    const asked = await asking('$is_member_of_campaign', name);
    const there = await audience('Bergen inside', { $and: [inCity('Bergen'), asked] });
    const until = await audience('Bergen until', inCity('Bergen'), asked);
    const now = async () => [await members(there), await members(until)];
    await merge('pia', { 'geo::city': { name: 'Bergen' } });
    await place.quiet();
    assert.deepEqual(await now(), [[], ['pia']]);
    await trigger(name, 'pia');
    await trigger(name, 'quin');
    await place.quiet();
    assert.deepEqual(await now(), [['pia'], []]);
    await place.pass(DAY);
    assert.deepEqual(await now(), [[], ['pia']]);
    await trigger(name, 'quin');
    await merge('quin', { 'geo::city': { name: 'Bergen' } });
    await place.quiet();
    assert.deepEqual(await now(), [['quin'], ['pia']]);
  });

  test('holds whoever did more than is carried', async () => {
    const name = 'Busy';
    await place.push({ name, ...direct });
    const id = await audience('Busy callers', { $and: [called, await asking('$is_member_of_campaign', name)] });
    const at = (i: number) => new Date(place.clock.now().getTime() - i * 1000);
    const item = { who: { by: ['str::email'] }, fields: address('rob'), source: 'API' };
    const calls = Array.from({ length: 1200 }, (_, i) => ({
      ...item,
      activity: { id: CALLED, attributes: {}, at: at(i) },
    }));
    await place.tributary.people.record(place.ws, calls);
    await trigger(name, 'rob');
    await place.quiet();
    assert.deepEqual(await members(id), ['rob']);
    await place.pass(DAY);
    assert.deepEqual(await members(id), []);
  });

  test('lets people into another journey, whether they enter by the audience or by the filter', async () => {
    await place.push({ name: 'First', ...direct });
    const filter = await asking('$is_member_of_campaign', 'First');
    await trigger('First', 'sam');
    await place.quiet();
    const id = await audience('In first', filter);
    await place.push({ name: 'By audience', entry: { kind: 'audience', audience: id }, ...brief });
    await place.push({ name: 'By leaving', entry: { kind: 'audience', audience: id, when: 'leaves' }, ...brief });
    await place.push({ name: 'By filter', entry: { kind: 'filter', filter }, ...brief });
    await place.push({ name: 'By filter, existing', entry: { kind: 'filter', filter, existing: true }, ...brief });
    await place.quiet();
    await trigger('First', 'tom');
    await place.quiet();
    const done = (...names: string[]) => names.map((name) => `${name} left: completed`);
    assert.deepEqual(await place.runs('By audience'), done('tom'));
    assert.deepEqual(await place.runs('By filter'), done('tom'));
    assert.deepEqual(await place.runs('By filter, existing'), done('sam', 'tom'));
    assert.deepEqual(await place.runs('By leaving'), []);
    await place.pass(DAY);
    assert.deepEqual(await place.runs('By leaving'), done('sam', 'tom'));
  });

  test('a run that ends while everybody is judged is not missed', async () => {
    const name = 'Meanwhile';
    await place.push({ name, ...direct });
    const id = await inside(name);
    await trigger(name, 'uma');
    await place.quiet();
    const uma = await idOf('uma');
    await transaction(place.db, async (tx) => {
      await tx.query('select from person where id = $1 for update', [uma]);
      place.clock.advance(DAY);
      await until('the engine has ended the run, and waits to say so', async () => {
        const { rows } = await place.db.query<{ waits: boolean }>(
          `select exists (select from pg_locks where not granted and pid <> pg_backend_pid()) as waits`,
        );
        return rows[0]!.waits;
      });
      const filter = {
        $and: [await asking('$is_member_of_campaign', name), { $has_any_value: { field_id: 'str::email' } }],
      };
      await place.tributary.audiences.edit(place.ws, id, { filter });
      await until('it is built', async () => !(await place.tributary.audiences.find(place.ws, id)).building);
      assert.deepEqual(await members(id), ['uma']);
    });
    await place.quiet();
    assert.deepEqual(await members(id), []);
    assert.deepEqual(await story(uma), [`+In ${name}`, `-In ${name}`]);
  });

  test('many who come and go in two processes, while it is edited, end where they belong', async () => {
    const name = 'Rush';
    await place.push({ name, ...direct, start: 'wait', shapes: { wait: { ...wait, for: { hours: 1 } }, end } });
    const id = await inside(name);
    const names = Array.from({ length: 30 }, (_, i) => `v${String(i).padStart(2, '0')}`);
    const asked = await asking('$is_member_of_campaign', name);
    const others = [asked, { $and: [asked] }];
    for (let round = 0; round < 12; round++) {
      const some = names.filter((_, i) => (i * 7 + round * 5) % 3 === 0);
      if (round % 4 === 2) await place.tributary.audiences.edit(place.ws, id, { filter: others[(round / 2) % 2]! });
      place.clock.advance(HOUR / 2);
      await Promise.all(some.map((who) => trigger(name, who)));
    }
    await place.quiet();
    const { rows } = await place.db.query<{ name: string }>(
      `select distinct split_part(p.fields->>'str::email', '@', 1) as name from run r join person p on p.id = r.person_id
       where r.left_at is null and r.journey_id = (select id from journey where name = $1) order by 1`,
      [name],
    );
    assert.ok(rows.length > 0 && rows.length < names.length);
    assert.deepEqual(
      await members(id),
      rows.map((row) => row.name),
    );
    for (const who of names) {
      const steps = await story(await idOf(who));
      steps.forEach((step, i) => {
        assert.equal(step[0], i % 2 === 0 ? '+' : '-', `${who}: ${steps.join(' ')}`);
      });
    }
  });

  test('is refused where there is no journey of that id', async () => {
    const filter = { $has_left_campaign: { campaign_id: '6b04c2250000000000009999' } };
    const { status, body } = await place.api('/api/audiences', { name: 'Nowhere', filter });
    assert.equal(status, 400);
    assert.match(JSON.stringify(body), /filter: there is no journey \\"6b04c2250000000000009999\\"/);
    const entered = place.push({ name: 'Of nowhere', entry: { kind: 'filter', filter }, ...brief });
    await assert.rejects(entered, /entry\.filter: there is no journey "6b04c2250000000000009999"/);
  });
});
