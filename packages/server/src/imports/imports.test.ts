import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Fields } from '@tributary/model';
import { until } from '../../test/support/until.ts';
import { rejectedCsv } from './index.ts';
import { type Desk, openDesk } from './test/support.ts';

describe('a file of people', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk.close());

  test('is read, mapped by what its columns are called, and everyone in it is there', async () => {
    const it = await desk.send(
      'people',
      'E-mail;Имя;Телефон;День рождения;Теги;Shoe size\n' +
        'anna@example.com;Анна;+351 912 345 678;24.12.1990;Trial, Lisbon;38\n' +
        '"boris@example.com";"Борис; мл.";;;;\n',
      7,
    );
    assert.deepEqual(it.dialect, { delimiter: ';', quote: '"', encoding: 'utf-8', header: true });
    assert.deepEqual(it.mapping.columns, [
      { to: 'field', field: 'str::email' },
      { to: 'field', field: 'str::first' },
      { to: 'field', field: 'phn::phone' },
      { to: 'field', field: 'dtz::b', order: 'dmy' },
      { to: 'tags', separator: ',' },
      { to: 'ignore' },
    ]);
    assert.deepEqual(it.mapping.mergeBy, ['str::email']);
    const done = await desk.take(it);
    assert.deepEqual(done.counts, { created: 2, merged: 0, untouched: 0, duplicate: 0, rejected: 0 });
    assert.deepEqual(await desk.everyone(), {
      'anna@example.com': {
        'bol::p': true,
        'bol::sp': false,
        'str::email': 'anna@example.com',
        'str::first': 'Анна',
        'phn::phone': { c: '351', n: '912345678' },
        'dtz::b': { year: 1990, month: 12, day: 24 },
      },
      'boris@example.com': {
        'bol::p': true,
        'bol::sp': false,
        'str::email': 'boris@example.com',
        'str::first': 'Борис; мл.',
      },
    });
    const anna = [...(await desk.people.find(desk.t.db, desk.ws, [await idOf('anna@example.com')])).values()][0]!;
    assert.deepEqual(anna.tags.toSorted(), ['Lisbon', 'Trial']);
    const { rows } = await desk.t.db.query('select from import_chunk');
    assert.equal(rows.length, 0, 'the file is not kept');
  });

  const idOf = async (email: string): Promise<string> => (await desk.people.findByEmail(desk.t.db, desk.ws, email))!;

  test('makes new fields of its columns, and reads their cells as they are written', async () => {
    const it = await desk.send(
      'people',
      'email,Shoe size,Revenue,Hobbies,VIP,Joined\ncarla@example.com,38,"1.234,50",chess|go,sim,2024-03-01 10:30\n',
    );
    const done = await desk.take(it, {
      columns: [
        it.mapping.columns[0]!,
        { to: 'new_field', name: 'Shoe size', type: 'integer' },
        { to: 'new_field', name: 'Revenue', type: 'currency', decimal: ',' },
        { to: 'new_field', name: 'Hobbies', type: 'multi_select', separator: '|' },
        { to: 'new_field', name: 'VIP', type: 'bool' },
        { to: 'new_field', name: 'Joined', type: 'time' },
      ],
      timezone: 'Europe/Lisbon',
      tags: ['Imported'],
    });
    assert.deepEqual(await desk.rejected(done), []);
    assert.deepEqual((await desk.everyone())['carla@example.com'], {
      'bol::p': true,
      'bol::sp': false,
      'str::email': 'carla@example.com',
      'int:cm:shoe-size': 38,
      'int:cm:revenue': 1234500,
      'sst:cm:hobbies': ['chess', 'go'],
      'bol:cm:vip': true,
      'tme:cm:joined': '2024-03-01T10:30:00Z',
    });
  });

  test('keeps the rows that are wrong for whoever sent it, and takes the others', async () => {
    const it = await desk.send(
      'people',
      [
        'email,first,birthday',
        'dora@example.com,Dora,1990-02-30',
        'emil@example.com,Emil',
        '"franz@example.com,Franz,',
        'greta@example.com,Gr"eta,',
        '"hugo@example.com"x,Hugo,',
        'not an address,Ida,soon',
        ',Jan,',
        '',
        'karl@example.com,Karl,1990-02-03',
        'lena@example.com,"Le\nna",',
      ].join('\r\n'),
      11,
    );
    const done = await desk.take(it);
    assert.deepEqual(await desk.rejected(done), [
      '2: birthday: "1990-02-30" is not a date',
      '3: the row has 2 columns, the first has 3',
      '4: something follows a closing quote: a quote within a value is written twice',
      '5: a quote stands in the middle of a value that does not begin with one',
      '6: something follows a closing quote: a quote within a value is written twice',
      '7: email: "not an address" is not an e-mail address; birthday: "soon" is not a date',
      '8: none of the merge keys is given: str::email',
    ]);
    assert.equal(done.counts.created, 2);
    assert.equal(done.counts.rejected, 7);
    assert.deepEqual(((await desk.everyone())['lena@example.com'] as Record<string, string>)['str::first'], 'Le\nna');
  });

  test('is tried before it is taken: what would be made, changed and refused, and nothing is written', async () => {
    const before = await desk.everyone();
    const it = await desk.send(
      'people',
      'email,first\nanna@example.com,Anne\nMaria@example.com,Maria\nmaria@example.com,María\nnobody,N\n',
    );
    const run = await desk.imports.check(desk.ws, it.id);
    assert.equal(run.rows, 4);
    assert.deepEqual(run.counts, { created: 1, merged: 2, untouched: 0, duplicate: 0, rejected: 1 });
    assert.deepEqual(run.sample[0], {
      rowNumber: 2,
      status: 'merged',
      id: await idOf('anna@example.com'),
      before: { 'str::first': 'Анна' },
      after: { 'str::first': 'Anne' },
    });
    assert.deepEqual(
      run.rejected.map(({ rowNumber }) => rowNumber),
      [5],
    );
    assert.deepEqual(await desk.everyone(), before);
    const done = await desk.take(it, { mergeStrategy: 1 });
    assert.deepEqual(done.counts, { created: 1, merged: 2, untouched: 0, duplicate: 0, rejected: 1 });
    const anna = (await desk.everyone())['anna@example.com'] as Record<string, string>;
    assert.equal(anna['str::first'], 'Анна', 'strategy 1 fills only what is empty');
  });

  test('whose rejected rows are put right and sent again says what it said at first', async () => {
    const rows = ["x1,'=1+1", 'x2,=2', "x3,''q", "x4,'@w", "x5,''-y"];
    const sent = (domain: string, day: string): string =>
      `email,first,birthday\n${rows.map((row) => row.replace(',', `@${domain},`)).join(`,${day}\n`)},${day}\n`;
    const names = async (domain: string): Promise<unknown[]> =>
      Object.entries(await desk.everyone())
        .filter(([email]) => email.endsWith(domain))
        .map(([, fields]) => (fields as Record<string, string>)['str::first']);
    await desk.take(await desk.send('people', sent('direct.example', '1990-02-03')));
    const wrong = await desk.take(await desk.send('people', sent('mended.example', 'soon')));
    let csv = '';
    for await (const text of rejectedCsv(wrong, desk.imports.rejected(desk.ws, wrong.id))) csv += text;
    assert.doesNotMatch(csv, /,[=@-]/, 'none is a formula');
    const mended = await desk.take(await desk.send('people', csv.replaceAll(',soon', ',1990-02-03')));
    assert.equal(mended.counts.created, rows.length);
    assert.deepEqual(await names('mended.example'), ['=1+1', '=2', "''q", '@w', "'-y"]);
    assert.deepEqual(await names('mended.example'), await names('direct.example'));
  });

  test('with empty rows, as spreadsheets leave them, passes over them and counts them as spreadsheets do', async () => {
    const file = '\n;;\nemail;first;last\n\nida@example.com;Ida;\n;;\n ; ;\n\nnobody;x;y\n;;\n;;\n';
    const it = await desk.send('people', file);
    assert.deepEqual(it.columns, ['email', 'first', 'last']);
    const { counts, rejected } = await desk.imports.check(desk.ws, it.id);
    const done = await desk.take(it);
    assert.deepEqual(done.counts, { created: 1, merged: 0, untouched: 0, duplicate: 0, rejected: 1 });
    assert.deepEqual([counts, rejected.map(({ rowNumber }) => rowNumber)], [done.counts, [9]]);
    assert.deepEqual(await desk.rejected(done), ['9: email: "nobody" is not an e-mail address']);
  });

  test('that begins with a person, and no heads, takes them too', async () => {
    const it = await desk.send('people', 'kai@example.com,Kai\nlea@example.com,Lea\n');
    assert.deepEqual([it.columns, it.dialect.header], [['Column 1', 'Column 2'], false]);
    const { counts } = await desk.take(it);
    assert.equal(counts.created, 2);
  });

  test('whose rejected rows are sent again leaves out what stands before them, whatever fields are called so', async () => {
    for (const name of ['Reason', 'Row']) await desk.people.addField(desk.ws, { name, type: 'text' });
    const wrong = await desk.take(await desk.send('people', 'email,reason\nvera.example.com,Trial ended\n'));
    let csv = '';
    for await (const text of rejectedCsv(wrong, desk.imports.rejected(desk.ws, wrong.id))) csv += text;
    const mended = await desk.take(await desk.send('people', csv.replace(',vera.example.com', ',vera@example.com')));
    assert.equal(mended.counts.created, 1, csv);
    const { 'str:cm:reason': reason, 'str:cm:row': row } = (await desk.everyone())['vera@example.com'] as Fields;
    assert.deepEqual([reason, row], ['Trial ended', undefined]);
  });

  test('in which a birthday has two digits for its year says the last one that has been', async () => {
    const file = 'email,birthday,Renewal\nold@years.example,05.03.45,05.03.45\nyoung@years.example,05.03.20,05.03.20\n';
    await desk.people.addField(desk.ws, { name: 'Renewal', type: 'date' });
    await desk.take(await desk.send('people', file));
    const everyone = await desk.everyone();
    const years = ['old@years.example', 'young@years.example'].map((email) => {
      const fields = everyone[email] as Record<string, { year: number }>;
      return [fields['dtz::b']?.year, fields['dtz:cm:renewal']?.year];
    });
    assert.deepEqual(years, [
      [1945, 2045],
      [2020, 2020],
    ]);
  });

  test('that names somebody by an address of another who became them is foretold as it is taken', async () => {
    const made = await desk.people.record(
      desk.ws,
      ['olga@example.com', 'olga@old.example'].map((email) => ({
        who: { by: ['str::email'] },
        fields: { 'str::email': email },
        source: 'API',
      })),
    );
    const [olga, old] = made.map((outcome) => ('personId' in outcome ? outcome.personId : ''));
    await desk.people.identity.unite(desk.ws, { people: [olga!, old!], survivor: olga!, by: 'API' });
    const file = 'email,first\nolga@old.example,Olga\n';
    for (const [mergeStrategy, existingOnly, status] of [
      [2, true, 'merged'],
      [3, false, 'untouched'],
      [1, false, 'merged'],
    ] as const) {
      const it = await desk.send('people', file);
      await desk.imports.map(desk.ws, it.id, { ...it.mapping, mergeStrategy, existingOnly });
      const { counts, rejected, sample } = await desk.imports.check(desk.ws, it.id);
      assert.deepEqual([sample[0]?.status, sample[0]?.id, rejected], [status, olga, []]);
      assert.equal(sample[0]?.after['str::email'], undefined, 'the address of the profile stays');
      assert.deepEqual((await desk.take(it, { mergeStrategy, existingOnly })).counts, counts);
    }
  });

  test('of thousands, with some twice, is counted as trying it has foretold', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => `p${i % 2500}@example.org,"Name, ${i}"`);
    const it = await desk.send('people', `email,first\n${rows.join('\n')}`, 1000);
    const run = await desk.imports.check(desk.ws, it.id);
    const done = await desk.take(it);
    assert.deepEqual(run.counts, { created: 2500, merged: 500, untouched: 0, duplicate: 0, rejected: 0 });
    assert.deepEqual(done.counts, { created: 2500, merged: 500, untouched: 0, duplicate: 0, rejected: 0 });
    assert.equal(done.rowNumber, 3001);
  });

  for (const [encoding, bytes] of [
    [
      'windows-1251',
      Buffer.concat([
        Buffer.from('email,first\nplain@a.ru,A\nyuri@a.ru,'),
        Buffer.from([0xde, 0xf0, 0xe8, 0xe9]),
        Buffer.from('\n'),
      ]),
    ],
    [
      'windows-1252',
      Buffer.concat([Buffer.from('email,first\nplain@a.pt,A\njoao@a.pt,Jo'), Buffer.from([0xe3]), Buffer.from('o\n')]),
    ],
    ['utf-16le', Buffer.from('\uFEFFemail,first\nyuri@b.ru,Юрий\n', 'utf16le')],
    ['utf-8', Buffer.from('\uFEFFemail,first\nyuri@c.ru,Юрий\n')],
  ] as const) {
    test(`in ${encoding} is read in it`, async () => {
      const it = await desk.send('people', bytes, 5);
      assert.equal(it.dialect.encoding, encoding);
      assert.deepEqual(it.columns, ['email', 'first']);
      await desk.take(it);
      const names = Object.values(await desk.everyone()).map(
        (fields) => (fields as Record<string, string>)['str::first'],
      );
      assert.ok(names.includes(encoding === 'windows-1252' ? 'João' : 'Юрий'));
    });
  }

  for (const [line, delimiter] of [
    ['sep=;\r\n', ';'],
    ['\uFEFFSEP=|\n', '|'],
    ['"sep=\t"\r', '\t'],
  ] as const) {
    test(`that says its separator as Excel does, ${JSON.stringify(line)}, begins behind that line`, async () => {
      const rows = ['email,first', 'sep@example.org,"A, B; C"', 'sep@example.org'];
      const file = line + rows.map((row) => row.replace(/,(?! )/, delimiter)).join('\n');
      const it = await desk.send('people', file, 3);
      assert.deepEqual([it.columns, it.dialect.delimiter], [['email', 'first'], delimiter]);
      const done = await desk.take(it);
      assert.deepEqual(await desk.rejected(done), ['3: the row has 1 columns, the first has 2']);
      const { 'str::first': first } = (await desk.everyone())['sep@example.org'] as Record<string, string>;
      assert.equal(first, 'A, B; C');
    });
  }

  test('that is stopped goes on where it was', async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => `stop${i}@example.org`);
    const it = await desk.send('people', `email\n${rows.join('\n')}\n`);
    await desk.imports.start(desk.ws, it.id);
    const stopped = await desk.imports.stop(desk.ws, it.id);
    assert.equal(stopped.state, 'stopped');
    assert.ok(stopped.rowNumber < 5001);
    const done = await desk.take(it);
    assert.deepEqual(done.counts, { created: 5000, merged: 0, untouched: 0, duplicate: 0, rejected: 0 });
    await assert.rejects(desk.imports.start(desk.ws, it.id), { code: 'import_state', status: 409 });
  });

  test('that two start at once is started once, and the other is told how it stands', async () => {
    const it = await desk.send('people', 'email\ntwice@example.org\n');
    const started = await Promise.allSettled([desk.imports.start(desk.ws, it.id), desk.imports.start(desk.ws, it.id)]);
    const told = started.map((each) => (each.status === 'fulfilled' ? each.value.state : each.reason.message));
    assert.deepEqual(told.toSorted(), [`import ${it.id} is running: it can not be started`, 'running']);
    const done = await until('it is taken', async () => {
      const now = await desk.imports.find(desk.ws, it.id);
      return now.state === 'done' && now;
    });
    assert.equal(done.counts.created, 1);
  });

  test('that an earlier version took keeps its first rows no longer', async () => {
    const { id } = await desk.take(await desk.send('people', 'E-mail\nearlier@example.com\n'));
    await desk.t.db.query('update import set sample = $2 where id = $1', [id, '[["earlier@example.com"]]']);
    const started = desk.imports.run();
    try {
      await until('they are gone', async () => (await desk.imports.find(desk.ws, id)).sample.length === 0);
    } finally {
      await started.close();
    }
  });

  test('whose sending breaks off leaves nothing behind', async () => {
    async function* broken() {
      yield Buffer.from('email\nanna@example.com\n');
      throw new Error('the line is dead');
    }
    const before = (await desk.t.db.query('select from import')).rowCount;
    await assert.rejects(desk.imports.receive(desk.ws, { kind: 'people', name: 'x', dialect: {} }, broken()), /dead/);
    assert.equal((await desk.t.db.query('select from import')).rowCount, before);
    await assert.rejects(desk.send('people', ''), { code: 'import_empty' });
  });
});

