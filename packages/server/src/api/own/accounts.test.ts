import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Own, openOwn } from './test/support.ts';

const ODD = 'ООО «Ромашка; и Ко»';
const INVOICED = {
  activityId: 'act:oc:invoiced',
  name: 'Invoiced',
  touch: true,
  attributes: [{ field_id: 'int:oc:total', display_type: 'decimal', name: 'Total' }],
};

/** Companies with all kinds of fields, what happened there, and their people: of two companies, of one, of none. */
async function fill({ people, ws, clock }: Own): Promise<void> {
  const { accounts } = people;
  for (const [name, type] of [
    ['Revenue', 'currency'],
    ['Markets', 'multi_select'],
    ['Since', 'date'],
    ['Renewal', 'time'],
    ['Name', 'large_text'],
    ['Key account', 'bool'],
    ['Hotline', 'phone'],
  ] as const) {
    await accounts.addField(ws, { name, type });
  }
  await accounts.addDefinitions(ws, [INVOICED]);
  const odd = {
    'str:o:name': ODD,
    'str:o:website': 'https://romashka.example/?a=1&b=2',
    'str:o:industry': '=HYPERLINK("x")',
    'int:o:employees': 1200,
    'str:o:address': 'Rua\n"1"',
    'geo:o:city': { name: 'Казань', region: 'x' },
    'str:o:owner': '  spaces ',
    'int:oc:revenue': -12_345,
    'sst:oc:markets': ['a; b', ' x', 'y'],
    'dtz:oc:since': { year: 1990, month: 2, day: 3, timezone: 'Europe/Lisbon' },
    'tme:oc:renewal': '2027-03-01T10:30:00+02:00',
    'txt:oc:name': "'=1+1",
    'bol:oc:key-account': false,
    'phn:oc:hotline': { c: '351', n: '912345678' },
  };
  const at = clock.now();
  const by = { by: ['str:o:name'] };
  const outcomes = await accounts.record(ws, [
    { who: by, fields: odd, tags: ['A; b', 'Partner'], source: 'API' },
    {
      who: by,
      fields: { 'str:o:name': 'Bolt' },
      source: 'API',
      activity: { id: 'act:oc:invoiced', attributes: { 'int:oc:total': 1500, 'str:oc:odd': '=1' }, at },
    },
    {
      who: by,
      fields: { 'str:o:name': 'Bolt' },
      source: 'API',
      activity: { id: 'act:oc:invoiced', attributes: {}, at, key: 'k' },
    },
    { who: { by: ['str:o:website'] }, fields: { 'str:o:website': 'nameless.example' }, source: 'API' },
    { who: by, fields: { 'str:o:name': 'Archived' }, source: 'API' },
  ]);
  const [romashka, bolt, , nameless, archived] = outcomes.map((outcome) => {
    assert.ok('accountId' in outcome);
    return outcome.accountId;
  });
  const made = await people.record(
    ws,
    ['anna', 'boris', 'clara', 'dora'].map((name) => ({
      who: { by: ['str::email'] },
      fields: { 'str::email': `${name}@example.com`, ...(name === 'anna' ? { 'str::first': 'Анна' } : {}) },
      source: 'API',
    })),
  );
  const [anna, boris, clara] = made.map((outcome) => ('personId' in outcome ? outcome.personId : ''));
  await accounts.members.add(ws, romashka!, [anna!, boris!]);
  clock.advance(1000);
  await accounts.members.add(ws, bolt!, [anna!]);
  await accounts.members.add(ws, nameless!, [clara!]);
  await accounts.change(ws, 'archive', { ids: [archived!] }, 'Test');
}

