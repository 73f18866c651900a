import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createKey } from '../../src/access/index.ts';
import type { Explanation } from '../../src/journeys/index.ts';
import { transaction } from '../../src/platform/database/pool.ts';
import { described } from '../support/described.ts';
import { addDeal, moves, openScene, opens, passes, type Scene, unsubscribes } from '../support/scene.ts';
import { until } from '../support/until.ts';
import { openWorld, type World } from '../support/world.ts';

const NAME = 'Qualification follow-up';
const FIRST = 'How did the first call go?';

describe('why somebody is where they are', () => {
  let world: World;
  let key: string;
  before(async () => {
    world = await openWorld();
    key = (await createKey(world.db, world.tributary.workspace, 'Explain', world.clock.now())).key;
  });
  after(() => world?.close());

  const get = async (email: string, query = '') => {
    const path = `/api/people/${encodeURIComponent(email)}/explain${query}`;
    const answer = await fetch(world.tributary.url + path, { headers: { 'x-api-key': key } });
    const text = await answer.text();
    described({ method: 'GET', path }, { status: answer.status, type: answer.headers.get('content-type'), text });
    return { status: answer.status, body: JSON.parse(text) as Explanation & { error?: string } };
  };
  const explained = async (email: string, more = '') => {
    const { status, body } = await get(email, `?journey=${encodeURIComponent(NAME)}${more}`);
    assert.equal(status, 200, JSON.stringify(body));
    return body.journeys[0]!;
  };
  const does = async (scene: Scene, ...acts: ((scene: Scene) => unknown)[]): Promise<void> => {
    for (const act of acts) {
      await act(scene);
      await world.quiet();
    }
  };
  /** Without the moments, which are those of the day. */
  const timeless = (lines: readonly string[]): string[] =>
    lines.map((line) =>
      line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'THEN').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'THEN'),
    );

  test('who waits is told where, until when, for what, and what would end it', async () => {
    const scene = await openScene(world);
    await does(scene, moves('Qualification'));
    const { runs, lines, entry } = await explained(scene.email);
    const [run] = runs;
    assert.equal(run?.standing.state, 'inside');
    assert.equal(run.shape, 'until-opened');
    assert.match(
      run.standing.words,
      /^stands at “until-opened”: waits until .*, or until “Opened email” occurred where Shape ID is “first-call”$/,
    );
    assert.ok(run.standing.until);
    assert.deepEqual(run.standing.waits_for?.why.holds, false);
    assert.deepEqual(
      run.standing.ends_when.map(({ at }) => at),
      ['exits[0]', 'goal.when'],
    );
    assert.match(
      run.standing.ends_when[0]!.words,
      /^it ends when “CRM stage changed” occurred where Stage is not “Qualification” about the same Lead id, or “CRM deal deleted” occurred about the same Lead id, or “CRM deal passed on” occurred about the same Lead id, or “Replied to email” occurred$/,
    );
    assert.deepEqual(
      run.messages.map(({ shape, state, reason }) => [shape, state, reason]),
      [['first-call', 'sent', null]],
    );
    assert.deepEqual(
      run.moves.map(({ shape }) => shape),
      ['first-call', 'until-opened'],
    );
    assert.deepEqual(
      entry.occasions.map(({ run: started }) => started !== undefined),
      [true, false],
    );
    assert.match(timeless(lines).join('\n'), new RegExp(`^is in “${NAME}”\\nentered on THEN, version 1, with `));
    assert.match(
      timeless(lines).join('\n'),
      /“Opened email” occurred where Shape ID is “first-call”: it has not occurred/,
    );
  });

  test('who never entered is told which value of which occasion did not fit', async () => {
    const scene = await openScene(world);
    await does(scene, moves('Negotiation'));
    const { runs, entry, lines } = await explained(scene.email);
    assert.deepEqual(runs, []);
    assert.deepEqual(entry.obstacles, []);
    assert.equal(entry.by, '“CRM stage changed” occurs');
    const [occasion] = entry.occasions;
    assert.deepEqual(occasion?.why, ['the entry’s filter does not hold for it']);
    assert.deepEqual(timeless(lines), [
      `is not in “${NAME}”, and never was`,
      'people enter when “CRM stage changed” occurs',
      '“CRM stage changed” on THEN started no run: the entry’s filter does not hold for it',
      '  Stage is “Qualification”: “Negotiation”',
      '“CRM stage changed” on THEN started no run: the entry’s filter does not hold for it',
      '  Stage is “Qualification”: “New lead”',
    ]);
  });

  test('a message that was not sent says why, and so does one that was never come to', async () => {
    const scene = await openScene(world);
    await does(scene, moves('Qualification'), unsubscribes(FIRST), passes({ days: 2 }));
    const study = await explained(scene.email, '&shape=case-study');
    assert.match(
      timeless(study.lines).join('\n'),
      /the message: “Case study”, asked for on THEN, not sent: the person has unsubscribed from e-mail/,
    );
    const call = await explained(scene.email, '&shape=call');
    assert.match(call.lines[1]!, /has not come to “call”$/);
    assert.match(call.lines[3]!, /now: stands at “three-days”/);
    const { body } = await get(scene.email);
    assert.equal(body.person.unsubscribed, true);
    const [message] = study.runs[0]!.messages;
    const byMessage = await get(scene.email, `?message=${message!.id}`);
    assert.equal(byMessage.status, 200);
    assert.match(byMessage.body.journeys[0]!.lines.join('\n'), /came to “first-call”/);
  });

  test('who has left is told by what, and what keeps them from entering again', async () => {
    const scene = await openScene(world);
    await does(scene, moves('Qualification'), opens(FIRST), moves('Closed - lost'));
    const { runs, lines } = await explained(scene.email);
    assert.equal(runs[0]?.standing.state, 'left');
    assert.match(runs[0].standing.words, /^left on .*: exit rule, .*CRM stage changed/);
    assert.match(lines[0]!, /is not in “Qualification follow-up” any more, and was once/);
  });

  test('two deals are two runs, and an occasion while one is inside says so', async () => {
    const scene = await openScene(world);
    await does(scene, addDeal('second'), moves('Qualification'), moves('Qualification', 'second'));
    const { runs, lines } = await explained(scene.email);
    assert.equal(runs.length, 2);
    assert.match(lines[0]!, /is in “Qualification follow-up”, 2 times/);
  });

  test('a journey that lets nobody in, re-entry, files and earlier days are reasons', async () => {
    const { tributary, db, clock } = world;
    const { id } = tributary.workspace;
    const definition = {
      name: 'Once',
      entry: {
        activity: 'act:cm:meeting-booked',
        again: 'never',
        person: { $is_member_of: { audience_id: 'Nobody' } },
      },
      start: 'end',
      shapes: { end: { kind: 'exit' } },
    };
    const email = 'reasons@example.com';
    const record = (source: string) =>
      tributary.people.record(id, [
        {
          who: { by: ['str::email'] },
          fields: { 'str::email': email },
          source,
          activity: { id: 'act:cm:meeting-booked', attributes: {}, at: clock.now() },
        },
      ]);
    await record('API');
    await world.pass(60_000);
    await transaction(db, (tx) =>
      tributary.journeys.publish(tx, id, { ...definition, entry: { ...definition.entry, person: undefined } }),
    );
    await record('Import');
    await world.pass(60_000);
    await record('API');
    await world.pass(60_000);
    await record('API');
    await world.pass(60_000);
    await transaction(db, (tx) => tributary.journeys.publish(tx, id, definition));
    await tributary.journeys.turn(id, 'Once', 'off');
    await world.pass(60_000);
    // At most once in a journey, so somebody else finds it closed.
    const other = 'closed@example.com';
    await tributary.people.record(id, [
      {
        who: { by: ['str::email'] },
        fields: { 'str::email': other },
        source: 'API',
        activity: { id: 'act:cm:meeting-booked', attributes: {} },
      },
    ]);
    const [closed] = (await get(other, '?journey=Once')).body.journeys[0]!.entry.occasions;
    assert.deepEqual(timeless(closed!.why), ['the journey was draining then, since THEN']);
    await tributary.journeys.turn(id, 'Once', 'on');
    await world.pass(60_000);
    await tributary.people.record(id, [
      {
        who: { by: ['str::email'] },
        fields: { 'str::email': other },
        source: 'API',
        activity: { id: 'act:cm:meeting-booked', attributes: {} },
      },
    ]);
    await world.quiet();
    const [open] = (await get(other, '?journey=Once')).body.journeys[0]!.entry.occasions;
    assert.deepEqual(open!.why, ['entry.person does not hold, as the person is now']);
    await tributary.journeys.turn(id, 'Once', 'off');
    const { body } = await get(email, '?journey=Once');
    const { entry, runs } = body.journeys[0]!;
    assert.equal(runs.length, 1);
    assert.deepEqual(timeless(entry.obstacles), [
      'the journey is draining: nobody enters',
      'entry.person does not hold',
      `was in it before, on ${runs[0]!.entered_at.toString().slice(0, 10)}, and may not enter again`,
    ]);
    assert.deepEqual(
      entry.occasions.map(({ why, run }) => timeless(run ? ['a run'] : why)[0]!.replace(/on [\d-]+/, 'on a day')),
      [
        'was in it before, on a day, and may not enter again',
        'a run',
        'it came by a file, and files start no journeys',
        'the journey was published later, on THEN',
      ].map((why) => why.replace('on THEN', 'on THEN')),
    );
  });

  test('a step that went wrong is told as that; what the run began with is told by that; two at once are told apart', async () => {
    const { db, tributary, clock } = world;
    const { id } = tributary.workspace;
    await tributary.people.addDefinitions(id, [{ activityId: 'act:cm:asked-twice', name: 'Asked twice', touch: true }]);
    await tributary.people.addField(id, { name: 'Stage', type: 'text' });
    const definition = {
      name: 'Goes wrong',
      entry: { kind: 'activity', activity: 'act:cm:asked-twice' },
      start: 'add',
      shapes: {
        add: { kind: 'journey', do: 'add', journey: 'Nowhere', next: 'wait' },
        wait: {
          kind: 'wait',
          until: { '$str::is': { of: 'entry', field_id: 'str:cm:stage', value: 'Won' } },
          next: 'end',
        },
        end: { kind: 'exit' },
      },
    };
    await transaction(db, (tx) => tributary.journeys.publish(tx, id, definition));
    const email = 'twice@example.com';
    const item = (stage: string) => ({
      who: { by: ['str::email'] },
      fields: { 'str::email': email, 'str:cm:stage': 'Won' },
      source: 'API',
      activity: { id: 'act:cm:asked-twice', attributes: { 'str:cm:stage': stage }, at: clock.now() },
    });
    await tributary.people.record(id, [item('Open'), item('Lost')]);
    await world.quiet();
    const { lines, runs } = await until('the other journey has been asked for', async () => {
      const told = (await get(email, '?journey=Goes%20wrong')).body.journeys[0]!;
      return told.runs[0]?.failures.length ? told : undefined;
    });
    assert.deepEqual(
      runs.map(({ failures }) => failures.map(({ shape, reason }) => `${shape}: ${reason}`)),
      [['add: there is no journey “Nowhere”']],
    );
    const said = timeless(lines).join('\n');
    assert.match(said, /add: put into “Nowhere”\n.*THEN {2}add: it failed: there is no journey “Nowhere”\n/s);
    assert.match(said, /Stage is “Won”: “Open”/);
    assert.match(said, /“Asked twice” on THEN started no run: was inside already then/);
    const of = (await get(email, '?journey=Goes%20wrong&shape=add')).body.journeys[0]!;
    assert.match(timeless(of.lines).join('\n'), /it failed: there is no journey “Nowhere”/);
  });

  test('nobody of that address, no such journey and no such shape are a 404', async () => {
    const scene = await openScene(world);
    const cases: [string, string, number, RegExp][] = [
      ['nobody@example.com', '', 404, /there is no person "nobody@example.com"/],
      [scene.email, '?journey=None', 404, /there is no journey "None"/],
      [scene.email, `?journey=${encodeURIComponent(NAME)}&shape=none`, 404, /has no shape "none": it has/],
      [scene.email, '?message=none', 404, /has no message "none"/],
      [scene.email, '?shape=call', 400, /say which journey/],
      [scene.email, '?unheard=1', 400, /unheard/],
    ];
    for (const [email, query, status, expected] of cases) {
      const answer = await get(email, query);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      assert.match(answer.body.error!, expected);
    }
  });
});
