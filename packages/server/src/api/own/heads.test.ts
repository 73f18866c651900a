import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Own, openOwn } from './test/support.ts';

const NAMES = [
  'person_id',
  'account_id',
  'Tag',
  'Account name',
  'people_count',
  'source',
  'Odd (str::email)',
  'E',
  'OE',
];

async function define({ people, ws }: Own): Promise<void> {
  for (const name of NAMES) {
    await people.addField(ws, { name, type: 'text' });
    await people.accounts.addField(ws, { name, type: 'text' });
  }
  await people.addDefinitions(ws, [{ activityId: 'act:cm:order', name: 'Order', touch: false, attributes: [] }]);
  await people.accounts.addDefinitions(ws, [
    {
      activityId: 'act:oc:order',
      name: 'Order',
      touch: false,
      attributes: [{ field_id: 'str:oc:source', display_type: 'text', name: 'Source' }],
    },
  ]);
}

async function fill({ people, ws, clock }: Own): Promise<void> {
  const at = clock.now();
  const [account] = await people.accounts.record(ws, [
    {
      who: { by: ['str:o:name'] },
      fields: {
        'str:o:name': 'Acme',
        'str:o:source': 'A fair',
        'str:oc:account-id': '17',
        'str:oc:tag': 'of a dog',
        'str:oc:people-count': 'many',
      },
      tags: ['Partner'],
      source: 'API',
      activity: { id: 'act:oc:order', attributes: { 'str:oc:source': 'A shop' }, at },
    },
  ]);
  const [anna] = await people.record(ws, [
    {
      who: { by: ['str::email'] },
      fields: {
        'str::email': 'anna@example.com',
        'str:cm:person-id': '17',
        'str:cm:account-id': '18',
        'str:cm:tag': 'of a dog',
        'str:cm:account-name': 'Savings',
        'str:cm:source': 'A friend',
        'str:cm:odd-str-email': 'odd',
      },
      tags: ['Trial'],
      source: 'API',
      activity: { id: 'act:cm:order', attributes: {}, at },
    },
  ]);
  assert.ok(account && 'accountId' in account && anna && 'personId' in anna);
  await people.accounts.members.add(ws, account.accountId, [anna.personId]);
}

