import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { publicId } from '@tributary/model';
import { type Desk, openDesk } from './test/support.ts';

const none = { created: 0, merged: 0, untouched: 0, duplicate: 0, rejected: 0 };

describe('a file of accounts', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk.close());

  test('is read, mapped by what its columns are called, and every account in it is there, the same name once', async () => {
    const it = await desk.send(
      'accounts',
      'Компания;Сайт;Отрасль;Количество сотрудников;Адрес;Город;Ответственный;Теги;Выручка\n' +
        'ООО «Ромашка»;romashka.example;Цветы;1 200;ул. Мира, 1;Казань;Юрий;Партнёр, VIP;5\n' +
        'Ação & Filhos;https://acao.example;;;;São Paulo;;;\n' +
        'ООО «Ромашка»;;Цветы и подарки;;;;;Партнёр;\n',
      7,
    );
    assert.deepEqual(it.mapping.columns, [
      { to: 'field', field: 'str:o:name' },
      { to: 'field', field: 'str:o:website' },
      { to: 'field', field: 'str:o:industry' },
      { to: 'field', field: 'int:o:employees' },
      { to: 'field', field: 'str:o:address' },
      { to: 'field', field: 'geo:o:city' },
      { to: 'field', field: 'str:o:owner' },
      { to: 'tags', separator: ',' },
      { to: 'ignore' },
    ]);
    assert.deepEqual(it.mapping.mergeBy, ['str:o:name']);
    const done = await desk.take(it);
    assert.deepEqual(done.counts, { ...none, created: 2, merged: 1 });
    const accounts = await desk.accounts();
    assert.deepEqual(Object.keys(accounts), ['ООО «Ромашка»', 'Ação & Filhos']);
    assert.deepEqual(accounts['ООО «Ромашка»']!.fields, {
      'str:o:name': 'ООО «Ромашка»',
      'str:o:website': 'romashka.example',
      'str:o:industry': 'Цветы и подарки',
      'int:o:employees': 1200,
      'str:o:address': 'ул. Мира, 1',
      'geo:o:city': { name: 'Казань' },
      'str:o:owner': 'Юрий',
    });
    assert.deepEqual(accounts['ООО «Ромашка»']!.tags, ['VIP', 'Партнёр']);
    assert.deepEqual(accounts['Ação & Filhos']!.fields['geo:o:city'], { name: 'São Paulo' });
    assert.deepEqual(await desk.everyone(), {}, 'nobody comes of it');
  });

  test('has its thousands where they are parted by points, as a German one has them', async () => {
    const names = ['Punkt', 'Punkte', 'Ganz'];
    const it = await desk.send('accounts', 'Name;Mitarbeiter\nPunkt;1.200\nPunkte;12.000\nGanz;7\n');
    assert.deepEqual(it.mapping.columns[1], { to: 'field', field: 'int:o:employees', decimal: ',' });
    await desk.take(it);
    const accounts = await desk.accounts();
    assert.deepEqual(
      names.map((name) => accounts[name]?.fields['int:o:employees']),
      [1200, 12_000, 7],
    );
    const plain = await desk.send('accounts', 'Name;Mitarbeiter\nPunkt;12.000\nGanz;7.5\n');
    assert.notDeepEqual(plain.mapping.columns[1], { to: 'field', field: 'int:o:employees', decimal: ',' });
  });

  test('makes new fields of accounts of its columns, and finds by one of them', async () => {
    const file = 'Name,CRM number,Revenue\nAcme Ltd,17,"1.234,50"\nAcme Ltd,18,7\n';
    const it = await desk.send('accounts', file);
    const mapping = {
      columns: [
        it.mapping.columns[0]!,
        { to: 'new_field', name: 'CRM number', type: 'integer' },
        { to: 'new_field', name: 'Revenue', type: 'currency', decimal: ',' },
      ],
      mergeBy: ['int:oc:crm-number'],
      tags: ['From the CRM'],
    } as const;
    const run = await desk.imports.map(desk.ws, it.id, { ...it.mapping, ...mapping });
    assert.deepEqual((await desk.imports.check(desk.ws, run.id)).counts, {
      created: 2,
      merged: 0,
      untouched: 0,
      duplicate: 0,
      rejected: 0,
    });
    assert.deepEqual((await desk.take(run)).counts, { ...none, created: 2 });
    const again = await desk.send('accounts', 'CRM number,Name,Revenue\n17,Acme,2\n');
    assert.deepEqual(again.mapping.columns[0], { to: 'field', field: 'int:oc:crm-number' });
    assert.deepEqual((await desk.take(again, { mergeBy: ['int:oc:crm-number'] })).counts, { ...none, merged: 1 });
    const acme = (await desk.accounts()).Acme!;
    assert.deepEqual(acme.fields, { 'str:o:name': 'Acme', 'int:oc:crm-number': 17, 'int:oc:revenue': 2000 });
    assert.deepEqual(acme.tags, ['From the CRM']);
    const schema = await desk.people.schema(desk.t.db, desk.ws);
    assert.ok(!schema.fields.has('int:oc:crm-number') && !schema.fields.has('int:cm:crm-number'), 'people got none');
  });

  test('keeps the rows that are wrong for whoever sent it, and takes the others', async () => {
    const it = await desk.send(
      'accounts',
      [
        'account_id,Name,Employees',
        ',Wrong number,50-100',
        ',,7',
        `,${'x'.repeat(256)},7`,
        ',Too few',
        'abc,By no id,7',
        `${publicId('4611686018427387904', 'account')},By an id of elsewhere,7`,
        ',"Open,7',
      ].join('\n'),
    );
    const columns = [{ to: 'id' } as const, ...it.mapping.columns.slice(1)];
    const done = await desk.take(it, { columns });
    assert.deepEqual(await desk.rejected(done), [
      '2: Employees: "50-100" is not a whole number',
      '3: none of the merge keys is given: str:o:name',
      '4: failed to validate field str:o:name: longer than 255 characters',
      '5: the row has 2 columns, the first has 3',
      '6: account_id: "abc" is not an id',
      '8: a quote is opened and not closed',
    ]);
    assert.deepEqual(done.counts, { ...none, created: 1, rejected: 6 });
    assert.equal((await desk.accounts())['By an id of elsewhere']!.fields['int:o:employees'], 7);
  });

  test('is tried before it is taken: what would be made, changed and refused, and nothing is written', async () => {
    const before = await desk.accounts();
    const it = await desk.send(
      'accounts',
      'Name,Industry,Website\nAcme,Tools,acme.example\nBolt,Nuts,\nBolt,Bolts,\n,Nothing,\n',
    );
    const run = await desk.imports.check(desk.ws, it.id);
    assert.deepEqual(run.counts, { created: 1, merged: 2, untouched: 0, duplicate: 0, rejected: 1 });
    assert.deepEqual(run.sample[0], {
      rowNumber: 2,
      status: 'merged',
      id: before.Acme!.id,
      before: {},
      after: { 'str:o:industry': 'Tools', 'str:o:website': 'acme.example' },
    });
    assert.deepEqual(run.sample[1], {
      rowNumber: 3,
      status: 'created',
      id: undefined,
      before: {},
      after: { 'str:o:name': 'Bolt', 'str:o:industry': 'Nuts' },
    });
    assert.deepEqual(run.rejected, [{ rowNumber: 5, reason: 'none of the merge keys is given: str:o:name' }]);
    assert.deepEqual(await desk.accounts(), before);
    assert.deepEqual((await desk.take(it)).counts, { ...none, created: 1, merged: 2, rejected: 1 });
  });

  test('fills what is empty, leaves who is there, or makes none, as it is told', async () => {
    const file = 'Name,Industry,Website,Tags\nAcme,Other,other.example,T\nNew one,Other,,T\n';
    const take = async (mapping: object) => (await desk.take(await desk.send('accounts', file), mapping)).counts;
    assert.deepEqual(await take({ existingOnly: true, mergeStrategy: 1 }), { ...none, merged: 1, rejected: 1 });
    const { Acme, ...others } = await desk.accounts();
    assert.equal(Acme!.fields['str:o:industry'], 'Tools');
    assert.ok(!('New one' in others));
    assert.deepEqual(await take({ mergeStrategy: 3 }), { ...none, created: 1, untouched: 1 });
    assert.equal((await desk.accounts()).Acme!.fields['str:o:website'], 'acme.example');
  });

  test('whose mapping is wrong is told so before it begins', async () => {
    const it = await desk.send('accounts', 'Name,Industry\nAcme,x\n');
    const refused = (mapping: object, message: RegExp) =>
      assert.rejects(desk.imports.map(desk.ws, it.id, { ...it.mapping, ...mapping }), {
        code: 'import_mapping',
        message,
      });
    await refused({ mergeBy: ['str:o:industry'] }, /merge_by: nobody can be found by str:o:industry/);
    await refused(
      { columns: [{ to: 'field', field: 'str::email' }, { to: 'ignore' }], mergeBy: [] },
      /columns.Name: there is no field str::email to be filled; merge_by/,
    );
    await refused(
      { columns: [it.mapping.columns[0], { to: 'account', by: 'str:o:name' }] },
      /columns.Industry: only people belong to an account/,
    );
    await refused({ columns: [it.mapping.columns[0], { to: 'time' }] }, /columns.Industry: only activities have that/);
    await refused({ existingAccountsOnly: true }, /skip_non_existing_accounts: only people belong to an account/);
  });
});

