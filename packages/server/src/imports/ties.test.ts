import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { publicId } from '@tributary/model';
import { until } from '../../test/support/until.ts';
import { type Desk, openDesk } from './test/support.ts';

const none = { created: 0, merged: 0, untouched: 0, duplicate: 0, rejected: 0 };

describe('a file of people with their companies', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
    await desk.take(
      await desk.send('accounts', 'Name,Website\nАкме,acme.example\nBolt,bolt.example\nGone,gone.example\n'),
    );
    const { Gone } = await desk.accounts();
    await desk.people.accounts.change(desk.ws, 'archive', { ids: [Gone!.id] }, 'Test');
  });
  after(() => desk.close());

  const peopleOf = async () =>
    Object.fromEntries(
      Object.entries(await desk.accounts()).flatMap(([name, { people }]) =>
        people.length > 0 ? [[name, people]] : [],
      ),
    );
  const accountOf = async (email: string): Promise<unknown> =>
    ((await desk.everyone())[email] as Record<string, unknown> | undefined)?.['idt::o'];
  const idOf = async (name: string): Promise<string> => publicId((await desk.accounts())[name]!.id, 'account');

  test('puts each into theirs, found by its name or made, once', async () => {
    const it = await desk.send(
      'people',
      'E-mail,Компания\nanna@example.com,Акме\nboris@example.com,New & Co\nclara@example.com,New & Co\ndora@example.com,\n',
    );
    assert.deepEqual(it.mapping.columns[1], { to: 'account', by: 'str:o:name' });
    const run = await desk.imports.check(desk.ws, it.id);
    assert.deepEqual([run.counts.created, run.accountsCreated], [4, 1]);
    assert.deepEqual(
      run.sample.map(({ account }) => account),
      [
        {
          id: (await desk.accounts()).Акме!.id,
          fields: { 'str:o:name': 'Акме', 'str:o:website': 'acme.example' },
        },
        { id: undefined, fields: { 'str:o:name': 'New & Co' } },
        { id: undefined, fields: { 'str:o:name': 'New & Co' } },
        undefined,
      ],
    );
    assert.deepEqual(Object.keys(await desk.accounts()), ['Акме', 'Bolt', 'Gone']);
    assert.deepEqual(await desk.everyone(), {});

    assert.deepEqual((await desk.take(it)).counts, { ...none, created: 4 });
    const belonging = {
      Акме: ['anna@example.com'],
      'New & Co': ['boris@example.com', 'clara@example.com'],
    };
    assert.deepEqual(await peopleOf(), belonging);
    assert.equal(await accountOf('boris@example.com'), await idOf('New & Co'));
    assert.equal(await accountOf('dora@example.com'), undefined);
    const filter = { $id_is: { field_id: 'idt::o', value: await idOf('New & Co') } };
    assert.equal((await desk.people.search.count(desk.t.db, desk.ws, { filter })).people, 2);
  });

  test('finds an account by its id or its website too, and changes nothing of it', async () => {
    const [acme, before] = [await idOf('Акме'), await desk.accounts()];
    const it = await desk.send(
      'people',
      `email,account_id,Company,Company website\nemil@example.com,${acme},Another name,\n` +
        'franz@example.com,,Another name,bolt.example\ngreta@example.com,,Both made,made.example\n',
    );
    assert.deepEqual(it.mapping.columns.slice(1), [
      { to: 'account', by: 'id' },
      { to: 'account', by: 'str:o:name' },
      { to: 'account', by: 'str:o:website' },
    ]);
    assert.deepEqual((await desk.take(it)).counts, { ...none, created: 3 });
    const { 'Both made': made, ...others } = await desk.accounts();
    assert.deepEqual(made!.fields, { 'str:o:name': 'Both made', 'str:o:website': 'made.example' });
    assert.deepEqual(
      Object.values(others).map(({ fields }) => fields),
      Object.values(before).map(({ fields }) => fields),
    );
    assert.deepEqual((await peopleOf()).Акме, ['anna@example.com', 'emil@example.com']);
    assert.deepEqual((await peopleOf()).Bolt, ['franz@example.com']);
  });

  test('a row whose account can not be used is rejected, and its person stays as they are', async () => {
    const elsewhere = publicId('4611686018427387904', 'account');
    const it = await desk.send(
      'people',
      [
        'email,first,account_id,Company',
        `anna@example.com,X,${elsewhere},`,
        `anna@example.com,X,${await idOf('Gone')},`,
        'anna@example.com,X,12345,',
        'anna@example.com,X,,Nowhere',
        `anna@example.com,X,,${'x'.repeat(256)}`,
        `hugo@example.com,Hugo,${elsewhere},Bolt`,
      ].join('\n'),
    );
    const columns = [...it.mapping.columns.slice(0, 2), { to: 'account', by: 'id' } as const, it.mapping.columns[3]!];
    const mapping = { columns, existingAccountsOnly: true };
    await desk.imports.map(desk.ws, it.id, { ...it.mapping, ...mapping });
    const wrong = [
      '2: no account here has that id, and nothing else is given to find it by',
      '3: Account not found',
      '4: account_id: "12345" is not the id of an account',
      '5: Account not found',
      '6: failed to validate field str:o:name: longer than 255 characters',
    ];
    const run = await desk.imports.check(desk.ws, it.id);
    assert.deepEqual(
      run.rejected.map(({ rowNumber, reason }) => `${rowNumber}: ${reason}`),
      wrong,
    );
    const done = await desk.take(it, mapping);
    assert.deepEqual(await desk.rejected(done), wrong);
    assert.deepEqual(done.counts, { ...none, created: 1, rejected: 5 });
    assert.equal(((await desk.everyone())['anna@example.com'] as Record<string, string>)['str::first'], undefined);
    assert.equal(await accountOf('hugo@example.com'), await idOf('Bolt'), 'an id of elsewhere leaves it to the name');
    assert.ok(!('Nowhere' in (await desk.accounts())));
  });

  test('who is there already is left, or belongs to both', async () => {
    const file = 'email,Company\nanna@example.com,Bolt\nida@example.com,Bolt\n';
    const left = await desk.take(await desk.send('people', file), { mergeStrategy: 3 });
    assert.deepEqual(left.counts, { ...none, created: 1, untouched: 1 });
    assert.ok(!(await peopleOf()).Bolt!.includes('anna@example.com'));
    const { edited_at: before } = await edited();
    desk.clock.advance(1000);
    assert.deepEqual((await desk.take(await desk.send('people', file))).counts, { ...none, merged: 2 });
    assert.ok((await peopleOf()).Bolt!.includes('anna@example.com'));
    assert.equal(await accountOf('anna@example.com'), await idOf('Акме'), 'of several, the one she came to first');
    assert.deepEqual((await edited()).edited_at, before, 'nothing of ida was changed');
  });

  const edited = async () =>
    (await desk.t.db.query(`select edited_at from person where fields->>'str::email' = 'ida@example.com'`)).rows[0];

  test('while accounts are put away and brought back, each is in theirs or was rejected', async () => {
    const names = ['Rush one', 'Rush two', 'Rush three'];
    await desk.take(await desk.send('accounts', `Name\n${names.join('\n')}\n`));
    const accounts = await desk.accounts();
    const ids = names.map((name) => accounts[name]!.id);
    const rows = Array.from({ length: 4000 }, (_, i) => `rush${i}@example.org,${publicId(ids[i % 3]!, 'account')}`);
    const taken = desk.take(await desk.send('people', `email,account_id\n${rows.join('\n')}\n`));
    let ended = false;
    taken.finally(() => (ended = true));
    for (let i = 0; !ended; i++) {
      const which = { ids: [ids[i % 3]!, ids[(i + 1) % 3]!] };
      await desk.people.accounts.change(desk.ws, 'archive', which, 'Test');
      await desk.people.accounts.change(desk.ws, 'restore', which, 'Test');
    }
    const { state, counts } = await taken;
    assert.equal(state, 'done');
    assert.equal(counts.created + counts.rejected, rows.length);
    for (const reason of await desk.rejected((await desk.imports.list(desk.ws))[0]!))
      assert.match(reason, /^\d+: Account not found$/);
    const { rows: found } = await desk.t.db.query(
      `select count(*)::int as people, count(ap.*)::int as members, count(p.fields->>'idt::o')::int as told
       from person p left join account_person ap on ap.person_id = p.id where p.fields->>'str::email' like 'rush%'`,
    );
    assert.deepEqual(found[0], { people: counts.created, members: counts.created, told: counts.created });
  });

  test('an account takes its three thousand, and the rows after them are rejected', async () => {
    const rows = Array.from({ length: 3005 }, (_, i) => `full${i}@example.org,${i === 3004 ? 'Bolt' : 'Full'}`);
    const done = await desk.take(await desk.send('people', `email,Company\n${rows.join('\n')}\n`));
    assert.deepEqual(await desk.rejected(done), [
      '3002: 3001 people: an account takes 3000',
      '3003: 3001 people: an account takes 3000',
      '3004: 3001 people: an account takes 3000',
      '3005: 3001 people: an account takes 3000',
    ]);
    assert.deepEqual(done.counts, { ...none, created: 3001, rejected: 4 });
    assert.equal((await peopleOf()).Full!.length, 3000);
    const everyone = await desk.everyone();
    assert.ok(!('full3000@example.org' in everyone) && 'full3004@example.org' in everyone);
  });

  test('a file that is stopped at a row that is refused leaves the next file its rows', async () => {
    const [late, next] = [
      await desk.send('people', 'email,Company\nlate@example.org,Full\n'),
      await desk.send('people', 'email\nnext1@example.org\nnext2@example.org\n'),
    ];
    const lock = { text: 'select from account where id = $1 for update', values: [(await desk.accounts()).Full!.id] };
    const [first, second] = [await desk.t.db.connect(), await desk.t.db.connect()];
    const isWaited = (n: number) =>
      until(`${n} wait`, async () => {
        const { rows } = await desk.t.db.query<{ n: number }>(
          `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return rows[0]!.n === n;
      });
    try {
      await first.query('begin');
      await first.query(lock);
      await desk.imports.start(desk.ws, late.id);
      await isWaited(1);
      // The file's rows at once, which are refused; then this; then its rows one by one.
      await second.query('begin');
      const locked = second.query(lock);
      await isWaited(2);
      await first.query('commit');
      await locked;
      await isWaited(1);
      await desk.imports.start(desk.ws, next.id);
      const stopped = desk.imports.stop(desk.ws, late.id);
      await isWaited(2);
      await second.query('commit');
      assert.equal((await stopped).state, 'stopped');
    } finally {
      first.release();
      second.release();
    }
    const done = await until('the next is done', async () => {
      const now = await desk.imports.find(desk.ws, next.id);
      return now.state === 'done' && now;
    });
    assert.deepEqual([await desk.rejected(done), done.counts], [[], { ...none, created: 2 }]);
    // Stopped before or after its row is rejected, whoever is quicker: it is, once.
    await desk.imports.start(desk.ws, late.id);
    await until('the first is done', async () => (await desk.imports.find(desk.ws, late.id)).state === 'done');
    assert.deepEqual(await desk.rejected(late), ['2: 3001 people: an account takes 3000']);
  });

  test('a column by which no account can be found is told so before it begins', async () => {
    const it = await desk.send('people', 'email,Sector\nanna@example.com,x\n');
    const columns = [it.mapping.columns[0]!, { to: 'account', by: 'str:o:industry' } as const];
    await assert.rejects(desk.imports.map(desk.ws, it.id, { ...it.mapping, columns }), {
      code: 'import_mapping',
      message: /columns.Sector: no account can be found by str:o:industry/,
    });
  });
});
