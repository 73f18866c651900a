import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type JourneyWorld, openJourneyWorld } from '../../../test/support/journey-world.ts';

let world: JourneyWorld;
let id: string;
before(async () => {
  world = await openJourneyWorld();
});
after(() => world?.close());

const DAY = 24 * 3_600_000;
const WHO = 'API key “Anna’s key”';
const definition = {
  name: 'Trial',
  entry: { kind: 'activity', activity: 'act:cm:signed-up' },
  exits: [{ '$act::has_occurred': { field_id: 'act:cm:bought' } }],
  goal: { name: 'Bought', when: { '$act::has_occurred': { field_id: 'act:cm:bought' } } },
  start: 'hello',
  shapes: {
    hello: { kind: 'email', template: 'Hello', next: 'pause' },
    pause: { kind: 'delay', for: { days: 2 }, title: 'Two days', next: 'later' },
    later: { kind: 'email', template: 'Later', next: 'end' },
    end: { kind: 'exit' },
  },
};
const refused = async (answer: Promise<{ status: number; json: { error: string } }>, status: number, error: RegExp) => {
  const { status: got, json } = await answer;
  assert.equal(got, status, JSON.stringify(json));
  assert.match(json.error, error);
};
const url = (path = ''): string => `/api/journeys/${id}${path}`;