describe('a file of what happened at accounts', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
    await desk.people.accounts.addDefinitions(desk.ws, [
      {
        activityId: 'act:oc:invoice-paid',
        name: 'Invoice paid',
        touch: true,
        attributes: [{ field_id: 'int:oc:total', display_type: 'currency', name: 'Total' }],
      },
    ]);
    await desk.people.addDefinitions(desk.ws, [{ activityId: 'act:cm:order', name: 'Order', touch: true }]);
  });
  after(() => desk.close());

  test('stands with them at its own moments, years back too, and once by its keys', async () => {
    const file =
      'Company,Event,Date,Total,Number\nAcme,Invoice paid,2019-05-04 12:00,12.50,i-1\n' +
      'Acme,act:oc:invoice-paid,2019-06-04 12:00,7,i-2\nAcme,Order,2019-06-04,7,i-3\nAcme,Invoice paid,1980-01-01,7,i-4\n';
    const it = await desk.send('account-activities', file);
    assert.deepEqual(it.mapping.columns, [
      { to: 'field', field: 'str:o:name' },
      { to: 'activity' },
      { to: 'time' },
      { to: 'attribute', attribute: 'int:oc:total', decimal: '.' },
      { to: 'ignore' },
    ]);
    const columns = [...it.mapping.columns.slice(0, 4), { to: 'key' } as const];
    const done = await desk.take(it, { columns });
    assert.deepEqual(await desk.rejected(done), [
      '4: Event: there is no activity "Order"',
      '5: act:oc:invoice-paid: created lies before 1990',
    ]);
    assert.deepEqual(done.counts, { ...none, created: 1, merged: 1, rejected: 2 });
    const { rows } = await desk.t.db.query('select * from account_activity order by occurred_at');
    assert.deepEqual(
      rows.map((row) => [row.occurred_at.toISOString(), row.attributes, row.source, row.key]),
      [
        ['2019-05-04T12:00:00.000Z', { 'int:oc:total': 12_500 }, 'Import', 'i-1'],
        ['2019-06-04T12:00:00.000Z', { 'int:oc:total': 7000 }, 'Import', 'i-2'],
      ],
    );
    const again = await desk.take(await desk.send('account-activities', file), { columns });
    assert.deepEqual(again.counts, { ...none, duplicate: 2, rejected: 2 });
    const filter = { '$act::has_occurred': { field_id: 'act:oc:invoice-paid', count: { exactly: 2 } } };
    assert.equal(await desk.people.accounts.search.count(desk.t.db, desk.ws, { filter }), 1);
  });

  test('is of one activity for every row, where the mapping says so', async () => {
    const it = await desk.send('account-activities', 'Website,Time\nbolt.example,2026-01-02\n');
    assert.deepEqual(it.mapping.mergeBy, ['str:o:website']);
    await assert.rejects(desk.imports.start(desk.ws, it.id), /activity: say which, or which column says it/);
    const done = await desk.take(it, { activity: 'act:oc:invoice-paid', existingOnly: true });
    assert.deepEqual(await desk.rejected(done), ['2: Account not found, and none is to be made']);
  });
});
