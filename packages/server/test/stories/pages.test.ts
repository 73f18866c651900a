import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { publicId } from '@tributary/model';
import { createKey } from '../../src/access/index.ts';
import { type JourneyWorld, openJourneyWorld, welcome } from '../support/journey-world.ts';
import { DAY } from '../support/world.ts';

const ANNA = 'anna@example.com';
let world: JourneyWorld;
let authorization: string;
before(async () => {
  world = await openJourneyWorld();
  const { key } = await createKey(world.db, world.tributary.workspace, 'Looks', world.clock.now());
  authorization = `Basic ${Buffer.from(`x:${key}`).toString('base64')}`;
});
after(() => world?.close());

async function look(path: string): Promise<{ status: number; text: string; url: string }> {
  const answer = await fetch(`${world.tributary.url}${path}`, { headers: { authorization } });
  assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8', path);
  return { status: answer.status, text: await answer.text(), url: answer.url.slice(world.tributary.url.length) };
}
const has = (text: string, part: string): void => assert.ok(text.includes(part), `${part}\n\n${text}`);
const lacks = (text: string, part: string): void => assert.ok(!text.includes(part), `${part}\n\n${text}`);
const idOf = async (email: string): Promise<string> =>
  publicId((await world.tributary.people.findByEmail(world.db, world.ws, email))!);
const merge = (fields: object) =>
  world.call('POST', '/v1/person/merge', { people: [{ fields }], merge_by: ['str::email'] });

/** Two mails at once. */
const twice = {
  hello: { kind: 'email', template: 'Hello', next: 'later' },
  later: { kind: 'email', template: 'Later', next: 'end' },
  end: { kind: 'exit' },
};

test('who is held out of a journey reads so on their timeline, with a link to the journey', async () => {
  await world.push(welcome({ name: 'Half', holdOut: 0.9, entry: { kind: 'activity', activity: 'act:cm:called' } }));
  const names = Array.from({ length: 8 }, (_, i) => `held${i}@example.com`);
  for (const name of names) await world.does(name, 'called');
  const { rows } = await world.db.query<{ id: string }>('select person_id as id from run where held_out');
  assert.ok(rows.length > 0);
  const { text } = await look(`/people/${publicId(rows[0]!.id)}`);
  has(text, '<bdi>held out of “Half”, to compare with: gets nothing of it</bdi>');
  assert.match(text, /<small>· <a href="\/journeys\/\d+"><bdi>Half<\/bdi><\/a><\/small>/);
});

test('who is let go by an exit rule reads on their timeline which one it was', async () => {
  const exits = ['called', 'bought'].map((what) => ({ '$act::has_occurred': { field_id: `act:cm:${what}` } }));
  await world.push(welcome({ name: 'Lets go', exits }));
  await world.does('gone@example.com', 'signed-up');
  await world.does('gone@example.com', 'bought');
  const { text } = await look(`/people/${await idOf('gone@example.com')}`);
  has(text, '<bdi>waits until 4 Mar 2026, 08:00 UTC</bdi>');
  assert.match(text, /<bdi>left: exit rule 2<\/bdi><\/div>\s*<div class="soft"><bdi>“Bought” occurred<\/bdi><\/div>/);
});

test('whom a step lets go with the words of an exit rule reads of none, on the timeline and explained', async () => {
  const exits = [{ '$act::has_occurred': { field_id: 'act:cm:bought' } }];
  const shapes = { end: { kind: 'exit', reason: 'exit rule' } };
  await world.push(welcome({ name: 'Words', start: 'end', exits, shapes, entry: { kind: 'direct' } }));
  const people = [{ fields: { 'str::email': 'words@example.com' } }];
  await world.call('POST', '/v1/journeys/Words/trigger', { people });
  await world.quiet();
  const { text } = await look(`/people/${await idOf('words@example.com')}`);
  assert.match(text, /<bdi>left: exit rule<\/bdi>/);
  assert.doesNotMatch(text, /“Bought” occurred/);
  const { json } = await world.call('GET', '/api/people/words@example.com/explain?journey=Words');
  assert.match(json.journeys[0].runs[0].standing.words, /: exit rule$/);
});

