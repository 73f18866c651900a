import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { until } from '../../../test/support/until.ts';
import { ownPaths } from './openapi.ts';
import { type Own, openOwn } from './test/support.ts';

describe('a file sent over HTTP', () => {
  let own: Own;
  before(async () => {
    own = await openOwn();
  });
  after(() => own.close());

  const done = (id: string) =>
    until('it is done', async () => {
      const { json } = await own.call('GET', `/api/imports/${id}`);
      return json.state === 'done' && json;
    });

  test('that is no text is refused with what it is, before it is kept, and whoever sends it hears that', async () => {
    const refused = async (bytes: Buffer) => {
      const { status, json } = await own.call('POST', '/api/imports?kind=people', bytes);
      return [status, json.error];
    };
    const rest = Buffer.alloc(3_000_000, 'x');
    assert.deepEqual(await refused(Buffer.concat([Buffer.from('PK\x03\x04'), rest])), [
      415,
      'the file is an Excel workbook, or another packed file (ZIP): save it as CSV, or unpack it',
    ]);
    assert.deepEqual(await refused(gzipSync('Email\nanna@example.com\n')), [
      415,
      'the file is compressed (gzip): unpack it',
    ]);
    for (const none of ['Email\0,b\nanna@example.com,1\n', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR'])
      assert.deepEqual(await refused(Buffer.from(none, 'latin1')), [
        415,
        'the file is no text: it has zero bytes in it. What is needed is CSV',
      ]);
    const { json } = await own.call('GET', '/api/imports');
    assert.deepEqual(json, { imports: [] });
    const headers = { 'x-api-key': own.key, 'content-type': 'text/csv', 'content-encoding': 'gzip' };
    const url = `${own.url}/api/imports?kind=people`;
    const packed = await fetch(url, { method: 'POST', headers, body: gzipSync('Email\na@example.com\n') });
    assert.equal(packed.status, 415);
    assert.match(await packed.text(), /The body is compressed \(Content-Encoding: gzip\): send it as it is/);
  });

  test('is told of, mapped, tried, taken, and gives back what was wrong', async () => {
    const sent = await own.call(
      'POST',
      '/api/imports?kind=people&name=crm.csv',
      'Mail;Vorname;Größe\nanna@example.com;Anna;38\n"=cmd";Bad;1\n',
    );
    assert.equal(sent.status, 201);
    const { id, columns, ...it } = sent.json;
    assert.deepEqual(columns, [
      { name: 'Mail', target: { to: 'field', field: 'str::email' }, sample: ['anna@example.com', '=cmd'] },
      { name: 'Vorname', target: { to: 'field', field: 'str::first' }, sample: ['Anna', 'Bad'] },
      {
        name: 'Größe',
        target: { to: 'ignore' },
        sample: ['38', '1'],
        suggestion: { to: 'new_field', name: 'Größe', type: 'integer' },
      },
    ]);
    assert.deepEqual([it.progress.rows_done, it.progress.percent], [0, 0], 'the head is nothing that was taken');
    assert.deepEqual([it.state, it.merge_by, it.merge_strategy], ['ready', ['str::email'], 2]);

    const mapped = await own.call('PATCH', `/api/imports/${id}`, {
      columns: { Größe: columns[2]!.suggestion },
      tags: ['From the CRM'],
    });
    assert.equal(mapped.status, 200);
    assert.deepEqual(mapped.json.columns[2].target, { to: 'new_field', name: 'Größe', type: 'integer' });

    const tried = await own.call('POST', `/api/imports/${id}/check`);
    assert.deepEqual(tried.json, {
      rows: 2,
      created: 1,
      merged: 0,
      untouched: 0,
      duplicate: 0,
      rejected: 1,
      sample: [
        {
          row: 2,
          status: 'created',
          before: {},
          after: {
            'bol::p': true,
            'bol::sp': false,
            'int:cm:große': 38,
            'str::email': 'anna@example.com',
            'str::first': 'Anna',
          },
        },
      ],
      rejected_sample: [{ row: 3, reason: 'Mail: "=cmd" is not an e-mail address' }],
    });

    assert.equal((await own.call('POST', `/api/imports/${id}/start`)).json.state, 'running');
    const { progress } = await done(id);
    const { rows_done, rows_total, percent, seconds_left, created, rejected } = progress;
    assert.deepEqual(
      { rows_done, rows_total, percent, seconds_left, created, rejected },
      {
        rows_done: 2,
        rows_total: 2,
        percent: 100,
        seconds_left: null,
        created: 1,
        rejected: 1,
      },
    );
    const wrong = await own.call('GET', `/api/imports/${id}/rejected`);
    assert.equal(
      wrong.text,
      'row,reason,Mail,Vorname,Größe\n' + '3,"Mail: ""=cmd"" is not an e-mail address",\'=cmd,Bad,1\n',
    );
    assert.equal((await own.call('DELETE', `/api/imports/${id}`)).status, 204);
    assert.equal((await own.call('GET', `/api/imports/${id}`)).status, 404);
  });

  test('is described with all that can be asked of it', () => {
    const paths = ownPaths();
    const told = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods as object).map((method) => `${method} ${path}`),
    );
    assert.deepEqual(told.toSorted(), own.routes.toSorted());
  });

  test('finds people by what is theirs alone: by a phone, which two may share, only where nothing else is there', async () => {
    const guessed = async (file: string) => (await own.call('POST', '/api/imports', file)).json.merge_by;
    assert.deepEqual(await guessed('Email,Phone\na@example.com,+351912345678\n'), ['str::email']);
    assert.deepEqual(await guessed('Email,External ID,Phone\na@example.com,7,+351912345678\n'), [
      'str::email',
      'str::ei',
    ]);
    assert.deepEqual(await guessed('Phone,First name\n+351912345678,Anna\n'), ['phn::phone']);
  });

  test('takes a column that tells who wants e-mail, and one that tells who wants none the other way round', async () => {
    const columnsOf = async (head: string, kind = 'people') => {
      const { json } = await own.call('POST', `/api/imports?kind=${kind}`, `email,${head}\na@example.com,yes\n`);
      return json.columns[1];
    };
    for (const head of ['Accepts Email Marketing', 'Email opt in', 'Opt-in', 'Subscribed', 'Marketing consent']) {
      assert.deepEqual((await columnsOf(head)).target, { to: 'field', field: 'bol::p' }, head);
    }
    assert.deepEqual((await columnsOf('Accepts SMS Marketing')).target, { to: 'field', field: 'bol::sp' });
    for (const head of ['Unsubscribed', 'Opt-out', 'Email Opt Out', 'Do not email', 'Unsubscribed at', 'Отписан']) {
      const { target, note } = await columnsOf(head);
      assert.deepEqual(target, { to: 'field', field: 'bol::p', inverted: true }, head);
      assert.equal(note, 'e-mail permission, the other way round', head);
    }
    for (const head of ['SMS opt out', 'Unsubscribed from SMS', 'Do not text']) {
      const { target, note } = await columnsOf(head);
      assert.deepEqual(target, { to: 'field', field: 'bol::sp', inverted: true }, head);
      assert.equal(note, 'SMS permission, the other way round', head);
    }
    assert.equal((await columnsOf('Shoe size')).note, undefined);
    const both = await own.call('POST', '/api/imports', 'email,Subscribed,Unsubscribed\na@example.com,no,yes\n');
    assert.deepEqual(both.json.columns[2].target, { to: 'ignore' }, 'the other column says it');
    assert.equal(both.json.columns[2].note, undefined);
  });

  test('of which nobody can tell who wants no e-mail says so, with what to do', async () => {
    const columnOf = async (head: string, cell: string) =>
      (await own.call('POST', '/api/imports', `email,${head}\na@example.com,${cell}\n`)).json.columns[1];
    for (const [head, cell] of [
      ['Unsubscribe reason', 'too many mails'],
      ['Opt-in/Opt-out', 'yes'],
      ['Never unsubscribed', 'yes'],
    ] as const) {
      const { target, note } = await columnOf(head, cell);
      assert.deepEqual(target, { to: 'ignore' }, head);
      assert.match(note, /^not taken: it seems to say who wants no e-mail, .*Map it to bol::p, inverted$/, head);
    }
  });

  test('takes the permission from whoever wants no e-mail, as it shows before, and as it is told', async () => {
    const csv = 'email,Unsubscribed at,Do not email\nno@example.com,2024-03-01 10:00,\nnone@example.com,,x\n';
    const { id } = (await own.call('POST', '/api/imports', `${csv}yes@example.com,,no\nnew@example.com,,\n`)).json;
    const tried = (await own.call('POST', `/api/imports/${id}/check`)).json;
    assert.deepEqual(tried.notes, [
      { column: 'Unsubscribed at', note: 'e-mail permission, the other way round' },
      { column: 'Do not email', note: 'e-mail permission, the other way round' },
    ]);
    const would = tried.sample.map(({ after }: { after: Record<string, unknown> }) => after['bol::p']);
    assert.deepEqual(would, [false, false, true, true]);
    await own.call('POST', `/api/imports/${id}/start`);
    await done(id);
    const permission = async (name: string) => {
      const person = (await own.people.findByEmail(own.t.db, own.ws, `${name}@example.com`))!;
      const told = await own.people.timeline(own.t.db, own.ws, person, 10);
      const { fields } = (await own.people.find(own.t.db, own.ws, [person])).get(person)!;
      const left = told.find(({ activityId }) => activityId === 'act::u-all');
      return [fields['bol::p'], left?.attributes['str::u-ctx']];
    };
    assert.deepEqual(await permission('no'), [false, 'Unsubscribed via Import']);
    assert.deepEqual(await permission('none'), [false, 'Unsubscribed via Import']);
    assert.deepEqual(await permission('yes'), [true, undefined]);
    assert.deepEqual(await permission('new'), [true, undefined]);

    const second = (await own.call('POST', '/api/imports', 'email,Unsubscribed\nyes@example.com,yes\n')).json;
    const map = (target: object) =>
      own.call('PATCH', `/api/imports/${second.id}`, { columns: { Unsubscribed: target } });
    assert.equal((await map({ to: 'ignore' })).json.columns[1].target.to, 'ignore');
    const wrong = await map({ to: 'field', field: 'str::first', inverted: true });
    assert.match(wrong.json.error, /columns\.Unsubscribed: str::first is no yes or no that could be inverted/);
    const mapped = await map({ to: 'field', field: 'bol::sp', inverted: true });
    assert.equal(mapped.json.columns[1].note, 'SMS permission, the other way round');
    await map({ to: 'field', field: 'bol::p' });
    await own.call('POST', `/api/imports/${second.id}/start`);
    await done(second.id);
    assert.deepEqual(await permission('yes'), [true, undefined], 'mapped as it stands');
  });

  test('is refused in words, when it is no file, nobody may send it, or its mapping is wrong', async () => {
    const told = async (...call: Parameters<Own['call']>) => {
      const { status, json } = await own.call(...call);
      return [status, json.error];
    };
    assert.deepEqual(await told('POST', '/api/imports', ''), [400, 'the file is empty']);
    assert.deepEqual(await told('POST', '/api/imports?encoding=koi8-r', 'email\na@b.c\n'), [
      400,
      'the encoding "koi8-r" is not one of utf-8, utf-16le, utf-16be, windows-1251, windows-1252',
    ]);
    assert.equal((await told('POST', '/api/imports?kind=things', 'email\n'))[0], 400);
    assert.deepEqual(await told('POST', '/api/imports', {}), [400, 'send the file as the body, as text/csv']);
    assert.deepEqual(await told('POST', '/api/imports', 'PK\x03\x04\x14\x00'), [
      415,
      'the file is an Excel workbook, or another packed file (ZIP): save it as CSV, or unpack it',
    ]);
    const { json } = await own.call('POST', '/api/imports', 'email,x\na@example.com,1\n');
    const path = `/api/imports/${json.id}`;
    assert.deepEqual(await told('PATCH', path, { columns: { y: { to: 'ignore' } } }), [
      400,
      'the file has no column "y"',
    ]);
    assert.deepEqual(
      await told('PATCH', path, { columns: { 2: { to: 'field', field: 'str::email' } }, merge_by: ['str::ei'] }),
      [
        400,
        'the mapping is wrong: columns.x: str::email is filled by an earlier column; merge_by: str::ei is filled by no column; it could be str::email',
      ],
    );
    assert.deepEqual(await told('PATCH', path, { country: 'xx' }), [
      400,
      'the mapping is wrong: country: there is no "XX"; two letters such as PT',
    ]);
    assert.deepEqual(await told('POST', `${path}/stop`), [409, `import ${json.id} is ready: it can not be stopped`]);
    assert.deepEqual(await told('GET', '/api/imports/x'), [404, 'there is no import x']);
    const nobody = await fetch(`${own.url}/api/imports`);
    assert.equal(nobody.status, 401);
  });
});