describe('a file of activities', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
    const attributes = [{ field_id: 'int:cm:total', display_type: 'currency', name: 'Total' }];
    await desk.people.addDefinitions(desk.ws, [
      { activityId: 'act:cm:order-placed', name: 'Order placed', touch: true, attributes },
    ]);
  });
  after(() => desk.close());

  test('says what something was worth as money, whatever activity it is', async () => {
    const it = await desk.send('activities', 'E-mail,Event,int::v\nworth@example.com,Order placed,15.30\n');
    const done = await desk.take(it);
    assert.deepEqual(await desk.rejected(done), []);
    const worth = (await desk.people.findByEmail(desk.t.db, desk.ws, 'worth@example.com'))!;
    const [placed] = await desk.people.timeline(desk.t.db, desk.ws, worth, 10);
    assert.deepEqual(placed!.attributes, { 'int::v': 15_300 });
  });

  test('is foretold as it is taken where a key is longer than a key can be', async () => {
    // Of letters that can not be packed.
    const long = Array.from({ length: 9000 }, (_, i) => ((i * 7919) % 9973).toString(36))
      .join('')
      .slice(0, 9000);
    const rows = ['x'.repeat(256), long, 'o-1'].map((key) => `key@example.com,Order placed,${key}`);
    const it = await desk.send('activities', `E-mail,Event,Key\n${rows.join('\n')}\n`);
    const reason = 'act:cm:order-placed: a key has at most 255 characters';
    const { counts, rejected } = await desk.imports.check(desk.ws, it.id);
    assert.deepEqual(
      rejected.map((row) => row.reason),
      [reason, reason],
    );
    const done = await desk.take(it);
    assert.deepEqual(await desk.rejected(done), [`2: ${reason}`, `3: ${reason}`]);
    assert.deepEqual(done.counts, counts);
  });

  test('goes on timelines at its own moments, years back too, and once by its keys', async () => {
    const file =
      'E-mail,Event,Date,Total,Order\nanna@example.com,Order placed,2019-05-04 12:00,12.50,o-1\n' +
      'anna@example.com,act:cm:order-placed,2019-06-04 12:00,7,o-2\nanna@example.com,Order lost,2019-06-04,7,o-3\n';
    const it = await desk.send('activities', file);
    assert.deepEqual(it.mapping.columns, [
      { to: 'field', field: 'str::email' },
      { to: 'activity' },
      { to: 'time' },
      { to: 'attribute', attribute: 'int:cm:total', decimal: '.' },
      { to: 'ignore' },
    ]);
    const columns = [...it.mapping.columns.slice(0, 4), { to: 'key' } as const];
    const done = await desk.take(it, { columns });
    assert.deepEqual(await desk.rejected(done), ['4: Event: there is no activity "Order lost"']);
    assert.deepEqual(done.counts, { created: 1, merged: 1, untouched: 0, duplicate: 0, rejected: 1 });
    const anna = (await desk.people.findByEmail(desk.t.db, desk.ws, 'anna@example.com'))!;
    const timeline = await desk.people.timeline(desk.t.db, desk.ws, anna, 10);
    assert.deepEqual(
      timeline
        .filter(({ activityId }) => activityId === 'act:cm:order-placed')
        .map((a) => [a.occurredAt.toISOString(), a.attributes, a.source]),
      [
        ['2019-06-04T12:00:00.000Z', { 'int:cm:total': 7000 }, 'Import'],
        ['2019-05-04T12:00:00.000Z', { 'int:cm:total': 12500 }, 'Import'],
      ],
    );
    const again = await desk.take(await desk.send('activities', file), { columns });
    assert.deepEqual(again.counts, { created: 0, merged: 0, untouched: 0, duplicate: 2, rejected: 1 });

    await desk.people.addDefinitions(desk.ws, [{ activityId: 'act:cm:order-paid', name: 'Order paid', touch: true }]);
    const paid = 'anna@example.com,Order paid,2019-05-04 12:00,12.50,o-1\n';
    const known = 'anna@example.com,Order placed,2019-05-04 12:00,12.50,o-1\n';
    const more = await desk.send('activities', `E-mail,Event,Date,Total,Order\n${known}${paid}${paid}`);
    await desk.imports.map(desk.ws, more.id, { ...more.mapping, columns });
    const { counts } = await desk.imports.check(desk.ws, more.id);
    assert.deepEqual(counts, { created: 0, merged: 1, untouched: 0, duplicate: 2, rejected: 0 }, 'of each kind once');
    assert.deepEqual((await desk.take(more, { columns })).counts, counts);
  });
});