test('what something was worth reads as money on a timeline', async () => {
  await world.call('POST', '/v1/definitions/activity/create', { name: 'Sold', track_conversion_value: true });
  const sold = { activity_id: 'act:cm:sold', fields: { 'str::email': 'worth@example.com' } };
  await world.call('POST', '/v1/activities/create', {
    activities: [{ ...sold, attributes: { 'int::v': 12_345_600 } }],
    merge_by: ['str::email'],
  });
  has((await look(`/people/${await idOf('worth@example.com')}`)).text, '12,345.6');
});

test('a timeline that is longer than a page goes on, and nothing of it is left out or told twice', async () => {
  await world.call('POST', '/v1/definitions/activity/create', {
    name: 'Paged',
    attributes: [{ name: 'Deal stage', display_type: 'text' }],
  });
  const email = 'paged@example.com';
  await world.does(email, 'signed-up');
  // Of one moment there are more than one, where the page ends too.
  const at = (i: number): string => new Date(world.clock.now().getTime() - Math.floor(i / 3) * 60_000).toISOString();
  for (const part of [0, 1, 2, 3, 4])
    await world.call('POST', '/v1/activities/create', {
      activities: Array.from({ length: 100 }, (_, i) => part * 100 + i).map((i) => ({
        activity_id: 'act:cm:paged',
        fields: { 'str::email': email },
        attributes: { 'str:cm:deal-stage': `no ${i}.` },
        created: at(i),
      })),
      merge_by: ['str::email'],
    });
  await world.quiet();
  const seen: string[] = [];
  let pages = 0;
  let path: string | undefined = `/people/${await idOf(email)}`;
  while (path) {
    const { text } = await look(path);
    seen.push(...[...text.matchAll(/Deal stage: no (\d+)\./g)].map((match) => match[1]!));
    pages += 1;
    assert.equal(text.includes('>Newest</a>'), pages > 1);
    path = /href="([^"]+)">Older<\/a>/.exec(text)?.[1];
  }
  assert.equal(pages, 3);
  assert.equal(seen.length, 500);
  assert.equal(new Set(seen).size, 500);
});

test('a timeline that ends with a page says that it ends, and not that nothing has happened', async () => {
  const email = 'full@example.com';
  await merge({ 'str::email': email });
  await world.quiet();
  const { rows } = await world.db.query<{ n: number }>(
    `select count(*)::int as n from activity where person_id = (select id from person where fields->>'str::email' = $1)`,
    [email],
  );
  const created = (i: number): string => new Date(world.clock.now().getTime() - i * 60_000).toISOString();
  for (const from of [0, 100])
    await world.call('POST', '/v1/activities/create', {
      activities: Array.from({ length: from === 0 ? 100 : 100 - rows[0]!.n }, (_, i) => ({
        activity_id: 'act:cm:paged',
        fields: { 'str::email': email },
        created: created(from + i),
      })),
      merge_by: ['str::email'],
    });
  await world.quiet();
  const { text } = await look(`/people/${await idOf(email)}`);
  const older = await look(/href="([^"]+)">Older<\/a>/.exec(text)![1]!);
  lacks(older.text, 'Nothing has happened yet');
  has(older.text, 'Nothing older');
  has(older.text, '>Newest</a>');
});

