import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { readConfig } from '../config.ts';
import { type SendingOptions, sending } from './sending.ts';

describe('the command "sending"', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.close());

  const run = async (t: TestContext, verb: string, options: SendingOptions = {}): Promise<string> => {
    const { host = '', port, user = '', password, database: name = '' } = database.connection;
    const url = `postgres://${user}:${encodeURIComponent(String(password))}@localhost:${port}/${name}?host=${encodeURIComponent(host)}`;
    const said = t.mock.method(console, 'log', () => undefined);
    await sending({ ...readConfig({}), databaseUrl: url, logLevel: 'silent' }, [verb], options);
    const lines = said.mock.calls.map(({ arguments: [line] }) => String(line)).join('\n');
    said.mock.restore();
    return lines;
  };

  test('shows what holds, and changes it in parts', async (t) => {
    assert.match(
      await run(t, 'show'),
      /^cap {10}1 e-mail per person in 16 hours\n.*\nhours {8}any\ntimezone {5}UTC.*\nwebhooks .*whsec_/,
    );
    const changed = await run(t, 'set', { cap: '3/24h', 'when-capped': 'skip', hours: '09:00-18:00', days: '1-5' });
    assert.match(
      changed,
      /3 e-mails per person in 24 hours\nwhen capped {2}skip.*\nhours {8}09:00-18:00, days 1 2 3 4 5, by each person’s clock/,
    );
    const more = await run(t, 'set', { zone: 'Asia/Tokyo', days: '6,7' });
    assert.match(more, /3 e-mails.*\n.*skip.*\nhours {8}09:00-18:00, days 6 7, by the clock of Asia\/Tokyo/);
    assert.match(await run(t, 'set', { 'when-capped': 'delay' }), /when capped {2}delay: it waits, at most 14 days\n/);
    const sooner = await run(t, 'set', { 'wait-days': '3' });
    assert.match(sooner, /3 e-mails per person in 24 hours\nwhen capped {2}delay: it waits, at most 3 days\n/);
    assert.match(await run(t, 'set', { cap: '1/16h' }), /1 e-mail per person in 16 hours\n.*at most 3 days\n/);
    assert.match(await run(t, 'set', { cap: 'none', hours: 'none' }), /^cap {10}none\n.*\nhours {8}any/);
  });

  const wrong: [string, SendingOptions, RegExp][] = [
    ['nothing to set', {}, /sending set \[--cap/],
    ['a cap that can not be read', { cap: '1 a day' }, /write it like 1\/16h/],
    ['a cap of none at all', { cap: '0/16h' }, /cap\.messages/],
    ['days to wait that are no number', { cap: '1/16h', 'wait-days': 'two' }, /--wait-days "two"/],
    ['days to wait for no cap', { 'wait-days': '2' }, /there is no cap to wait for/],
    ['hours that can not be read', { hours: 'nine to five' }, /write them like 09:00-18:00/],
    ['hours that are none', { hours: '9:00-18:00' }, /hours\.from: write a time of day like 09:00/],
    ['days without hours', { days: '1-5' }, /^--days: there are no hours that it could be of/],
    ['a clock without hours', { zone: 'Asia/Tokyo' }, /^--zone: there are no hours that it could be of/],
    ['days that are none', { hours: '09:00-10:00', days: '5-1' }, /--days "5-1"/],
    ['a zone there is not', { timezone: 'Mars' }, /there is no time zone "Mars"/],
  ];
  for (const [what, options, error] of wrong) {
    test(`${what}: it says so`, async (t) => {
      await assert.rejects(run(t, 'set', options), (thrown: Error & { code?: string }) => {
        assert.match(thrown.message, error);
        return thrown.code === 'sending_is_wrong' || thrown.code === 'unknown_command';
      });
    });
  }
});