describe('an export of accounts', () => {
  let own: Own;
  before(async () => {
    own = await openOwn();
    await fill(own);
  });
  after(() => own.close());

  const query = async (sql: string) => (await own.t.db.query(sql)).rows;
  const everything = async () => ({
    accounts: await query('select * from account order by id'),
    keys: await query('select * from account_identity order by field_id, value'),
    members: await query('select * from account_person order by account_id, person_id'),
    activities: await query('select * from account_activity order by id'),
    people: await query('select * from person order by id'),
    tags: await query('select id, name from account_tag order by id'),
  });
  const exported = async (what: string): Promise<string> => {
    const { status, text } = await own.call('GET', `/api/exports/${what}`);
    assert.equal(status, 200, text);
    return text;
  };

  for (const asked of ['', '?headers=ids', '?guard=false&delimiter=tab', '?delimiter=;']) {
    test(`that is imported again changes nothing, nor does one of their people (${asked || 'as it is'})`, async () => {
      const before = await everything();
      own.clock.advance(1000);
      const accounts = await own.take('accounts', await exported(`accounts.csv${asked}`));
      assert.equal(accounts.progress.rejected, 0, accounts.rejected);
      assert.equal(accounts.progress.merged, 3);
      const people = await own.take('people', await exported(`people.csv${asked}`));
      assert.equal(people.progress.rejected, 0, people.rejected);
      assert.equal(people.progress.merged, 4);
      assert.deepEqual(await everything(), before);
    });
  }

  test('of what happened there, imported again, records nothing', async () => {
    const before = await everything();
    const text = await exported('account-activities.csv');
    const { id } = (await own.call('POST', '/api/imports?kind=account-activities', text)).json;
    const tried = (await own.call('POST', `/api/imports/${id}/check`)).json;
    assert.deepEqual([tried.duplicate, tried.merged], [2, 0]);
    const { progress, rejected } = await own.take('account-activities', text);
    assert.equal(progress.rejected, 0, rejected);
    assert.equal(progress.duplicate, 2);
    assert.deepEqual(await everything(), before);
  });

  test('has the fields asked for, how many people there are, and no formula', async () => {
    const fields = 'str:o:name,str:o:industry,int:oc:revenue,u4s:o:t,people_count';
    const filter = { '$int::greater_than': { field_id: 'int:o:employees', value: 1000 } };
    const text = await exported(`accounts.csv?fields=${fields}&filter=${encodeURIComponent(JSON.stringify(filter))}`);
    const [head, row, end] = text.split('\n');
    assert.equal(head, 'account_id,Name,Industry,Revenue,Tag,people_count');
    assert.match(
      row!,
      /^10[0-9a-f]{22},ООО «Ромашка; и Ко»,"'=HYPERLINK\(""x""\)",-12.345,"\[""A; b"",""Partner""\]",2$/,
    );
    assert.equal(end, '');
    const body = { fields: fields.split(','), filter };
    assert.equal((await own.call('POST', '/api/exports/accounts.csv', body)).text, text);
    const lines = (await exported('accounts.ndjson?fields=str:o:name,people_count')).trim().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).fields),
      [{ 'str:o:name': ODD, people_count: 2 }, { 'str:o:name': 'Bolt', people_count: 1 }, { people_count: 1 }],
    );
    const { id } = JSON.parse(lines[1]!);
    assert.deepEqual((await exported(`accounts.csv?ids=${id}&fields=str:o:name`)).split('\n').slice(1), [
      `${id},Bolt`,
      '',
    ]);
  });

  test('of what happened there takes what was asked for: kinds, a time, an account', async () => {
    const lines = async (asked: string) =>
      (await exported(`account-activities.ndjson?${asked}`))
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    const [first] = await lines('');
    assert.deepEqual(
      { ...first, id: '', account_id: '' },
      {
        id: '',
        account_id: '',
        name: 'Bolt',
        activity_id: 'act:oc:invoiced',
        occurred_at: first.occurred_at,
        source: 'API',
        attributes: { 'int:oc:total': 1500, 'str:oc:odd': '=1' },
      },
    );
    assert.equal((await lines(`accounts=${first.account_id}`)).length, 2);
    assert.equal((await lines('accounts=100000000000000000000100')).length, 0);
    assert.equal((await lines('from=2100-01-01T00:00:00Z')).length, 0);
    const filter = JSON.stringify({ '$str::is': { field_id: 'str:o:name', value: ODD } });
    assert.equal((await lines(`filter=${encodeURIComponent(filter)}`)).length, 0);
    const [head] = (await exported('account-activities.csv')).split('\n');
    assert.equal(
      head,
      'id,account_id,str:o:name,activity_id,activity,occurred_at,key,source,attributes,attribute:int:oc:total',
    );
  });

  test('and of people, taken in elsewhere, makes the same companies with the same people', async () => {
    const other = await openOwn();
    try {
      await other.people.accounts.addDefinitions(other.ws, [INVOICED]);
      const named = { $has_any_value: { field_id: 'str:o:name' } };
      const { text } = await own.call('POST', '/api/exports/accounts.csv', { filter: named });
      assert.equal((await other.take('accounts', text)).progress.created, 2);
      const people = await other.take('people', await exported('people.csv'));
      assert.match(people.rejected, /,"no account here has that id, and nothing else is given to find it by",/);
      assert.deepEqual([people.progress.created, people.progress.rejected], [3, 1], 'clara’s has no name');
      const happened = await other.take('account-activities', await exported('account-activities.csv'));
      assert.equal(happened.progress.merged, 2, happened.rejected);
      const { rows } = await other.t.db.query(
        `select a.fields->>'str:o:name' as name,
                array(select p.fields->>'str::email' from account_person ap join person p on p.id = ap.person_id
                      where ap.account_id = a.id order by 1) as people from account a order by a.id`,
      );
      assert.deepEqual(rows, [
        { name: ODD, people: ['anna@example.com', 'boris@example.com'] },
        { name: 'Bolt', people: [] },
      ]);
    } finally {
      await other.close();
    }
  });

  test('that asks for what is not there is refused in words', async () => {
    const told = async (path: string) => (await own.call('GET', `/api/exports/${path}`)).json.error;
    assert.equal(await told('accounts.csv?fields=str::email'), 'there is no field str::email');
    assert.equal(await told('accounts.csv?ids=7'), 'ids: "7" is not the id of an account');
    assert.equal(await told('account-activities.csv?activities=act:cm:no'), 'there is no activity act:cm:no');
    assert.match(
      await told('accounts.csv?filter={"$str::is":{"field_id":"str::email","value":"x"}}'),
      /^the filter is wrong: filter/,
    );
    assert.match(await told('account-activities.csv?people=x'), /people/);
  });
});