test('who can get no mail does not read as subscribed', async () => {
  await merge({ 'str::email': 'hard@example.com', 'bol::p': true });
  const hard = `/people/${await idOf('hard@example.com')}`;
  has((await look(hard)).text, '<span class="badge good">subscribed</span>');
  await world.tributary.people.suppression.add(world.ws, ['hard@example.com'], {
    reason: 'Hard bounced',
    source: 'a test',
  });
  const { text } = await look(hard);
  lacks(text, 'subscribed</span>');
  has(text, '<span class="badge bad">their address gets no mail</span> <small><bdi>Hard bounced</bdi></small>');
  await world.call('POST', '/v1/person/merge', {
    people: [{ fields: { 'str::ei': 'no-address', 'str::first': '  ' } }],
    merge_by: ['str::ei'],
  });
  const { rows } = await world.db.query<{ id: string }>(
    `select id from person where fields->>'str::ei' = 'no-address'`,
  );
  const nobody = (await look(`/people/${publicId(rows[0]!.id)}`)).text;
  has(nobody, '<span class="badge warn">no e-mail address</span>');
  has(nobody, `<title>${publicId(rows[0]!.id)}</title>`);
});

test('a mail that was not sent is called so on the timeline, among the messages and in the report', async () => {
  const id = await world.push(
    welcome({ name: 'Greets', entry: { kind: 'activity', activity: 'act:cm:bought' }, exits: [] }),
  );
  await world.does('hard@example.com', 'bought');
  const { text } = await look(`/people/${await idOf('hard@example.com')}`);
  has(text, '<li class="bad"><div>E-mail not sent</div>');
  has(text, '<div class="soft"><bdi>mail to this address has bounced before</bdi> · <bdi>Template: Hello</bdi></div>');
  has(text, '<span class="badge bad">not sent</span>');
  const report = async () => (await look(`/journeys/${id}`)).text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
  has(await report(), 'Not sent: refused, or given up 0 0 –');
  has(await report(), 'Not sent: they were not to be 1 ');
  await world.db.query(`update message set state = 'failed' where state = 'skipped'`);
  has(await report(), 'Not sent: refused, or given up 1 1 100.0 %');
  has((await look(`/people/${await idOf('hard@example.com')}`)).text, '<span class="badge bad">not sent</span>');
});

test('a message leads to the mail in the mailbox, while it is kept there', async () => {
  const email = 'reads@example.com';
  const id = await world.push(welcome({ name: 'Leads on', entry: { kind: 'direct' }, shapes: twice, exits: [] }));
  await merge({ 'str::email': email });
  await world.call('POST', `/v1/journeys/${id}/trigger`, { people: [{ fields: { 'str::email': email } }] });
  await world.quiet();
  const here = `/people/${await idOf(email)}`;
  const links = async () =>
    [...(await look(here)).text.matchAll(/<td class="words"><a href="(\/mailbox\/\d+)"><bdi>(.+?)<\/bdi>/g)].map(
      ([, path, subject]) => ({ path: path!, subject: subject! }),
    );
  const found = await links();
  assert.deepEqual(found.map(({ subject }) => subject).sort(), ['Hello', 'Later']);
  for (const { path, subject } of found) has((await look(path)).text, `<title>${subject}</title>`);
  await world.db.query('delete from mailbox_mail where id = $1', [found[0]!.path.slice('/mailbox/'.length)]);
  assert.deepEqual(await links(), [found[1]]);
});

test('a value of any shape is shown, in a field and in an activity', async () => {
  const odd = { name: { toString: 1 } };
  await world.call('POST', '/v1/person/custom-field/create', { name: 'Thing', type: 'object' });
  await world.call('POST', '/v1/definitions/activity/create', {
    name: 'Odd',
    attributes: [{ name: 'Odd thing', display_type: 'object' }],
  });
  assert.equal(
    (await merge({ 'str::email': ANNA, 'obj:cm:thing': odd, 'dtz::b': { day: 3, month: 5, year: 1990 } })).status,
    200,
  );
  await world.does(ANNA, 'odd', { 'obj:cm:odd-thing': odd });
  const { status, text } = await look(`/people/${await idOf(ANNA)}`);
  assert.equal(status, 200);
  has(text, '<td><bdi>{&#34;name&#34;:{&#34;toString&#34;:1}}</bdi></td>');
  has(text, '<div class="soft"><bdi>Odd thing: {&#34;name&#34;:{&#34;toString&#34;:1}}</bdi></div>');
  has(text, '<td><bdi>3 May 1990</bdi></td>');
  assert.ok(text.indexOf('<code>str::email</code>') < text.indexOf('<code>dtz::b</code>'));
});

