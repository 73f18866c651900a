import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Fields } from '@tributary/model';
import { brief, DAY, openPlace, type Place, waiting } from '../../../test/support/entry-place.ts';
import { until } from '../../../test/support/until.ts';

const called = (name: string) => ({ '$str::is': { field_id: 'str::first', value: name } });
const born = (year: number, month: number, day: number): Fields => ({
  'dtz::b': { year, month, day, timezone: 'UTC' },
});

describe('what comes by a file', () => {
  let place: Place;
  let vips: string;
  const audience = async (name: string, filter: object): Promise<string> =>
    (await place.api('/api/audiences', { name, filter })).body.id;
  before(async () => {
    place = await openPlace();
    vips = await audience('VIPs', called('Vip'));
    await place.quiet();
  });
  after(() => place.close());

  const file = async (text: string): Promise<void> => {
    const { imports } = place.tributary;
    const of = { kind: 'people', name: 'people.csv', dialect: {} } as const;
    const { id } = await imports.receive(place.ws, of, pieces(text));
    await imports.start(place.ws, id);
    const done = await until('the file is taken', async () => {
      const now = await imports.find(place.ws, id);
      return now.state === 'done' && now;
    });
    assert.equal(done.counts.rejected, 0);
    await place.quiet();
  };
  async function* pieces(text: string): AsyncGenerator<Buffer> {
    yield Buffer.from(text);
  }
  const merge = (name: string, fields: Fields, source = 'API'): Promise<string> =>
    place.merge({ 'str::email': `${name}@example.com`, ...fields }, { source });
  const runs = async (...journeys: string[]): Promise<string[]> => (await Promise.all(journeys.map(place.runs))).flat();

  test('starts no journey, whatever people enter it by; the same starts each where it comes otherwise', async () => {
    const among = await audience('Among VIPs', { $and: [{ $is_member_of: { audience_id: vips } }] });
    await place.quiet();
    const entries: Record<string, object> = {
      'an audience': { kind: 'audience', audience: vips },
      'an audience that asks about one': { kind: 'audience', audience: among },
      'its activity': { kind: 'activity', activity: 'act::enter-audience' },
      'a filter': { kind: 'filter', filter: called('Vip') },
      'a day': { kind: 'date', field: 'dtz::b', every: 'year', at: '12:00' },
      'a tag': { kind: 'tag', tag: 'new' },
    };
    const names = Object.keys(entries);
    for (const name of names) await place.push({ name, entry: entries[name]!, ...brief });
    await place.quiet();
    await file('email,first,tags,birthday\nann@example.com,Vip,new,1990-03-02\n');
    assert.deepEqual(await runs(...names), []);
    const { body } = await place.api('/api/people/ann@example.com/explain?journey=an%20audience', undefined, 'GET');
    const whys: string[][] = body.journeys[0].entry.occasions.map(({ why }: { why: string[] }) => why);
    assert.ok(whys.some((why) => why.join() === 'it came by a file, and files start no journeys'));
    await merge('bob', { 'str::first': 'Vip', ...born(1990, 3, 2) });
    await place.merge({ 'str::email': 'bob@example.com' }, { tags: ['new'] });
    await place.quiet();
    assert.deepEqual(await runs('a day'), ['bob not begun']);
    await place.at('2026-03-02T12:00:00Z');
    for (const name of names) assert.deepEqual([...new Set(await runs(name))], ['bob left: completed'], name);
    await merge('ann', { 'str::first': 'Ann' });
    await place.quiet();
    await merge('ann', { 'str::first': 'Vip' });
    await place.quiet();
    assert.deepEqual(await runs('an audience', 'a filter'), [
      ...['ann left: completed', 'bob left: completed'],
      ...['ann left: completed', 'bob left: completed'],
    ]);
    for (const name of names) await place.tributary.journeys.turn(place.ws, name, 'off');
  });

  test('makes nobody enter by leaving an audience, and lets out of journeys whom that lets out', async () => {
    const isVip = { $is_member_of: { audience_id: vips } };
    await place.push({ name: 'Left', entry: { kind: 'audience', audience: vips, when: 'leaves' }, ...brief });
    await place.push({ name: 'Waits', entry: { kind: 'tag', tag: 'waits' }, exits: [isVip], ...waiting });
    await merge('cat', { 'str::first': 'Vip' });
    await place.merge({ 'str::email': 'dan@example.com' }, { tags: ['waits'] });
    await place.quiet();
    assert.deepEqual(await runs('Left', 'Waits'), ['dan wait']);
    await file('email,first\ncat@example.com,Cat\ndan@example.com,Vip\n');
    assert.deepEqual(await runs('Left', 'Waits'), ['dan left: exit rule']);
  });

  test('starts what time alone brings about later', async () => {
    const today = { '$dtz::relative_exactly': { field_id: 'dtz::b', days_ago: 0 } };
    const own = await audience('Today', today);
    await place.quiet();
    await place.push({ name: 'By audience', entry: { kind: 'audience', audience: own }, ...brief });
    await place.push({ name: 'By filter', entry: { kind: 'filter', filter: today }, ...brief });
    await place.push({ name: 'By day', entry: { kind: 'date', field: 'dtz::b' }, ...brief });
    await place.quiet();
    const [first, second] = [0, 1].map((n) =>
      new Date(place.clock.now().getTime() + n * DAY).toISOString().slice(0, 10),
    );
    await file(`email,birthday\neve@example.com,${first}\nfay@example.com,${second}\n`);
    const all = ['By audience', 'By filter', 'By day'];
    assert.deepEqual(await runs(...all), []);
    await place.pass(DAY);
    assert.deepEqual(await runs(...all), Array(3).fill('fay left: completed'));
  });

  test('starts none by the account that it puts people into', async () => {
    const filter = { $has_any_value: { field_id: 'idt::o' } };
    await place.push({ name: 'Of an account', entry: { kind: 'filter', filter }, ...brief });
    const ivy = await merge('ivy', {});
    await place.quiet();
    await file('email,company\ngus@example.com,Acme\n');
    assert.deepEqual(await runs('Of an account'), []);
    const { rows } = await place.db.query<{ id: string }>('select id from account');
    await place.tributary.people.accounts.members.add(place.ws, rows[0]!.id, [ivy]);
    await place.quiet();
    assert.deepEqual(await runs('Of an account'), ['ivy left: completed']);
  });

  for (const order of ['first', 'last']) {
    test(`starts none where other things are heard with it, it ${order}; and these do`, async () => {
      const name = `Together ${order}`;
      const word = `Word ${order}`;
      const own = await audience(name, called(word));
      await place.quiet();
      await place.push({ name, entry: { kind: 'audience', audience: own }, ...brief });
      await place.push({ name: `${name}, by a filter`, entry: { kind: 'filter', filter: called(word) }, ...brief });
      for (const who of ['leo', 'mia']) await merge(`${who}-${order}`, {});
      await place.quiet();
      const byFile = async (): Promise<void> => {
        await merge(`kim-${order}`, { 'str::first': word }, 'Import');
        await merge(`leo-${order}`, { 'str::first': word }, 'Import');
        await merge(`mia-${order}`, { 'str::last': 'Ito' }, 'Import');
      };
      const otherwise = async (): Promise<void> => {
        await merge(`leo-${order}`, { 'str::last': 'Lee' });
        await merge(`mia-${order}`, { 'str::first': word });
        await merge(`ned-${order}`, { 'str::first': word });
      };
      const holder = await place.db.connect();
      try {
        // Whoever hears has to wait, and then hears all of it at once.
        await holder.query('begin');
        await holder.query('select from audience_set for update');
        await merge(`zoe-${order}`, { 'str::first': 'Zoe' });
        await until('it is waited for', async () => {
          const { rows } = await place.db.query(
            `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          );
          return rows.length === 1;
        });
        for (const act of order === 'first' ? [byFile, otherwise] : [otherwise, byFile]) await act();
        await holder.query('commit');
      } finally {
        holder.release();
      }
      await place.quiet();
      const started = [`mia-${order} left: completed`, `ned-${order} left: completed`];
      assert.deepEqual(await runs(name, `${name}, by a filter`), [...started, ...started]);
    });
  }
});
