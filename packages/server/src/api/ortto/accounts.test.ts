import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { internalId } from '@tributary/model';
import { openWire, type Wire } from './test/support.ts';

describe('accounts, on Ortto’s wire', () => {
  let wire: Wire;
  before(async () => {
    wire = await openWire();
  });
  after(() => wire.close());

  const person = async (email: string): Promise<string> => {
    const { text } = await wire.post('/v1/person/merge', { people: [{ fields: { 'str::email': email } }] });
    return JSON.parse(text).people[0].person_id;
  };
  const account = async (name: string, fields: object = {}): Promise<string> => {
    const body = { accounts: [{ fields: { 'str:o:name': name, ...fields } }], merge_by: ['str:o:name'] };
    const { text } = await wire.post('/v1/accounts/merge', body);
    return JSON.parse(text).accounts[0].account_id;
  };
  const byId = async (id: string, fields?: string[]) => {
    const { text } = await wire.post('/v1/accounts/get-by-ids', { account_ids: [id], ...(fields ? { fields } : {}) });
    return JSON.parse(text).accounts[id]?.fields;
  };
  const accountOf = async (personId: string): Promise<string | undefined> => {
    const { text } = await wire.post('/v1/person/get-by-ids', { contact_ids: [personId], fields: ['idt::o'] });
    return JSON.parse(text).contacts[personId].fields['idt::o'];
  };
  const ask = async (method: 'PUT' | 'DELETE', path: string, body: object) => {
    const { status, text } = await wire.call(method, path, body);
    return [status, text];
  };

  describe('merge', () => {
    test('makes an account, then changes it; either spelling answers', async () => {
      const body = (website: string) => ({
        accounts: [{ fields: { 'str:o:name': 'Acme', 'str:o:website': website, 'int:o:employees': 40 }, tags: ['A'] }],
        merge_by: ['str:o:name'],
        merge_strategy: 2,
        find_strategy: 0,
      });
      const made = await wire.post('/v1/accounts/merge', body('https://acme.example'));
      const { account_id: id } = JSON.parse(made.text).accounts[0];
      assert.match(id, /^10[0-9a-f]{20}00$/);
      assert.equal(made.text, `{"accounts":[{"account_id":"${id}","status":"created"}]}\n`);
      const merged = await wire.post('/v1/organizations/merge', body('https://www.acme.example'));
      assert.equal(merged.text, `{"accounts":[{"account_id":"${id}","status":"merged"}]}\n`);
      const two = {
        accounts: [{ fields: { 'str:o:name': 'Acme', 'str:o:website': 'two.example' } }],
        merge_by: ['str:o:website', 'str:o:name'],
        find_strategy: 2,
      };
      await wire.post('/v1/accounts/merge', {
        ...two,
        merge_by: ['str:o:website'],
        accounts: [{ fields: { 'str:o:website': 'two.example' } }],
      });
      assert.match(
        (await wire.post('/v1/accounts/merge', two)).text,
        /"error":"str:o:website and str:o:name are those of different accounts: a new one would be found by none of them"/,
      );
      assert.deepEqual(await byId(id, ['str:o:name', 'str:o:website', 'int:o:employees', 'tags', 'u4s:o:t']), {
        'str:o:name': 'Acme',
        'str:o:website': 'https://www.acme.example',
        'int:o:employees': 40,
        tags: ['A'],
        'u4s:o:t': [1],
      });
    });

    test('one that can not be used says why, and does not hold up the others', async () => {
      const accounts = [
        { fields: { 'str:o:name': 'Besta', 'str::email': 'a@example.com' } },
        { fields: { 'str:o:name': 'Besta', 'str:oib:plan': 'x' } },
        { fields: { 'str:o:name': 'Besta', 'int:o:e': 5 } },
        { fields: { 'str:o:industry': 'Steel' } },
      ];
      const all = await wire.post('/v1/accounts/merge', { accounts, merge_by: ['str:o:name'] });
      assert.equal(all.status, 400);
      assert.deepEqual(JSON.parse(all.text), {
        request_id: '#',
        code: 400,
        error:
          'No valid accounts provided (failed to validate field str::email in schema: str::email: Object not found)',
        details: [
          'failed to validate field str::email in schema: str::email: Object not found',
          'can not apply mutation for str:oib:plan',
          'failed to validate field int:o:e in schema: int:o:e: Object not found',
          'none of the merge keys is given: str:o:name',
        ].map((error) => ({ status: 'invalid', error })),
      });
      const some = await wire.post('/v1/accounts/merge', {
        accounts: [accounts[0], { fields: { 'str:o:name': 'Besta' } }],
        merge_by: ['str:o:name'],
      });
      assert.equal(some.status, 200);
      assert.deepEqual(
        JSON.parse(some.text).accounts.map((one: { status: string }) => one.status),
        ['invalid', 'created'],
      );
    });

    test('without merge_by is refused', async () => {
      const { status, text } = await wire.post('/v1/accounts/merge', { accounts: [{ fields: { 'str:o:name': 'X' } }] });
      assert.deepEqual([status, JSON.parse(text).error.includes('merge_by')], [400, true]);
    });

    test('finds by a custom field that was no key before, and by id', async () => {
      await wire.post('/v1/accounts/custom-field/create', { type: 'text', name: 'CRM number' });
      const id = await account('Cantina', { 'str:oc:crm-number': 'C-7' });
      const again = await wire.post('/v1/accounts/merge', {
        accounts: [{ fields: { 'str:oc:crm-number': 'C-7', 'str:o:industry': 'Wine' } }],
        merge_by: ['str:oc:crm-number'],
      });
      assert.equal(again.text, `{"accounts":[{"account_id":"${id}","status":"merged"}]}\n`);
      const named = await wire.post('/v1/accounts/merge', {
        accounts: [{ fields: { 'str:o:account_id': id, 'str:o:owner': 'Daniel' } }],
        merge_by: ['str:o:account_id'],
      });
      assert.equal(named.text, `{"accounts":[{"account_id":"${id}","status":"merged"}]}\n`);
      const values = await byId(id);
      assert.equal(values['str:o:industry'], 'Wine');
      assert.equal(values['str:o:owner'], 'Daniel');
    });

    test('strategies 1 and 3, and a cleared multi-select, do as with people', async () => {
      await wire.post('/v1/accounts/custom-field/create', { type: 'multi_select', name: 'Brands' });
      const id = await account('Dione', { 'sst:oc:brands': ['a'], 'str:o:industry': 'Steel' });
      const merge = (fields: object, more: object, own: object = {}) =>
        wire.post('/v1/accounts/merge', {
          accounts: [{ fields: { 'str:o:name': 'Dione', ...fields }, ...own }],
          merge_by: ['str:o:name'],
          ...more,
        });
      await merge({ 'str:o:industry': 'Paper', 'str:o:owner': 'Eva' }, { merge_strategy: 1 });
      await merge({ 'str:o:owner': 'Finn' }, { merge_strategy: 3 }, { tags: ['Never'] });
      const { rows: tags } = await wire.t.db.query(`select from account_tag where name = 'Never'`);
      assert.equal(tags.length, 0);
      await merge({ 'sst:oc:brands': ['b'] }, {});
      assert.deepEqual(await byId(id, ['str:o:industry', 'str:o:owner', 'sst:oc:brands']), {
        'str:o:industry': 'Steel',
        'str:o:owner': 'Eva',
        'sst:oc:brands': ['a', 'b'],
      });
      await merge({ 'sst:oc:brands': ['c'] }, {}, { clear_fields: { 'sst:oc:brands': true } });
      assert.deepEqual(await byId(id, ['sst:oc:brands']), { 'sst:oc:brands': ['c'] });
      const unknown = await merge({ 'str:o:name': 'Nowhere' }, { skip_non_existing: true });
      assert.equal(JSON.parse(unknown.text).details[0].status, 'not_found');
    });

    test('twenty clients that merge one new name at once make one account', async () => {
      const ids = await Promise.all(Array.from({ length: 20 }, () => account('Twenty')));
      assert.equal(new Set(ids).size, 1);
      const { rows } = await wire.t.db.query(`select from account where fields->>'str:o:name' = 'Twenty'`);
      assert.equal(rows.length, 1);
    });
  });

  describe('people of an account', () => {
    test('are added and taken out; their account is among their fields', async () => {
      const [first, second] = [await account('Elm'), await account('Fir')];
      const [anna, ben] = [await person('anna@example.com'), await person('ben@example.com')];
      const body = { account_id: first, person_ids: [anna, ben, `${'0'.repeat(22)}0`.padEnd(24, '0')] };
      assert.deepEqual(await ask('PUT', '/v1/accounts/contacts/add', body), [200, '{}\n']);
      assert.equal(await accountOf(anna), first);
      assert.deepEqual((await byId(first, ['ids:o:p']))['ids:o:p'], [anna, ben]);

      // Of two accounts, the one she has belonged to longest.
      await ask('PUT', '/v1/organizations/contacts/add', { account_id: second, person_ids: [anna] });
      assert.equal(await accountOf(anna), first);
      assert.deepEqual(
        await ask('PUT', '/v1/accounts/contacts/remove', { account_id: first, person_ids: [anna, ben] }),
        [200, '{}\n'],
      );
      assert.equal(await accountOf(anna), second);
      assert.equal(await accountOf(ben), undefined);
    });

    test('who belongs to an account is found by it', async () => {
      const id = await account('Gum');
      const cleo = await person('cleo@example.com');
      await ask('PUT', '/v1/accounts/contacts/add', { account_id: id, person_ids: [cleo] });
      const people = await wire.post('/v1/person/get', {
        fields: ['str::email', 'idt::o'],
        filter: { $id_is: { field_id: 'idt::o', value: id } },
      });
      assert.deepEqual(JSON.parse(people.text).contacts, [
        { id: cleo, fields: { 'str::email': 'cleo@example.com', 'idt::o': id } },
      ]);
      const accounts = await wire.post('/v1/accounts/get', {
        fields: ['str:o:name'],
        filter: { $id_set_is: { field_id: 'ids:o:p', value: cleo } },
      });
      assert.deepEqual(JSON.parse(accounts.text).accounts, [{ id, fields: { 'str:o:name': 'Gum' } }]);
    });

    test('an account that is not there is a 404, and what can be no id a 400', async () => {
      const add = (account_id: string) => ask('PUT', '/v1/accounts/contacts/add', { account_id, person_ids: [] });
      assert.deepEqual(await add('106b04c22500000000ffff00'), [
        404,
        '{"request_id":"#","code":404,"error":"there is no account 106b04c22500000000ffff00"}\n',
      ]);
      assert.equal((await add('00609384fa6de6e7a8d8'))[0], 400);
    });

    test('three thousand fit, one more does not', async () => {
      const id = await account('Huge');
      await wire.t.db.query(
        `insert into account_person (workspace_id, account_id, person_id, since)
         select $1, $2, n, now() from generate_series(1, 2999) n`,
        [wire.ws, internalId(id, 'account')],
      );
      const [dora, emil] = [await person('dora@example.com'), await person('emil@example.com')];
      const add = (personId: string) =>
        ask('PUT', '/v1/accounts/contacts/add', { account_id: id, person_ids: [personId] });
      assert.deepEqual(await add(dora), [200, '{}\n']);
      assert.equal((await add(emil))[0], 400);
      assert.equal(await accountOf(emil), undefined);
    });
  });

  describe('archive, restore, delete', () => {
    test('one after the other, with the keys that were recorded', async () => {
      const id = await account('Ivy');
      const fred = await person('fred@example.com');
      await ask('PUT', '/v1/accounts/contacts/add', { account_id: id, person_ids: [fred] });
      const ids = { inclusion_ids: [id] };
      const deleted = (n: number) => [200, `{"scheduled_accounts":0,"deleted_accounts":${n}}\n`];
      const archived = (n: number) => [200, `{"scheduled_organizations":0,"archived_organizations":${n}}\n`];
      assert.deepEqual(await ask('DELETE', '/v1/accounts/delete', ids), deleted(0));
      assert.deepEqual(await ask('PUT', '/v1/accounts/archive', ids), archived(1));
      assert.deepEqual(await ask('PUT', '/v1/accounts/archive', ids), archived(0));
      assert.equal(await accountOf(fred), undefined);
      assert.deepEqual(await ask('PUT', '/v1/accounts/restore', ids), [
        200,
        '{"scheduled_organizations":0,"restored_organizations":1}\n',
      ]);
      assert.equal(await accountOf(fred), id);
      assert.equal(await account('Ivy'), id);
      await ask('PUT', '/v1/organizations/archive', ids);
      assert.notEqual(await account('Ivy'), id, 'what comes again is something new');
      assert.deepEqual(await ask('DELETE', '/v1/organizations/delete', ids), deleted(1));
      assert.equal(await byId(id), undefined);
      const { rows } = await wire.t.db.query('select from account_person where account_id = $1', [
        internalId(id, 'account'),
      ]);
      assert.equal(rows.length, 0);
    });

    test('all but some; nobody named is no wish', async () => {
      const [kept, gone] = [await account('Juniper'), await account('Kauri')];
      const { rows } = await wire.t.db.query<{ n: number }>(
        'select count(*)::int as n from account where archived_at is null',
      );
      assert.deepEqual(await ask('PUT', '/v1/accounts/archive', { all_rows_selected: true, exclusion_ids: [kept] }), [
        200,
        `{"scheduled_organizations":0,"archived_organizations":${rows[0]!.n - 1}}\n`,
      ]);
      const left = JSON.parse((await wire.post('/v1/accounts/get', {})).text);
      assert.deepEqual(
        left.accounts.map(({ id }: { id: string }) => id),
        [kept],
      );
      await ask('PUT', '/v1/accounts/restore', { inclusion_ids: [gone] });
      assert.equal((await ask('PUT', '/v1/accounts/archive', {}))[0], 400);
    });

    test('of hundreds, none is left out', async () => {
      const names = Array.from({ length: 230 }, (_, i) => `Many ${i}`);
      for (let at = 0; at < names.length; at += 100)
        await wire.post('/v1/accounts/merge', {
          accounts: names.slice(at, at + 100).map((name) => ({ fields: { 'str:o:name': name } })),
          merge_by: ['str:o:name'],
        });
      const filter = { '$str::starts': { field_id: 'str:o:name', value: 'Many ' } };
      const found = JSON.parse((await wire.post('/v1/accounts/get', { limit: 500, filter })).text);
      const ids = found.accounts.map(({ id }: { id: string }) => id);
      assert.deepEqual(await ask('PUT', '/v1/accounts/archive', { inclusion_ids: ids }), [
        200,
        '{"scheduled_organizations":0,"archived_organizations":230}\n',
      ]);
    });
  });

  describe('get', () => {
    test('pages, sorted, with the keys that were recorded; past the end, null', async () => {
      for (const [name, employees] of [
        ['Larch', 10],
        ['Maple', 30],
        ['Nutmeg', 20],
      ] as const)
        await account(name, { 'int:o:employees': employees, 'str:o:industry': 'Trees' });
      const filter = { '$str::is': { field_id: 'str:o:industry', value: 'trees' } };
      const asked = { limit: 2, sort_by_field_id: 'int:o:employees', fields: ['str:o:name'], filter };
      const { text } = await wire.post('/v1/accounts/get', asked);
      const page = JSON.parse(text);
      const [maple, nutmeg] = page.accounts;
      const total = page.meta.total_organizations;
      assert.equal(
        text,
        `{"accounts":[{"id":"${maple.id}","fields":{"str:o:name":"Maple"}},{"id":"${nutmeg.id}","fields":{"str:o:name":"Nutmeg"}}],` +
          `"meta":{"total_contacts":0,"total_organizations":${total},"total_matches":3,"total_subscribers":0},` +
          `"offset":0,"next_offset":2,"cursor_id":"${nutmeg.id}.${Buffer.from('["int:o:employees","20"]').toString('base64url')}","has_more":true}\n`,
      );
      const rest = JSON.parse((await wire.post('/v1/accounts/get', { ...asked, cursor_id: nutmeg.id })).text);
      assert.deepEqual(
        rest.accounts.map((one: { fields: object }) => one.fields),
        [{ 'str:o:name': 'Larch' }],
      );
      assert.equal(
        (await wire.post('/v1/organizations/get', { ...asked, offset: 3 })).text,
        `{"accounts":null,"meta":{"total_contacts":0,"total_organizations":${total},"total_matches":3,"total_subscribers":0},` +
          '"offset":0,"next_offset":0,"cursor_id":"000000000000000000000000","has_more":false}\n',
      );
      const names = async (more: object): Promise<string[]> => {
        const body = JSON.parse(
          (await wire.post('/v1/accounts/get', { fields: ['str:o:name'], filter, ...more })).text,
        );
        return body.accounts.map((one: { fields: Record<string, string> }) => one.fields['str:o:name']);
      };
      assert.deepEqual(await names({ inclusion_ids: [maple.id, nutmeg.id], exclusion_ids: [maple.id] }), ['Nutmeg']);
      assert.deepEqual(await names({ filter: undefined, q: 'larc' }), ['Larch']);
      await ask('PUT', '/v1/accounts/archive', { inclusion_ids: [maple.id] });
      assert.deepEqual(await names({ type: 'archived', q: 'maple', filter }), ['Maple']);
    });

    test('a type it does not know is refused in Ortto’s words, and so is a filter', async () => {
      const { status, text } = await wire.post('/v1/accounts/get', { type: 'archived_account' });
      assert.deepEqual(
        [status, text],
        [400, '{"request_id":"#","code":400,"error":"One or more attributes is invalid"}\n'],
      );
      const id = { filter: { $id_is: { field_id: 'str:o:name', value: await account('Olive') } } };
      assert.match((await wire.post('/v1/accounts/get', id)).text, /^\{"accounts":null/, 'a name is no id');
      const people = { filter: { '$str::is': { field_id: 'str::email', value: 'x' } } };
      assert.equal((await wire.post('/v1/accounts/get', people)).status, 400);
    });

    test('more than twenty fields by id are refused', async () => {
      const fields = Array.from({ length: 21 }, () => 'str:o:name');
      assert.equal((await wire.post('/v1/accounts/get-by-ids', { account_ids: [], fields })).status, 400);
      assert.equal((await wire.post('/v1/accounts/get-by-ids', { account_ids: [] })).text, '{"accounts":{}}\n');
    });
  });
});