describe('an export', () => {
  let own: Own;
  before(async () => {
    own = await openOwn();
    const { people, ws } = own;
    for (const [name, type] of [
      ['Plan', 'single_select'],
      ['Revenue', 'currency'],
      ['Hobbies', 'multi_select'],
      ['Joined', 'time'],
      ['Address', 'object'],
      ['Name', 'text'],
      ['Notes', 'large_text'],
      ['VIP', 'bool'],
    ] as const) {
      await people.addField(ws, { name, type });
    }
    await people.addDefinitions(ws, [
      {
        activityId: 'act:cm:order',
        name: 'Order',
        touch: true,
        attributes: [{ field_id: 'int:cm:total', display_type: 'decimal', name: 'Total' }],
      },
    ]);
    const odd = {
      'str::email': 'anna@example.com',
      'str::first': '=HYPERLINK("x")',
      'str::last': "'=1+1",
      'str::name': '  spaces, "quotes"; ',
      'phn::phone': { c: '351', n: '912345678' },
      'dtz::b': { year: 1990, month: 2, day: 3, timezone: 'Europe/Lisbon' },
      'geo::city': { name: 'Lisboa', region: 'x' },
      'geo::country': { name: 'Portugal' },
      'int:cm:revenue': -12_345,
      'sst:cm:hobbies': ['chess; go', ' x', 'y'],
      'tme:cm:joined': '2024-03-01T10:30:00+02:00',
      'obj:cm:address': { street: 'Rua\n1', n: [1, 2] },
      'str:cm:name': '-5',
      'txt:cm:notes': 'two\r\nlines\ttab',
      'bol:cm:vip': false,
    };
    const at = own.clock.now();
    await people.record(ws, [
      { who: { by: ['str::email'] }, fields: odd, tags: ['A; b', 'Trial'], source: 'API' },
      {
        who: { by: ['str::ei'] },
        fields: { 'str::ei': 'x-1', 'phn::phone': { n: '5551234' }, 'str::first': 'Борис' },
        source: 'API',
        activity: { id: 'act:cm:order', attributes: { 'int:cm:total': 1500, 'str:cm:odd': '=1' }, at },
      },
      {
        who: { by: ['str::ei'] },
        fields: { 'str::ei': 'x-1' },
        source: 'API',
        activity: { id: 'act:cm:order', attributes: {}, at, key: 'k' },
      },
    ]);
  });
  after(() => own.close());

  const state = async () =>
    (await own.t.db.query('select id, fields, tags, first_seen_at, last_seen_at, edited_at from person order by id'))
      .rows;
  const timeline = async () =>
    (await own.t.db.query('select * from activity order by person_id, occurred_at, id')).rows;

  for (const query of ['', '?headers=ids', '?guard=false&delimiter=tab', '?delimiter=;']) {
    test(`of people that is imported again changes nothing (${query || 'as it is'})`, async () => {
      const csv = await own.call('GET', `/api/exports/people.csv${query}`);
      assert.equal(csv.status, 200);
      const before = await state();
      const { progress, rejected } = await own.take('people', csv.text);
      assert.equal(progress.rejected, 0, rejected);
      assert.equal(progress.merged, 2);
      assert.deepEqual(await state(), before);
    });
  }

  test('of activities that is imported again records nothing', async () => {
    const csv = await own.call('GET', '/api/exports/activities.csv');
    const before = await timeline();
    const { id } = (await own.call('POST', '/api/imports?kind=activities', csv.text)).json;
    const tried = (await own.call('POST', `/api/imports/${id}/check`)).json;
    assert.deepEqual([tried.duplicate, tried.merged, tried.created], [before.length, 0, 0]);
    assert.equal(tried.sample[0].status, 'duplicate');
    const { progress, rejected } = await own.take('activities', csv.text);
    assert.equal(progress.rejected, 0, rejected);
    assert.equal(progress.duplicate, before.length);
    assert.deepEqual(await timeline(), before);
  });

  test('has the fields asked for, of those a filter is true of, and no formula', async () => {
    const fields = 'str::first,int:cm:revenue,u4s::t';
    const filter = JSON.stringify({ '$str::is': { field_id: 'str::email', value: 'anna@example.com' } });
    const csv = await own.call('GET', `/api/exports/people.csv?fields=${fields}&filter=${encodeURIComponent(filter)}`);
    const [head, row, end] = csv.text.split('\n');
    assert.equal(head, 'person_id,First name,Revenue,Tag');
    assert.match(row!, /^00[0-9a-f]{22},"'=HYPERLINK\(""x""\)",-12.345,"\[""A; b"",""Trial""\]"$/);
    assert.equal(end, '');
    const same = await own.call('POST', '/api/exports/people.csv', {
      fields: fields.split(','),
      filter: JSON.parse(filter),
    });
    assert.equal(same.text, csv.text);
    const both = await own.call('POST', `/api/exports/people.csv?fields=${fields}`, { filter: JSON.parse(filter) });
    assert.equal(both.text, csv.text, 'some of it in the query, some in the body');
    const query = `fields=${fields}&filter=${encodeURIComponent(filter)}`;
    assert.equal((await own.call('POST', `/api/exports/people.csv?${query}`)).text, csv.text, 'without a body');
    const lines = await own.call('GET', `/api/exports/people.ndjson?fields=str::ei,phn::phone`);
    assert.deepEqual(
      lines.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).fields)
        .sort((a) => ('str::ei' in a ? 1 : -1)),
      [{ 'phn::phone': { c: '351', n: '912345678' } }, { 'str::ei': 'x-1', 'phn::phone': { n: '5551234' } }],
    );
  });

  test('of activities takes what was asked for: kinds, a time, a person', async () => {
    const count = async (query: string) =>
      (await own.call('GET', `/api/exports/activities.ndjson?${query}`)).text.split('\n').length - 1;
    assert.equal(await count('activities=act:cm:order'), 2);
    const now = own.clock.now().getTime();
    assert.equal(await count(`from=${new Date(now + 60_000).toISOString()}`), 0);
    assert.equal(await count(`activities=act:cm:order&to=${new Date(now + 60_000).toISOString()}`), 2);
    const lines = (await own.call('GET', '/api/exports/people.ndjson')).text.trim().split('\n');
    const ids = lines.map((line) => JSON.parse(line)).map(({ id, fields }) => [fields['str::ei'], id]);
    assert.equal(
      await count(`activities=act:cm:order&people=${ids.find(([external]) => external === undefined)![1]}`),
      0,
    );
    assert.equal(await count(`activities=act:cm:order&people=${ids.find(([external]) => external === 'x-1')![1]}`), 2);
  });

  test('of which only the head is asked for says what would come, and what is wrong', async () => {
    for (const [file, type] of [
      ['people.csv', 'text/csv; charset=utf-8'],
      ['account-activities.ndjson', 'application/x-ndjson; charset=utf-8'],
    ] as const) {
      const { status, type: told, text } = await own.call('HEAD', `/api/exports/${file}`);
      assert.deepEqual([status, told, text], [200, type, '']);
    }
    assert.equal((await own.call('HEAD', '/api/exports/people.csv?fields=str::nope')).status, 400);
  });

  test('that asks for what is not there is refused in words', async () => {
    const told = async (path: string) => (await own.call('GET', path)).json.error;
    assert.equal(await told('/api/exports/people.csv?fields=str::nope'), 'there is no field str::nope');
    assert.equal(await told('/api/exports/activities.csv?activities=act:cm:no'), 'there is no activity act:cm:no');
    assert.match(await told('/api/exports/people.csv?filter={'), /not JSON/);
    assert.match(
      await told('/api/exports/people.csv?filter={"$str::is":{"field_id":"str::no","value":"x"}}'),
      /^the filter is wrong: filter/,
    );
    assert.equal(await told('/api/exports/people.csv?ids=7'), 'ids: "7" is not a person\'s id');
    assert.equal(await told('/api/exports/activities.csv?people=7'), 'people: "7" is not a person\'s id');
    assert.match((await own.call('POST', '/api/exports/people.csv?guard=false', [])).json.error, /expected object/);
  });
});
