import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { heard } from '../../../test/support/heard.ts';
import { transaction } from '../../platform/database/pool.ts';
import { wholePlaybook } from '../../playbooks/whole.ts';
import { type Own, openOwn } from './test/support.ts';

const PLAYBOOK = new URL('../../../../../playbooks/qualification-follow-up.journey.yaml', import.meta.url);
const START = '2026-03-02T08:00:00Z';
const ENTRY = { 'str:cm:stage': 'Qualification', 'str:cm:lead-id': '42' };
const anna = { 'str::first': 'Anna', 'str::last': 'Petrova', 'str::email': 'anna@example.com' };

/** Everything that a run could leave behind. */
const TABLES = 'run move message news shape_done split_choice split_count person activity'.split(' ');

describe('playing a journey through', () => {
  let own: Own;
  let playbook: { journey: Record<string, unknown>; templates: Record<string, unknown> };
  before(async () => {
    own = await openOwn();
    const { journey, templates } = await wholePlaybook(fileURLToPath(PLAYBOOK));
    playbook = { journey, templates };
    playbook.journey.holdOut = 0;
    await own.people.addDefinitions(own.ws, [
      { activityId: 'act:cm:crm-stage-changed', name: 'CRM stage changed', touch: false },
      { activityId: 'act:cm:crm-deal-deleted', name: 'CRM deal deleted', touch: false },
      { activityId: 'act:cm:crm-deal-passed-on', name: 'CRM deal passed on', touch: false },
      { activityId: 'act:cm:meeting-booked', name: 'Meeting booked', touch: true },
    ]);
    await own.people.addField(own.ws, { name: 'Segment', type: 'text' });
  });
  after(() => own.close());

  const played = async (body: object) => {
    const answer = await own.call('POST', '/api/journeys/simulate', {
      ...playbook,
      person: { fields: anna },
      entry: ENTRY,
      start: START,
      ...body,
    });
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  };
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire.
  const told = ({ paths }: any, i = 0): string[] =>
    // biome-ignore lint/suspicious/noExplicitAny: what came over the wire.
    paths[i].path.map((entry: any) => `${entry.at} ${entry.event ?? `${entry.shape}: ${entry.did}`}`);

  test('who opens the first mail after a day gets the case study then, and is asked a last question', async () => {
    const answer = await played({ events: ['opens first-call after 1 day'] });
    assert.deepEqual(told(answer), [
      '2026-03-02T08:00:00.000Z first-call: asked for the e-mail “How did the first call go?”',
      '2026-03-02T08:00:00.000Z until-opened: waits until 2026-03-04 08:00 UTC',
      '2026-03-03T08:00:00.000Z opens first-call',
      '2026-03-03T08:00:00.000Z until-opened: went on at once: what ends the wait has happened',
      '2026-03-03T08:00:00.000Z case-study: asked for the e-mail “Case study”',
      '2026-03-03T08:00:00.000Z three-days: waits until 2026-03-06 08:00 UTC',
      '2026-03-06T08:00:00.000Z three-days: waited long enough',
      '2026-03-06T08:00:00.000Z opened: the condition does not hold',
      '2026-03-06T08:00:00.000Z last-question: asked for the e-mail “One question”',
      '2026-03-06T08:00:00.000Z end: left: completed',
    ]);
    const { path, end } = answer.paths[0];
    const { message } = path[0];
    assert.equal(message.to, 'anna@example.com');
    assert.equal(message.subject, 'How did the first call go?');
    assert.match(message.html, /Hello Anna,/);
    assert.match(message.html, /one-page\?deal=42"/);
    assert.match(message.text, /Hello Anna,/);
    assert.match(message.text, /https?:\/\/\S+\/t\/u\/preview/);
    assert.match(message.html, /"https?:\/\/[^"]+\/t\/u\/preview"/);
    assert.equal(message.not_sent, undefined);
    const opened = path.find((entry: { shape?: string }) => entry.shape === 'opened');
    assert.equal(opened.decided[0].at, 'shapes.opened.if');
    assert.equal(opened.decided[0].holds, false);
    assert.equal(opened.decided[0].why.asked, '“Opened email” occurred where Shape ID is “case-study”');
    assert.equal(opened.decided[0].why.was, 'it has not occurred (once otherwise)');
    assert.match(opened.decided[0].why.occurrences[0].why, /Shape ID is “case-study”: it was “first-call”/);
    assert.deepEqual([end.state, end.reason, end.missed], ['left', 'completed', []]);
    assert.deepEqual(answer.person, { made_up: true, email: 'anna@example.com' });
  });

  test('a deal that moves on ends it in the middle of the wait, and says which value did', async () => {
    const moved = (lead: string) =>
      `does act:cm:crm-stage-changed str:cm:stage=Lost str:cm:lead-id=${lead} after 1 day`;
    const answer = await played({ events: [moved('42')] });
    const last = answer.paths[0].path.at(-1);
    assert.equal(last.did, 'left: exit rule');
    assert.equal(last.decided[0].at, 'exits[0]');
    assert.match(last.decided[0].why.parts[0].was, /^once, last at 2026-03-03T08/);
    const other = await played({ events: [moved('43')] });
    assert.equal(other.paths[0].end.reason, 'completed');
  });

  test('an answer to the first mail ends it, and says so', async () => {
    const answer = await played({ events: ['replies to first-call after 1 day'] });
    const last = answer.paths[0].path.at(-1);
    assert.equal(last.did, 'left: exit rule');
    assert.deepEqual(
      last.decided[0].why.parts.map(({ asked, holds }: { asked: string; holds: boolean }) => [asked, holds]).at(-1),
      ['“Replied to email” occurred', true],
    );
  });

  test('who unsubscribes is not sent the next mail, with the reason; what could not happen is told', async () => {
    const answer = await played({ events: ['unsubscribes after 1 day', 'opens case-study after 1 hour'] });
    const study = answer.paths[0].path.find((entry: { shape?: string }) => entry.shape === 'case-study');
    assert.equal(study.message.not_sent, 'the person has unsubscribed from e-mail');
    assert.deepEqual(answer.paths[0].end.missed, [
      { event: 'opens case-study', why: 'case-study sent nothing and asked for nothing' },
    ]);
    assert.deepEqual(answer.paths[0].end.fields['bol::p'], { before: true, after: false });
  });

  test('a task is told with its texts rendered, and one that fails with the reason', async () => {
    const events = ['opens first-call', 'opens case-study after 1 hour'];
    const answer = await played({ events });
    const call = (of: typeof answer) => of.paths[0].path.find((entry: { shape?: string }) => entry.shape === 'call');
    assert.equal(call(answer).action.input.text, 'Call Anna Petrova, who has read the case study');
    const failing = await played({ events, fail: { call: 'Kommo is away' } });
    assert.equal(call(failing).action.failed, 'Kommo is away');
  });

  test('who does not fit the entry does not go in, and is told which value was wrong; or goes in anyway', async () => {
    const answer = await played({ entry: { 'str:cm:stage': 'New' } });
    assert.deepEqual(answer.paths, []);
    assert.equal(answer.entry.enters, false);
    assert.deepEqual(answer.entry.why, ['entry.filter does not hold']);
    assert.equal(answer.entry.checks[0].why.was, '“New”');
    const anyway = await played({ entry: { 'str:cm:stage': 'New' }, anyway: true });
    assert.equal(anyway.paths.length, 1);
  });

  test('the same template shows a person of the segment the sentence for them', async () => {
    const answer = await played({ person: { fields: { ...anna, 'str:cm:segment': 'SaaS' } } });
    const study = answer.paths[0].path.find((entry: { shape?: string }) => entry.shape === 'case-study');
    assert.equal(study.message.subject, 'How SaaS teams cut their sales cycle');
  });

  test('nothing is stored, and no number is used up', async () => {
    const count = async () => {
      const counts = TABLES.map((name) => `(select count(*) from ${name})::int as ${name}`);
      const { rows } = await own.t.db.query(`select ${counts.join(', ')},
        (select coalesce(max(last_value), 0) from pg_sequences where sequencename in ('run_number', 'message_number'))::int as numbers`);
      return rows[0];
    };
    const before = await count();
    await played({ events: ['opens first-call', 'unsubscribes after 1 day'], every: true });
    assert.deepEqual(await count(), before);
  });

  describe('a journey that is there', () => {
    let personId: string;
    before(async () => {
      await transaction(own.t.db, async (tx) => {
        for (const [name, template] of Object.entries(playbook.templates))
          await own.messages.putTemplate(tx, own.ws, name, template as never);
        await own.journeys.publish(tx, own.ws, playbook.journey);
      });
      const [outcome] = await own.people.record(own.ws, [
        { who: { by: ['str::email'] }, fields: { ...anna, 'bol::p': false }, tags: ['VIP'], source: 'Test' },
      ]);
      assert.ok(outcome && !('error' in outcome));
      personId = outcome.personId;
    });

    const tried = (body: object, which = 'Qualification follow-up') =>
      own.call('POST', `/api/journeys/${encodeURIComponent(which)}/simulate`, {
        entry: ENTRY,
        start: START,
        ...body,
      });

    test('is found by its name and by its id, and takes a person by address and by id', async () => {
      const byName = await tried({ person: 'anna@example.com' });
      assert.equal(byName.status, 200, byName.text);
      assert.deepEqual(byName.json.journey, {
        name: 'Qualification follow-up',
        id: byName.json.journey.id,
        version: 1,
      });
      assert.equal(byName.json.person.made_up, false);
      const byId = await tried({ person: { id: byName.json.person.id } }, byName.json.journey.id);
      assert.deepEqual(byId.json.paths, byName.json.paths);
      assert.equal(byId.json.paths[0].path[0].message.not_sent, 'the person has unsubscribed from e-mail');
    });

    test('a journey and a person that are not there are a 404, and a wrong script a 400 that says where', async () => {
      const cases: [object, string | undefined, number, RegExp][] = [
        [{}, 'Nothing of the kind', 404, /there is no journey "Nothing of the kind"/],
        [{ person: 'nobody@example.com' }, undefined, 404, /there is no person "nobody@example.com"/],
        [{ draft: true }, undefined, 409, /has no draft/],
        [{ events: ['opens everything'] }, undefined, 400, /the journey has no shape "everything": it has end, call/],
        [{ events: ['falls asleep'] }, undefined, 400, /events\[0\]: "falls asleep" can not be understood/],
        [{ take: { opened: 'yes' } }, undefined, 400, /take: chance decides nothing at "opened"/],
        [
          { assume: { Customers: true } },
          undefined,
          400,
          /assume: no condition and no topic of the journey needs an answer/,
        ],
        [{ fail: { nothing: 'x' } }, undefined, 400, /no shape "nothing"/],
        [{ days: -1 }, undefined, 400, /days/],
        [{ person: { fields: 1 } }, undefined, 400, /person/],
        [{ unheard: 1 }, undefined, 400, /unheard/],
      ];
      for (const [body, which, status, expected] of cases) {
        const answer = await tried(body, which);
        assert.equal(answer.status, status, answer.text);
        assert.match(answer.json.error, expected);
      }
    });

    test('a run that she is in keeps her from entering with the same deal, and not with another', async () => {
      await own.people.record(own.ws, [
        {
          who: { personId },
          fields: {},
          source: 'Test',
          activity: { id: 'act:cm:crm-stage-changed', attributes: ENTRY },
        },
      ]);
      const { rows } = await own.t.db.query<{ id: string; person_id: string; at: string }>(
        `select id::text, person_id::text, occurred_at as at from activity where attributes->>'str:cm:lead-id' = '42'`,
      );
      const { id, at } = rows[0]!;
      await transaction(own.t.db, (tx) =>
        heard(tx, own.journeys.hear, [
          {
            workspaceId: own.ws,
            activities: [{ id, personId, activityId: 'act:cm:crm-stage-changed', at: new Date(at).toISOString() }],
            changed: [],
          },
        ]),
      );
      assert.deepEqual((await tried({ person: 'anna@example.com' })).json.entry.why, ['is inside already']);
      const other = await tried({ person: 'anna@example.com', entry: { ...ENTRY, 'str:cm:lead-id': '43' } });
      assert.equal(other.json.entry.enters, true);
    });
  });
});
