import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../support/until.ts';
import { FOLLOW_UP, found, openUsed, type Used } from './support/used.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

for (const migrations of [6, 14, 17, 19]) {
  describe(`a database that was in use at migration ${migrations}`, () => {
    let used: Used;
    before(async () => {
      used = await openUsed(migrations);
    });
    after(() => used?.close());

    test('keeps every row it had', () => {
      const { before, after } = used;
      assert.ok(before.person! > 10 && before.activity! > 50 && before.run! > 10 && before.move! > 25);
      const missing = Object.entries(before).filter(([table, rows]) => !(after[table]! >= rows));
      assert.deepEqual(missing, []);
    });

    test('mail that was on its way when it was killed leaves, and what bounced stays so', async () => {
      const { clock, db, sink } = used;
      await until('Ida has her mail', () => sink.mailsTo('ida@example.com').length === 1);
      const message = `select m.state, m.uncertain_count as uncertain from message m join identity i using (person_id)
                       where i.value = $1 and m.shape_id = 'first-call'`;
      const sent = `${message} and m.state = 'sent'`;
      assert.deepEqual(await found(db, 'it is written down', sent, ['ida@example.com']), {
        state: 'sent',
        uncertain: 1,
      });
      assert.deepEqual(await found(db, 'of Dan', message, ['dan@example.com']), { state: 'bounced', uncertain: 0 });
      // Eve's was to be tried again later.
      clock.advance(HOUR);
      await until('Eve has hers', () => sink.mailsTo('eve@example.com').length === 1);
    });

    test('what waited for Kommo is read from it and written to it', async () => {
      const { kommo, deals, sink } = used;
      await until('the note that Ben has opened', () => kommo.notes(deals.Ben!).length === 1);
      assert.match(kommo.notes(deals.Ben!)[0]!.text, /^Opened the e-mail “How did the first call go\?”/);
      await until('Jon, of whom a webhook told, has his mail', () => sink.mailsTo('jon@example.com').length === 1);
      assert.deepEqual(await used.runsOf('jon@example.com'), ['until-opened']);
    });

    test('a deal that is moved now starts a run', async () => {
      const { kommo, sink } = used;
      const contact = { first_name: 'Kim', email: 'kim@example.com' };
      const { id } = kommo.addLead({ name: 'Deal of Kim', price: 1, contact });
      await kommo.settled();
      kommo.moveLead(id, kommo.stage('Qualification').statusId);
      await until('Kim has a mail', () => sink.mailsTo('kim@example.com').length === 1);
      assert.deepEqual(await used.runsOf('kim@example.com'), ['until-opened']);
    });

    test('the key that was made then opens the API; people, accounts and what they did can be taken away', async () => {
      const { call, db } = used;
      for (const [what, table] of Object.entries({ people: 'person', activities: 'activity', accounts: 'account' })) {
        const { status, text } = await call('GET', `/api/exports/${what}.csv`);
        assert.equal(status, 200);
        const { rows } = await db.query<{ n: number }>(`select count(*)::int as n from ${table}`);
        assert.equal(text.trimEnd().split('\n').length - 1, rows[0]!.n, what);
      }
      const { json } = await call('POST', '/v1/person/get', {
        fields: ['str::first', 'str:cm:segment'],
        filter: { '$str::is': { field_id: 'str::email', value: 'anna@example.com' } },
      });
      const { 'str::first': first, 'str:cm:segment': segment } = json.contacts[0].fields;
      assert.deepEqual({ first, segment }, { first: 'Anna', segment: 'SaaS' });
    });

    test('audiences are right, and follow what happens', async () => {
      const { call, db } = used;
      const filter = { '$str::is': { field_id: 'str:cm:segment', value: 'SaaS' } };
      if (migrations < 11) assert.equal((await call('POST', '/api/audiences', { name: 'SaaS', filter })).status, 201);
      const members = async (): Promise<string[]> => {
        const { rows } = await db.query<{ email: string }>(
          `select p.fields->>'str::email' as email from audience a join audience_member m on m.audience_id = a.id
           join person p on p.id = m.person_id where a.name = 'SaaS' and a.ready order by 1`,
        );
        return rows.map(({ email }) => email);
      };
      const then = migrations < 11 ? ['anna@example.com'] : ['anna@example.com', 'olga@example.com'];
      await until('it is built', async () => (await members()).length === then.length);
      assert.deepEqual(await members(), then);
      const people = [{ fields: { 'str::email': 'zoe@example.com', 'str:cm:segment': 'SaaS' } }];
      await call('POST', '/v1/person/merge', { people, merge_by: ['str::email'] });
      await until('Zoe belongs', async () => (await members()).includes('zoe@example.com'));
      const { rows } = await db.query(`select from audience where name = 'Subscribers' and ready`);
      assert.equal(rows.length, 1, 'those that a workspace begins with are there');
      const told = await db.query(
        `select from activity a join activity_definition d on d.id = a.definition_id join identity i using (person_id)
         where i.value = 'anna@example.com' and d.activity_id = 'act::enter-audience' and a.attributes->>'str::name' = 'Subscribers'`,
      );
      assert.equal(told.rows.length, migrations < 11 ? 0 : 1, 'who was there before them is not told to have entered');
    });

    test('the journey is edited and published, and who waits is moved to it', async () => {
      const { call, clock, sink } = used;
      const { json: list } = await call('GET', '/api/journeys?limit=100');
      const { id } = list.journeys.find(({ name }: { name: string }) => name === FOLLOW_UP);
      assert.equal(list.journeys.find(({ name }: { name: string }) => name === FOLLOW_UP).version, 3);
      const { json: draft } = await call('GET', `/api/journeys/${id}/draft`);
      draft.definition.shapes['until-opened'].for = { days: 1 };
      const saved = await call('PUT', `/api/journeys/${id}/draft`, { definition: draft.definition, edit: draft.edit });
      assert.equal(saved.status, 200, saved.text);
      const published = await call('POST', `/api/journeys/${id}/publish`, { edit: saved.json.edit, inside: 'move' });
      assert.equal(published.status, 200, published.text);
      // Finn came in by version 1, which had him wait for two days.
      clock.advance(25 * HOUR);
      await until('Finn has the second mail', () => sink.mailsTo('finn@example.com').length === 1);
      await until('and waits again', async () => (await used.runsOf('finn@example.com'))[0] === 'three-days');
    });

    test('who waited goes on: a task about Anna, who had opened her mail, and a question to Ben, who had not', async () => {
      const { clock, kommo, deals, sink } = used;
      clock.advance(3 * DAY);
      await until('the task', () => kommo.tasks(deals.Anna!).length === 1);
      const question = /^Subject: One question, Ben/im;
      await until('the question', () => sink.mailsTo('ben@example.com').some(({ source }) => question.test(source)));
      assert.deepEqual(await used.runsOf('anna@example.com'), ['left: completed']);
      assert.deepEqual(await used.runsOf('cara@example.com'), ['left: exit rule']);
      const rules = `select m.exit_rule as rule from move m join run r on r.id = m.run_id join identity i using (person_id)
                     where i.value = $1 and m.did like 'left: %'`;
      assert.deepEqual(await found(used.db, 'by which rule Cara left', rules, ['cara@example.com']), { rule: 1 });
    });

    if (migrations >= 17)
      test('who had signed up goes on from one wait to the next, by what is remembered of them', async () => {
        const { call, clock, db } = used;
        const way = await found<{ done: number; chosen: number }>(
          db,
          'what is remembered',
          'select (select count(*)::int from shape_done) as done, (select count(*)::int from split_choice) as chosen',
        );
        assert.ok(way.done > 0 && way.chosen === 3);
        assert.deepEqual(await used.runsOf('rita@example.com', 'Welcome'), ['met']);
        const activity = { activity_id: 'act:cm:meeting-booked', fields: { 'str::email': 'rita@example.com' } };
        await call('POST', '/v1/activities/create', { activities: [activity], merge_by: ['str::email'] });
        await until(
          'Rita, who has met us, is through',
          async () => (await used.runsOf('rita@example.com', 'Welcome'))[0] === 'left: completed',
        );
        clock.advance(3 * DAY);
        await until(
          'Sven is, after three days',
          async () => (await used.runsOf('sven@example.com', 'Welcome'))[0] === 'left: completed',
        );
      });

    if (migrations >= 19)
      test('a paused journey goes on, a draft is there, a schedule calls, and a key of a request is known', async () => {
        const { call, db } = used;
        const { json: list } = await call('GET', '/api/journeys?limit=100');
        const journey = (name: string) => list.journeys.find((one: { name: string }) => one.name === name);
        assert.equal(journey('Offer').state, 'paused');
        assert.deepEqual(await used.runsOf('uma@example.com', 'Offer'), ['rest']);
        assert.equal((await call('POST', `/api/journeys/${journey('Offer').id}/resume`)).status, 200);
        await until(
          'Uma is through',
          async () => (await used.runsOf('uma@example.com', 'Offer'))[0] === 'left: completed',
        );
        const { json: draft } = await call('GET', `/api/journeys/${journey('Welcome').id}/draft`);
        assert.deepEqual(draft.definition.shapes.pause.for, { days: 3 });
        assert.equal(
          (await call('POST', `/api/journeys/${journey('Welcome').id}/publish`, { edit: draft.edit })).status,
          200,
        );
        const weekly = `select from run r join journey j on j.id = r.journey_id where j.name = 'Weekly' and r.left_at is not null`;
        await found(db, 'whom the schedule called', weekly);
        const asked = { people: [{ fields: { 'str::email': 'vera@example.com' } }], data: { 'str:cm:order': 'A-17' } };
        const again = await call('POST', '/v1/journeys/Win-back/trigger', { ...asked, idempotency_key: 'order A-17' });
        assert.equal(again.json.people[0].status, 'entered');
        assert.deepEqual(await used.runsOf('vera@example.com', 'Win-back'), ['left: completed']);
      });

    test('nothing is stuck', async () => {
      const { rows } = await used.db.query(
        `select (select count(*)::int from news where attempts > 0) as news,
                (select count(*)::int from run where parked_error is not null) as parked,
                (select count(*)::int from connector_inbox where error is not null) as unread,
                (select count(*)::int from connector_outbox where state = 'failed') as unwritten`,
      );
      assert.deepEqual(rows, [{ news: 0, parked: 0, unread: 0, unwritten: 0 }]);
    });
  });
}