describe('a file of people with their companies, sent over HTTP', () => {
  let own: Own;
  before(async () => {
    own = await openOwn();
  });
  after(() => own.close());

  test('is told of, mapped and tried with the accounts it would make', async () => {
    const sent = await own.call('POST', '/api/imports?kind=people', 'email,Company\nanna@example.com,Acme\n');
    assert.deepEqual(sent.json.columns[1].target, { to: 'account', by: 'str:o:name' });
    assert.equal(sent.json.skip_non_existing_accounts, false);
    const path = `/api/imports/${sent.json.id}`;
    const tried = (await own.call('POST', `${path}/check`)).json;
    assert.deepEqual([tried.created, tried.accounts_created], [1, 1]);
    assert.deepEqual(tried.sample[0].account, { fields: { 'str:o:name': 'Acme' } });
    const mapped = await own.call('PATCH', path, { skip_non_existing_accounts: true });
    assert.equal(mapped.json.skip_non_existing_accounts, true);
    assert.deepEqual((await own.call('POST', `${path}/check`)).json.rejected_sample, [
      { row: 2, reason: 'Account not found' },
    ]);
    const odd = await own.call('PATCH', path, { columns: { Company: { to: 'account', by: 'str:o:owner' } } });
    assert.deepEqual(
      [odd.status, odd.json.error],
      [400, 'the mapping is wrong: columns.Company: no account can be found by str:o:owner'],
    );
    const accounts = await own.call('POST', '/api/imports?kind=accounts', 'Name\nAcme\n');
    const checked = await own.call('POST', `/api/imports/${accounts.json.id}/check`);
    assert.deepEqual(checked.json.sample, [{ row: 2, status: 'created', before: {}, after: { 'str:o:name': 'Acme' } }]);
  });
});