describe('an export of fields that are called like its own columns', () => {
  let own: Own;
  before(async () => {
    own = await openOwn();
    await define(own);
    await fill(own);
  });
  after(() => own.close());

  const query = async (sql: string) => (await own.t.db.query(sql)).rows;
  const everything = async () => ({
    people: await query('select id, fields, tags from person'),
    accounts: await query('select id, fields, tags from account'),
    members: await query('select account_id, person_id from account_person'),
    activities: await query('select * from activity order by id'),
    accountActivities: await query('select * from account_activity order by id'),
  });
  const exported = async (path: string): Promise<string> => (await own.call('GET', `/api/exports/${path}`)).text;
  const heads = async (path: string): Promise<string[]> => (await exported(path)).split('\n')[0]!.split(',');

  test('has no head twice, and an id behind the name of whatever an import would take for another', async () => {
    const people = await heads('people.csv');
    assert.equal(new Set(people).size, people.length);
    assert.deepEqual(
      people.filter((head) => /person_id|account_id|Tag|Account name|Odd|Anonymous/.test(head)).toSorted(),
      [
        'Account name (str:cm:account-name)',
        'Account name (str:o:name)',
        'Odd (str::email) (str:cm:odd-str-email)',
        'Tag (str:cm:tag)',
        'Tag (u4s::t)',
        'account_id (idt::o)',
        'account_id (str:cm:account-id)',
        'person_id',
        'person_id (str:cm:person-id)',
      ],
    );
    assert.deepEqual(await heads('people.csv?fields=u4s::t,idt::o,str:cm:person-id,str::first'), [
      'person_id',
      'Tag (u4s::t)',
      'account_id (idt::o)',
      'person_id (str:cm:person-id)',
      'First name',
    ]);
    assert.deepEqual(await heads('accounts.csv?fields=people_count,str:oc:account-id,str:o:name'), [
      'account_id',
      'people_count (people_count)',
      'account_id (str:oc:account-id)',
      'Name',
    ]);
  });

  test('has the tags by either of their names, and the id once, whatever is asked for', async () => {
    const asked = 'fields=str::person_id,tags,str::first';
    const [head, row] = (await exported(`people.csv?${asked}`)).split('\n');
    assert.equal(head, 'person_id,Tag (u4s::t),First name');
    assert.match(row!, /^[0-9a-f]{24},Trial,/);
    const { fields } = JSON.parse((await exported(`people.ndjson?${asked}`)).split('\n')[0]!);
    assert.deepEqual(fields.tags, ['Trial'], 'under the name by which they were asked for');
    assert.deepEqual(await heads('accounts.csv?fields=str:o:account_id,tags'), ['account_id', 'Tag (u4s:o:t)']);
  });

  test('has an id twice over a column of ids that an import would take for a field of that name', async () => {
    const ids = 'fields=e,c,str:cm:e,str::first';
    assert.deepEqual(await heads(`people.csv?headers=ids&${ids}`), [
      'person_id',
      'e (e)',
      'c',
      'str:cm:e',
      'str::first',
    ]);
    assert.deepEqual(await heads('accounts.csv?headers=ids&fields=people_count,oe,oc'), [
      'account_id',
      'people_count (people_count)',
      'oe (oe)',
      'oc',
    ]);
  });

  for (const file of ['people', 'accounts', 'activities', 'account-activities']) {
    for (const asked of ['', '?headers=ids'].slice(0, file.includes('activities') ? 1 : 2)) {
      test(`changes nothing when it comes in again (${file}${asked})`, async () => {
        const was = await everything();
        own.clock.advance(1000);
        const { progress, rejected } = await own.take(file, await exported(`${file}.csv${asked}`));
        assert.equal(progress.rejected, 0, rejected);
        assert.deepEqual(await everything(), was);
      });
    }
  }

  for (const asked of ['', '?headers=ids']) {
    test(`brings everything to another installation, tags as well (${asked || 'by names'})`, async () => {
      const other = await openOwn();
      try {
        await define(other);
        for (const file of ['accounts', 'people', 'account-activities', 'activities']) {
          const text = await exported(`${file}.csv${file.includes('activities') ? '' : asked}`);
          const { progress, rejected } = await other.take(file, text);
          assert.equal(progress.rejected, 0, rejected);
        }
        const there = async (sql: string) => (await other.t.db.query(sql)).rows;
        assert.deepEqual(
          await there(`select fields->>'str:cm:person-id' as id, fields->>'str:cm:source' as source,
                              array(select name from tag where id = any(tags)) as tags from person`),
          [{ id: '17', source: 'A friend', tags: ['Trial'] }],
        );
        assert.deepEqual(
          await there(`select fields->>'str:oc:account-id' as id, fields->>'str:o:source' as source,
                              array(select name from account_tag where id = any(tags)) as tags from account`),
          [{ id: '17', source: 'A fair', tags: ['Partner'] }],
        );
        assert.deepEqual(await there('select attributes from account_activity'), [
          { attributes: { 'str:oc:source': 'A shop' } },
        ]);
      } finally {
        await other.close();
      }
    });
  }

  test('leaves a column "person_id" with numbers of a CRM to the field of that name', async () => {
    const { json } = await own.call('POST', '/api/imports', 'email,person_id\nanna@example.com,17\n');
    assert.deepEqual(json.columns[1].target, { to: 'field', field: 'str:cm:person-id' });
  });

  test('leaves the initial source of an account alone where a file of activities has a source', async () => {
    const { json } = await own.call(
      'POST',
      '/api/imports?kind=account-activities',
      'Name,Event,Time,Initial source\nAcme,Order,2026-01-01,A fair\n',
    );
    assert.deepEqual(json.columns[3].target, { to: 'field', field: 'str:o:source' });
  });
});