test('beside the name of a person stands the address, once where there is no name', async () => {
  const email = 'named@example.com';
  await merge({ 'str::email': email });
  const here = `/people/${await idOf(email)}`;
  const head = async () => /<header>.*?<\/header>/s.exec((await look(here)).text)![0];
  has(await head(), `<h1>${email}</h1>`);
  lacks(await head(), `<bdi>${email}</bdi>`);
  await merge({ 'str::email': email, 'str::first': 'Nora' });
  has(await head(), `<h1>Nora</h1><div class="aside"><span class="soft"><bdi>${email}</bdi></span>`);
});

test('people are found by a part of their name or address, a page at a time', async () => {
  const people = Array.from({ length: 60 }, (_, i) => ({
    fields: {
      'str::email': `found${i}@example.com`,
      'str::first': 'Ottoline',
      'str::last': `Finder ${i}`,
      'bol::p': i > 0,
    },
    tags: i === 59 ? ['Trial', 'Beta'] : [],
  }));
  await world.call('POST', '/v1/person/merge', { people, merge_by: ['str::email'] });
  const { text, url } = await look('/people?who=ottoline+finder');
  assert.equal(url, '/people?who=ottoline+finder');
  has(text, '<h1>People found by “ottoline finder”</h1><div class="aside"><span class="soft">60</span>');
  has(text, 'value="ottoline finder"');
  has(text, '<bdi>Ottoline Finder 59</bdi></a></td>');
  has(text, '<bdi>Trial, Beta</bdi>');
  assert.equal(text.match(/href="\/people\/[0-9a-f]{24}"/g)?.length, 50);
  const [, older] = /<a href="([^"]+)">Older</.exec(text) ?? [];
  const next = await look(older!.replaceAll('&#38;', '&'));
  assert.equal(next.text.match(/href="\/people\/[0-9a-f]{24}"/g)?.length, 10);
  has(next.text, '<bdi>found0@example.com</bdi> <span class="badge bad">unsubscribed</span>');
  has(next.text, '<a href="/people?who=ottoline+finder">Newest</a>');
  has((await look('/people')).text, '<h1>People</h1>');
  has((await look('/people?who=zzzz%3Cb%3E')).text, 'Nobody is found by that');
});