describe('a journey over HTTP', () => {
  test('is drafted, checked, saved by whoever has read it last, and published', async () => {
    const made = await world.call('POST', '/api/journeys', { definition: { ...definition, start: 'nowhere' } });
    assert.equal(made.status, 201);
    ({ id } = made.json);
    assert.match(id, /^[0-9a-f]{24}$/);
    assert.deepEqual(
      { ...made.json, created_at: 0, edited_at: 0, draft: { ...made.json.draft, edited_at: 0 } },
      {
        ...{ id, name: 'Trial', state: 'draft', version: null, inside: 0, held: 0, parked: 0 },
        draft: { exists: true, edit: 1, begun_from: null, edited_at: 0, edited_by: WHO },
        ...{ created_at: 0, edited_at: 0 },
      },
    );
    await refused(world.call('POST', '/api/journeys', { definition }), 409, /there is a journey “Trial” already/);
    const checked = await world.call('POST', url('/check'));
    assert.deepEqual(checked.json, {
      problems: [{ at: 'start', problem: 'there is no shape "nowhere"' }],
      warnings: [],
      edit: 1,
    });
    await refused(world.call('POST', url('/publish'), { edit: 1 }), 400, /start: there is no shape "nowhere"/);
    const saved = await world.call('PUT', url('/draft'), { definition, edit: 1 });
    assert.deepEqual([saved.status, saved.json.edit, saved.json.definition], [200, 2, definition]);
    await refused(
      world.call('PUT', url('/draft'), { definition, edit: 1 }),
      409,
      /was changed by API key “Anna’s key” since you read it \(edit 2, yours is of 1\)/,
    );
    await refused(
      world.call('PUT', url('/draft'), { definition: { name: 'Other' }, edit: 2 }),
      400,
      /rename the journey/,
    );
    const published = await world.call('POST', url('/publish'), { edit: 2 });
    assert.deepEqual(published, { status: 200, json: { id, version: 1, state: 'on', moved: 0, ended: 0 } });
    assert.equal((await world.call('GET', `/api/journeys/${id.toUpperCase()}`)).json.id, id);
    await refused(world.call('POST', url('/publish'), {}), 409, /has no draft: it is as version 1 says/);
  });

  test('tells how many are where, and who they are', async () => {
    await world.does('anna@example.com', 'signed-up', { 'str:cm:plan': 'Pro' });
    await world.does('ben@example.com', 'signed-up');
    await world.does('ben@example.com', 'bought');
    const { json: figures } = await world.call('GET', url('/figures'));
    assert.deepEqual(figures, {
      id,
      ...{ entered: 2, inside: 1, left: 1, goals: 1, parked: 0 },
      held_out: { entered: 0, goals: 0 },
      not_begun: 0,
      shapes: [
        { shape: 'hello', kind: 'email', title: null, waiting: 0, held: 0, passed: 2 },
        { shape: 'pause', kind: 'delay', title: 'Two days', waiting: 1, held: 0, passed: 0 },
        { shape: 'later', kind: 'email', title: null, waiting: 0, held: 0, passed: 0 },
        { shape: 'end', kind: 'exit', title: null, waiting: 0, held: 0, passed: 0 },
      ],
    });
    const { json: first } = await world.call('GET', url('/runs?limit=1'));
    assert.deepEqual([first.runs.length, first.has_more], [1, true]);
    const { json: second } = await world.call('GET', url(`/runs?limit=1&before=${first.next_before}`));
    assert.deepEqual([second.runs.length, second.has_more], [1, false]);
    assert.deepEqual([first.runs[0].left_reason, second.runs[0].shape], ['exit rule', 'pause']);
    const [anna] = (await world.call('GET', url('/runs?state=inside&shape=pause'))).json.runs;
    assert.deepEqual(anna, second.runs[0]);
    const of = await world.call('GET', url(`/runs?person=${first.runs[0].person_id}`));
    assert.deepEqual(of.json.runs, first.runs);
    assert.deepEqual((await world.call('GET', url('/runs?state=parked'))).json, { runs: [], has_more: false });
    const { json: run } = await world.call('GET', url(`/runs/${anna.id}`));
    assert.deepEqual([run.state, run.version, run.entry], ['inside', 1, { 'str:cm:plan': 'Pro' }]);
    assert.deepEqual(
      run.moves.map(({ shape, did }: { shape: string; did: string }) => [shape, did]),
      [
        ['hello', 'asked for the e-mail “Hello”'],
        ['pause', 'waits until 2026-03-04 08:00 UTC'],
      ],
    );
  });

  test('is published while people are inside, as the preview showed', async () => {
    const { pause: _, ...rest } = definition.shapes;
    const shapes = {
      ...rest,
      hello: { ...rest.hello, next: 'rest' },
      rest: { kind: 'delay', for: { days: 3 }, next: 'later' },
    };
    await world.call('PUT', url('/draft'), { definition: { ...definition, shapes }, edit: 3 });
    const people = { version: 1, shape: 'pause', kind: 'delay', people: 1, title: 'Two days' };
    const seen = await world.call('POST', url('/publish/preview'), {});
    assert.deepEqual(seen.json, {
      problems: [
        {
          at: 'mapping.pause',
          problem:
            'somebody stands here, and the new version has no such shape: say where they go on, or null to end their way',
        },
      ],
      ...{ warnings: [], edit: 4 },
      people: [{ ...people, becomes: 'not said' }],
    });
    const mapping = { pause: 'rest' };
    const { json } = await world.call('POST', url('/publish/preview'), { mapping });
    assert.deepEqual(
      [json.problems, json.people],
      [[], [{ ...people, to: 'rest', to_kind: 'delay', becomes: 'goes on' }]],
    );
    await refused(
      world.call('POST', url('/publish'), { edit: 4, inside: 'move' }),
      400,
      /nobody was moved, and nothing published/,
    );
    const done = await world.call('POST', url('/publish'), { edit: 4, inside: 'move', mapping });
    assert.deepEqual(done.json, { id, version: 2, state: 'on', moved: 1, ended: 0 });
    await world.quiet();
    assert.deepEqual(await world.runsOf('anna@example.com'), ['rest']);
    const { json: diff } = await world.call('GET', url('/diff?from=1&to=live'));
    assert.deepEqual(diff, {
      ...{ from: 1, to: 'live' },
      changes: [
        { at: 'shapes.hello.next', change: 'changed', before: 'pause', after: 'rest' },
        {
          at: 'shapes.pause',
          change: 'removed',
          before: { for: { days: 2 }, kind: 'delay', next: 'later', title: 'Two days' },
        },
        { at: 'shapes.rest', change: 'added', after: { for: { days: 3 }, kind: 'delay', next: 'later' } },
      ],
      lines: [
        '~ shapes.hello.next: “pause” → “rest”',
        '- shapes.pause: {"for":{"days":2},"kind":"delay","next":"later","title":"Two days"}',
        '+ shapes.rest: {"for":{"days":3},"kind":"delay","next":"later"}',
      ],
    });
    const { json: versions } = await world.call('GET', url('/versions'));
    const told = versions.versions.map(({ published_at: _at, ...version }: { published_at: string }) => version);
    assert.deepEqual(told, [
      { version: 2, live: true, published_by: WHO },
      { version: 1, live: false, published_by: WHO },
    ]);
    assert.deepEqual((await world.call('GET', url('/versions/1'))).json, { id, version: 1, definition });
    await refused(world.call('GET', url('/versions/7')), 404, /has no version 7/);
    await refused(world.call('GET', url('/versions/-1')), 404, /is not the number of a version/);
  });

  test('is paused, resumed, drained; shapes are switched, people moved on and let go', async () => {
    const paused = await world.call('POST', url('/pause'));
    assert.deepEqual([paused.status, paused.json.state], [200, 'paused']);
    await world.pass(4 * DAY);
    const { json: held } = await world.call('GET', url());
    assert.deepEqual([held.inside, held.held], [1, 1]);
    assert.equal((await world.call('GET', url('/runs?state=held'))).json.runs.length, 1);
    const off = await world.call('POST', url('/shapes/later/off'));
    assert.deepEqual(off.json, { id, shape: 'later', is: 'off', version: 3 });
    assert.equal((await world.call('POST', url('/resume'))).json.state, 'on');
    await world.quiet();
    assert.deepEqual(await world.runsOf('anna@example.com'), ['later (held)']);
    const moved = await world.call('POST', url('/shapes/later/move-on'));
    assert.deepEqual(moved.json, { id, shape: 'later', people: 1 });
    await world.quiet();
    assert.deepEqual(await world.runsOf('anna@example.com'), ['left: completed']);
    assert.equal((await world.call('POST', url('/shapes/later/on'))).json.version, 4);
    assert.equal((await world.call('POST', url('/drain'))).json.state, 'draining');
    await world.call('POST', url('/resume'));
    await world.does('cleo@example.com', 'signed-up');
    await world.does('dora@example.com', 'signed-up');
    const [dora, cleo] = (await world.call('GET', url('/runs?state=inside'))).json.runs;
    assert.deepEqual((await world.call('POST', url(`/runs/${dora.id}/end`))).json, { id: dora.id, done: true });
    await world.call('POST', url(`/runs/${cleo.id}/move-on`));
    await world.quiet();
    assert.deepEqual(await world.runsOf('dora@example.com'), ['left: ended by hand']);
    assert.deepEqual(await world.subjectsTo('cleo@example.com'), ['Hello', 'Later']);
    await refused(world.call('POST', url(`/runs/${dora.id}/end`)), 409, /has left already: ended by hand/);
    await refused(world.call('POST', url(`/runs/${dora.id}/retry`)), 409, /is not parked/);
    await refused(world.call('POST', url('/runs/100000000000000000000100/end')), 404, /this journey has no run/);
    await refused(world.call('POST', url('/runs/anna/end')), 400, /not the id of a run/);
  });

  test('is renamed, duplicated, put away and brought back; its history says by whom', async () => {
    const copy = await world.call('POST', url('/duplicate'), {});
    assert.deepEqual([copy.status, copy.json.name, copy.json.state], [201, 'Trial (copy)', 'draft']);
    const renamed = await world.call('POST', url('/rename'), { name: 'Trial, first' });
    assert.deepEqual([renamed.json.name, renamed.json.warnings], ['Trial, first', []]);
    await refused(world.call('POST', url('/rename'), { name: 'Trial (copy)' }), 409, /already/);
    await world.does('eve@example.com', 'signed-up');
    await refused(world.call('POST', url('/archive')), 409, /somebody is inside “Trial, first”/);
    assert.equal((await world.call('POST', url('/archive'), { let_go: true })).json.state, 'archived');
    await world.quiet();
    assert.deepEqual(await world.runsOf('eve@example.com'), ['left: the journey was archived']);
    const back = await world.call('POST', url('/restore'));
    assert.deepEqual([back.json.state, back.json.draft.exists, back.json.draft.begun_from], ['draft', true, 4]);
    const { json: all } = await world.call('GET', '/api/journeys?state=draft');
    assert.deepEqual(
      all.journeys.map(({ name }: { name: string }) => name),
      ['Trial (copy)', 'Trial, first'],
    );
    const { json: told } = await world.call('GET', url('/history?limit=500'));
    assert.deepEqual(told.history.map(({ what }: { what: string }) => what).reverse(), [
      'created',
      ...['draft edited', 'published', 'draft edited', 'published', 'paused', 'published', 'resumed', 'moved on'],
      ...[
        'published',
        'draining',
        'resumed',
        'run ended',
        'run moved on',
        'duplicated',
        'renamed',
        'archived',
        'restored',
      ],
    ]);
    assert.ok(told.history.every(({ who }: { who: string }) => who === WHO));
    const page = (await world.call('GET', url('/history?limit=2'))).json;
    const next = (await world.call('GET', url(`/history?limit=2&before=${page.next_before}`))).json;
    assert.deepEqual([page.history, next.history].flat(), told.history.slice(0, 4));
  });

  test('is tried by one person; an e-mail in versions is decided by hand', async () => {
    const offer = {
      kind: 'ab',
      variants: [
        { name: 'A', template: 'Offer A', share: 100 },
        { name: 'B', template: 'Offer B', share: 0 },
      ],
      next: 'end',
    };
    const contest = { ...definition, name: 'Contest', start: 'offer', shapes: { offer, end: { kind: 'exit' } } };
    ({ id } = (await world.call('POST', '/api/journeys', { definition: contest })).json);
    const tried = await world.call('POST', url('/try'), {
      email: 'eve@example.com',
      entry: { a: 1 },
      skip_waits: true,
    });
    assert.equal(tried.status, 201);
    await world.quiet();
    const run = await world.call('GET', url(`/runs/${tried.json.run_id}`));
    assert.deepEqual([run.json.test, run.json.version, run.json.left_reason], [true, null, 'completed']);
    const { json: told } = await world.call('GET', '/api/people/eve@example.com/explain?journey=Contest');
    assert.equal(told.journeys[0].runs[0].version, null);
    await refused(world.call('POST', url('/try'), {}), 400, /say who tries it: "person_id" or "email"/);
    await refused(world.call('POST', url('/try'), { email: 'nobody@example.com' }), 404, /make them first/);
    await world.call('POST', url('/publish'), { inside: 'stay' });
    await world.does('fay@example.com', 'signed-up');
    const figures = { share: 100, sent: 1, opened: 0, clicked: 0 };
    const { json } = await world.call('GET', url('/shapes/offer/variants'));
    assert.deepEqual(json, {
      ...{ id, shape: 'offer', decide: null, next_look_at: null, winner: null },
      variants: [
        { variant: 'A', template: 'Offer A', ...figures, winner: false },
        { variant: 'B', template: 'Offer B', ...figures, share: 0, sent: 0, winner: false },
      ],
    });
    const won = (await world.call('POST', url('/shapes/offer/winner'), { variant: 'B' })).json;
    assert.deepEqual([won.winner.variant, won.winner.by, won.winner.figures], ['B', WHO, null]);
    await world.does('gus@example.com', 'signed-up');
    assert.deepEqual(await world.subjectsTo('gus@example.com'), ['Offer B']);
    await refused(world.call('POST', url('/shapes/offer/winner'), { variant: 'Z' }), 400, /it has "A", "B"/);
    assert.equal((await world.call('POST', url('/shapes/offer/winner'), { variant: null })).json.winner, null);
    await refused(world.call('GET', url('/shapes/end/variants')), 404, /no e-mail in versions/);
  });

  test('is refused with what is wrong and where, whatever is sent', async () => {
    await refused(world.call('GET', '/api/journeys/6b04c2250000000000000001'), 404, /there is no journey/);
    await refused(world.call('GET', '/api/journeys/x/draft'), 404, /there is no journey x/);
    await refused(world.call('GET', url('/runs?state=asleep')), 400, /state: /);
    await refused(world.call('GET', url('/diff?from=first')), 400, /from: /);
    await refused(world.call('POST', url('/publish'), { inside: 'out' }), 400, /inside: /);
    await refused(world.call('POST', url('/publish'), { mapping: { 'a\0b': null } }), 400, /mapping: can not hold/);
    await refused(world.call('PUT', url('/draft'), { definition: { name: 'a\0b' }, edit: 1 }), 400, /U\+0000/);
    await refused(world.call('PUT', url('/draft'), { definition: [] }), 400, /definition: /);
    await refused(world.call('POST', '/api/journeys', { definition: { start: 'x' } }), 400, /a journey has a name/);
    await refused(world.call('POST', url('/shapes/%00/off')), 404, /Not found: nothing has U\+0000/);
    await refused(world.call('POST', url('/shapes/__proto__/move-on')), 404, /has no shape/);
    const anything = {
      definition: { name: 'Odd', shapes: [null, { kind: 'journey', journey: 7 }], entry: null, exits: 'all' },
    };
    const odd = await world.call('POST', '/api/journeys', anything);
    assert.equal(odd.status, 201);
    for (const path of ['check', 'publish/preview'])
      assert.ok((await world.call('POST', `/api/journeys/${odd.json.id}/${path}`, {})).json.problems.length > 0, path);
    assert.equal((await world.call('GET', `/api/journeys/${odd.json.id}/diff?from=draft`)).status, 200);
    assert.equal((await world.call('POST', url('/rename'), { name: 'Contest 2' })).status, 200);
    const { json } = await world.call('POST', '/api/journeys/check', { definition });
    assert.deepEqual(json, { problems: [], warnings: [] });
  });

  test('Liquid that can not be read is told with the text that it is in, and not published', async () => {
    const shapes = {
      a: { kind: 'notice', to: ['team@example.com'], subject: '{% if %}', text: '{{ x | nofilter }}', next: 'b' },
      b: {
        ...{ kind: 'webhook', url: 'https://example.com/{{ bad', headers: { 'X-A': '{{ bad' }, next: 'c' },
        body: '{"name": "{{ people.first-name | nofilter }}"}',
      },
      c: { kind: 'update', set: { 'str::first': 'Hi\n{{ bad', 'str::last': '{{ people.first-name }}' }, next: 'd' },
      d: { kind: 'slack', text: '{% if a %}b', next: 'end' },
      end: { kind: 'exit' },
    };
    const broken = { ...definition, name: 'Broken', start: 'a', shapes };
    const { json } = await world.call('POST', '/api/journeys/check', { definition: broken });
    assert.deepEqual(json, {
      problems: [
        { at: 'shapes.a.subject', problem: 'subject, line 1: invalid value expression: ""' },
        { at: 'shapes.a.text', problem: 'text, line 1: undefined filter: nofilter' },
        { at: 'shapes.b.url', problem: 'url, line 1: output "{{ bad" not closed' },
        { at: 'shapes.b.headers.X-A', problem: 'header X-A, line 1: output "{{ bad" not closed' },
        { at: 'shapes.b.body', problem: 'body, line 1: undefined filter: nofilter' },
        { at: 'shapes.c.set.str::first', problem: 'text, line 2: output "{{ bad" not closed' },
        { at: 'shapes.d.text', problem: 'text, line 1: tag {% if a %} not closed' },
      ],
      warnings: [],
    });
    const made = await world.call('POST', '/api/journeys', { definition: broken });
    await refused(
      world.call('POST', `/api/journeys/${made.json.id}/publish`),
      400,
      /shapes\.a\.subject: subject, line 1: /,
    );
  });

  test('what can not be in the database is not found, and not asked for, whatever the call', async () => {
    const nowhere = [
      ['GET', '/api/people/%00/explain'],
      ['POST', '/v1/journeys/%00/trigger'],
      ['POST', '/api/journeys/x%00/enrol'],
      ['GET', '/api/journeys/%00/enrolments'],
    ] as const;
    for (const [method, path] of nowhere) {
      const { status, json } = await world.call(method, path, method === 'POST' ? {} : undefined);
      const told = {
        request_id: json.request_id,
        code: 404,
        error: 'Not found: nothing has U+0000 in its id or its name',
      };
      assert.deepEqual([status, json], [404, told], path);
    }
    const asked = await world.call('GET', '/api/people/x@y.z/explain?journey=%00');
    assert.deepEqual([asked.status, asked.json.code, asked.json.error], [400, 400, 'journey: can not hold U+0000']);
    const named = await world.call('GET', '/api/journeys?a=1&%00=x');
    assert.deepEqual([named.status, named.json.error], [400, '\\u0000: can not hold U+0000']);
  });

  test('what it names and is not there is told, with its place', async () => {
    const there = await world.call('GET', '/api/audiences');
    const { name, id: audience } = there.json.audiences[0];
    const journey = await world.push({ ...definition, name: 'TT' });
    const campaign = (campaign_id: string) => ({ $is_member_of_campaign: { campaign_id } });
    const shapes = {
      a: { kind: 'delay', until: { field: 'dtz:cm:typo' }, next: 'b' },
      b: { kind: 'delay', until: { field: 'str::first' }, next: 'c' },
      c: { kind: 'delay', until: { field: 'dtz::b' }, next: 'd' },
      d: { kind: 'email', template: 'Hello', sending: { topic: 'Nope' }, next: 'e' },
      e: { kind: 'email', template: 'Later', sending: { topic: name }, next: 'f' },
      f: { kind: 'action', connector: 'kommo', action: 'note', input: { text: 'x' }, next: 'g' },
      g: {
        ...{ kind: 'action', connector: 'kommo', action: 'note', onFailure: 'exit', next: 'end' },
        input: { text: 'Call {{ people.fist-name }}, {{ people.first-name }}' },
      },
      end: { kind: 'exit' },
    };
    const asking = {
      ...{ ...definition, name: 'Asking', start: 'a', shapes, sending: { topic: 'Gone' } },
      exits: [
        { $or: [{ $is_member_of: { audience_id: 'Nope' } }, { $is_member_of: { audience_id: audience } }] },
        { $is_not_member_of: { audience_id: name } },
        { $or: [campaign('TT'), campaign(journey)] },
        campaign('6b04c2250000000000009999'),
      ],
    };
    const { json } = await world.call('POST', '/api/journeys/check', { definition: asking });
    const noMail = 'or it is archived: the mail is not sent, and that is recorded';
    assert.deepEqual(json, {
      problems: [],
      warnings: [
        { at: 'sending.topic', problem: `there is no audience “Gone”, ${noMail}` },
        { at: 'shapes.d.sending.topic', problem: `there is no audience “Nope”, ${noMail}` },
        { at: 'exits[0]', problem: 'there is no audience “Nope”: as if nobody were in it' },
        { at: 'exits[1]', problem: `asks for the audience “${name}” by its name: write its id` },
        { at: 'exits[2]', problem: `asks for the journey “TT” by its name: write its id, ${journey}` },
        { at: 'exits[3]', problem: 'there is no journey “6b04c2250000000000009999”: as if nobody were in it' },
        { at: 'shapes.a.until.field', problem: 'there is no field dtz:cm:typo: nobody waits for it' },
        { at: 'shapes.b.until.field', problem: 'str::first holds no date and no time: nobody waits for it' },
        { at: 'shapes.f.connector', problem: 'kommo is not connected: the step is skipped, and that is recorded' },
        {
          at: 'shapes.g.connector',
          problem: 'kommo is not connected: the step fails and everybody leaves there, and that is recorded',
        },
        {
          at: 'shapes.g.input.text',
          problem: 'names {{ people.fist-name }}, which is nothing: it stays empty for everybody',
        },
      ],
    });
  });

  test('that compares with what the journey can not begin with is told so', async () => {
    const attributes = [{ name: 'Order', display_type: 'text', field_id: 'str:cm:order' }];
    const made = await world.call('POST', '/v1/definitions/activity/create', { name: 'Order sent', attributes });
    assert.equal(made.status, 200, JSON.stringify(made.json));
    const same = (...ids: string[]) => [{ '$act::has_occurred': { field_id: 'act:cm:bought', same: ids } }];
    const told = async (entry: object, ...ids: string[]) => {
      const asking = { ...definition, name: 'Same', entry, exits: same(...ids) };
      const { json } = await world.call('POST', '/api/journeys/check', { definition: asking });
      assert.deepEqual(json.problems, []);
      return json.warnings
        .filter(({ at }: { at: string }) => at === 'exits[0]')
        .map((one: { problem: string }) => one.problem);
    };
    const lacks = (id: string) =>
      `"same" of act:cm:bought compares ${id}, which the journey does not begin with: what has it is never the same`;
    const sent = { activity: 'act:cm:order-sent' };
    assert.deepEqual(await told(sent, 'str:cm:order', 'str:cm:ordr'), [lacks('str:cm:ordr')]);
    assert.deepEqual(await told({ activity: 'act:cm:signed-up' }, 'str:cm:order'), []);
    assert.deepEqual(await told({ kind: 'tag', tag: 'VIP' }, 'str:cm:order'), [lacks('str:cm:order')]);
    const day = { kind: 'date', field: 'dtz::b', every: 'year' };
    assert.deepEqual(await told(day, 'str:cm:order'), [lacks('str:cm:order')]);
    assert.deepEqual(await told({ kind: 'direct' }, 'str:cm:order'), []);
  });
});