test('an audience shows who belongs to it and by what filter, and how it grew', async () => {
  const made = await world.call('POST', '/api/audiences', {
    name: 'From <Lisbon>',
    filter: { '$str::is': { field_id: 'str::postal', value: '1000' } },
  });
  assert.equal(made.status, 201, JSON.stringify(made.json));
  const { id } = made.json as { id: string };
  await merge({ 'str::email': 'lisbon@example.com', 'str::postal': '1000' });
  await merge({ 'str::email': 'left@example.com', 'str::postal': '1000' });
  await world.quiet();
  await merge({ 'str::email': 'left@example.com', 'str::postal': '2000' });
  await world.quiet();
  const list = await look('/audiences');
  has(list.text, `<a href="/audiences/${id}"><bdi>From &#60;Lisbon&#62;</bdi></a>`);
  const { text } = await look(`/audiences/${id}`);
  has(text, '<div><b>1</b><span>people</span></div>');
  has(text, '<div><b>2</b><span>entered in 30 days</span></div>');
  has(text, '<div><b>1</b><span>left in 30 days</span></div>');
  has(text, '<bdi>lisbon@example.com</bdi>');
  lacks(text, '<bdi>left@example.com</bdi>');
  assert.match(text, /aria-label="2 entered and 1 left from/);
  assert.match(text, /Its filter: <bdi>[^<]*“?1000/);
  assert.equal((await look('/audiences/0')).status, 404);
  lacks(list.text, 'There are more');
  await world.db.query(
    `insert into audience (workspace_id, name, filter, building, ready, created_at, edited_at)
     select workspace_id, 'Copy ' || n, filter, false, true, created_at, edited_at
     from audience, generate_series(1, 200) n where name = 'From <Lisbon>'`,
  );
  has((await look('/audiences')).text, 'There are more than the 200 shown');
});

test('people are found by address and by id; what is not there is said on a page with ways on', async () => {
  await merge({ 'str::email': ANNA });
  has((await look('/')).text, '<form class="find" action="/people" method="get" role="search">');
  const here = `/people/${await idOf(ANNA)}`;
  for (const asked of [ANNA, ` ${ANNA} `, await idOf(ANNA), (await idOf(ANNA)).toUpperCase()])
    assert.equal((await look(`/people?who=${encodeURIComponent(asked)}`)).url, here);
  assert.equal((await look(`/people?email=${ANNA}`)).url, here);
  assert.equal((await look('/journeys')).url, '/');
  const unknown = await look(`/people?email=${encodeURIComponent('Anna <b>')}`);
  assert.equal(unknown.status, 404);
  has(unknown.text, '<p>Nobody has the e-mail address “Anna &#60;b&#62;”.</p>');
  for (const nowhere of ['/people/abc', '/journeys/0']) {
    const { status, text } = await look(nowhere);
    assert.equal(status, 404);
    has(text, `<p>There is no such ${nowhere.startsWith('/p') ? 'person' : 'journey'}.</p>`);
    has(text, '<a href="/">Tributary</a>');
  }
  const stranger = await fetch(`${world.tributary.url}/`);
  assert.equal(stranger.status, 401);
  assert.match(stranger.headers.get('www-authenticate') ?? '', /^Basic /);
  has(
    await stranger.text(),
    '<p>Any name will do, and an API key as the password: npm run tributary -- keys create --name NAME makes one.</p>',
  );
});

test('an address with a slash too many leads to its page, and one of nothing is a page for a browser and an answer for a program', async () => {
  await merge({ 'str::email': ANNA });
  for (const path of ['/journeys/', '/mailbox/', '/docs/', `/people/?email=${ANNA}`, `/people/${await idOf(ANNA)}/`])
    assert.equal((await look(path)).status, 200, path);
  const nothing = (path: string, accept: string) => fetch(`${world.tributary.url}${path}`, { headers: { accept } });
  const page = await nothing('/campaigns', 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8');
  assert.equal(page.status, 404);
  has(await page.text(), '<h1>Nothing is here</h1>');
  for (const [path, accept] of [
    ['/campaigns', '*/*'],
    ['/v1/nothing', 'text/html'],
    ['/api/nothing/', 'text/html'],
  ] as const)
    assert.match((await nothing(path, accept)).headers.get('content-type') ?? '', /^application\/json/, path);
});

test('a journey says what its goal is, and one that has none says nothing of it; its id outside leads there too', async () => {
  const goal = { name: 'A sale', when: { '$act::has_occurred': { field_id: 'act:cm:bought' } } };
  const id = await world.push(welcome({ name: 'Sells', goal, exits: [] }));
  const { status, text } = await look(`/journeys/${id}`);
  assert.equal(status, 200);
  has(text, '<p><bdi>A sale</bdi>: when <bdi>“Bought” occurred</bdi>.</p>');
  has(text, '<span>reached the goal</span>');
  for (const row of ['Not sent: refused, or given up', 'On their way, or to be tried again', 'Uncertain'])
    has(text, row);
  const without = (await look(`/journeys/${await world.push(welcome({ name: 'Aimless' }))}`)).text;
  lacks(without, 'reached the goal');
  lacks(without, 'reached it');
  has(without, 'This journey has no goal');
});

test('a draft says that nobody enters before it is published, and not that it has no goal', async () => {
  const goal = { name: 'A sale', when: { '$act::has_occurred': { field_id: 'act:cm:bought' } } };
  const { json } = await world.call('POST', '/api/journeys', { definition: welcome({ name: 'Drafted', goal }) });
  const { text } = await look(`/journeys/${json.id}`);
  lacks(text, 'has no goal');
  has(text, 'Nobody enters before it is published');
});

test('a journey names who is in it, newest first, where each stands, page by page; each leads to the person', async () => {
  const id = await world.push(welcome({ name: 'Names', entry: { kind: 'direct' }, holdOut: 0.3 }));
  const emails = Array.from({ length: 60 }, (_, i) => `named${i}@example.com`);
  const people = emails.map((email) => ({ fields: { 'str::email': email } }));
  const named = emails.map((email, i) => ({ fields: { 'str::email': email, 'str::first': `<i>${i}` } }));
  await world.call('POST', '/v1/person/merge', { people: named, merge_by: ['str::email'] });
  has((await look(`/journeys/${id}`)).text, 'Nobody has entered yet');
  await world.call('POST', `/v1/journeys/${id}/trigger`, { people });
  await world.quiet();
  const { rows } = await world.db.query<{ held: string[]; last: string }>(
    `select array_agg(person_id::text) filter (where held_out) as held, max(id)::text as last
     from run where journey_id = (select id from journey where name = 'Names')`,
  );
  const seen: string[] = [];
  const heldOut: string[] = [];
  let path: string | undefined = `/journeys/${id}`;
  while (path) {
    const { text } = await look(path);
    for (const [, person, name, rest] of text.matchAll(
      /<td class="words"><a href="\/people\/([0-9a-f]{24})"><bdi>(.*?)<\/bdi><\/a><\/td>(.*?)<\/tr>/gs,
    )) {
      assert.match(name!, /^&#60;i&#62;\d+$/);
      seen.push(person!);
      if (rest!.includes('held out')) heldOut.push(person!);
      else has(rest!, '<bdi>pause</bdi>');
    }
    path = /href="([^"]+)">Older<\/a>/.exec(text)?.[1];
  }
  assert.equal(seen.length, 60);
  assert.equal(new Set(seen).size, 60);
  assert.deepEqual(heldOut.sort(), rows[0]!.held.map((each) => publicId(each)).sort());
});

test('journeys that live stand before those that are put away', async () => {
  await world.push(welcome({ name: 'A first' }));
  await world.tributary.journeys.manage.changeState(world.ws, { name: 'A first' }, 'drain', { by: 'a test' });
  const { text } = await look('/');
  assert.ok(text.indexOf('<bdi>Sells</bdi>') < text.indexOf('<bdi>A first</bdi>'));
});

test('an audience’s chart ends today, though nobody has entered or left for a while', async () => {
  const filter = { '$str::is': { field_id: 'str::postal', value: '3000' } };
  const { json } = await world.call('POST', '/api/audiences', { name: 'From Bern', filter });
  const { id } = json as { id: string };
  await merge({ 'str::email': 'early@example.com', 'str::postal': '3000' });
  await world.quiet();
  await world.pass(20 * DAY);
  await merge({ 'str::email': 'later@example.com', 'str::postal': '3000' });
  await world.quiet();
  await world.pass(15 * DAY);
  const day = (before: number): string =>
    new Date(world.clock.now().getTime() - before * DAY).toISOString().slice(0, 10);
  const { text } = await look(`/audiences/${id}`);
  has(text, `aria-label="1 entered and 0 left from ${day(29)} to ${day(0)}"`);
  has(text, `<title>${day(15)}: 1 entered, 0 left</title>`);
  lacks(text, day(35));
});
