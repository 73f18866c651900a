import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type TestDatabase, testDatabase } from '../../test/support/database.ts';
import { urlOf } from '../../test/support/url-of.ts';
import { readConfig } from '../config.ts';
import { type SimulateOptions, simulateCommand } from './simulate.ts';

const FILE = fileURLToPath(new URL('../../../../playbooks/qualification-follow-up.journey.yaml', import.meta.url));
const WAITS = 'waits to be sent until 2026-03-03 00:00 UTC: the cap is reached: 1 e-mail per person in 16 hours';

describe('the command "journeys simulate"', () => {
  let database: TestDatabase;
  before(async () => {
    database = await testDatabase();
  });
  after(() => database.close());

  const run = async (t: TestContext, options: SimulateOptions): Promise<string[]> => {
    const said = t.mock.method(console, 'log', () => undefined);
    await simulateCommand({ ...readConfig({}), databaseUrl: urlOf(database.connection), logLevel: 'silent' }, FILE, {
      ...{ field: ['str::first=Anna', 'str::email=anna@example.com'], start: '2026-03-02T08:00:00Z' },
      ...{ entry: ['str:cm:stage=Qualification', 'str:cm:lead-id=42'] },
      ...options,
    });
    const lines = said.mock.calls.map(({ arguments: [line] }) => String(line)).join('\n');
    said.mock.restore();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours.
    return lines.replace(/\u001b\[\d+m/g, '').split('\n');
  };
  /** The line, and so many after it. */
  const from = (lines: readonly string[], line: string, count: number): string[] => {
    const place = lines.indexOf(line);
    assert.notEqual(place, -1, `${line}\nis not in\n${lines.join('\n')}`);
    return lines.slice(place, place + count);
  };

  test('tells until when and why a mail waits, and what becomes of it', async (t) => {
    const lines = await run(t, { event: ['opens first-call after 1 hour'] });
    assert.deepEqual(from(lines, '  case-study  asked for the e-mail “Case study”', 2)[1], `        ${WAITS}`);
    assert.deepEqual(from(lines, 'After 16 hours Tue 3 Mar 2026 00:00 UTC', 4), [
      'After 16 hours Tue 3 Mar 2026 00:00 UTC',
      '  case-study  is sent, 15 hours after it was asked for: it had waited for its turn',
      '        To       anna@example.com',
      '        Subject  How teams like yours cut their sales cycle',
    ]);
  });

  test('and what still waits when the simulation ends', async (t) => {
    const lines = await run(t, { event: ['opens first-call after 1 hour'], days: '0.5' });
    from(lines, `  case-study still ${WAITS}.`, 1);
  });

  for (const [what, options, said] of [
    ['a field that is not there', { field: ['str:cm:typo=1'] }, 'person: there is no field str:cm:typo'],
    ['a name that is no field’s', { field: ['nope=1'] }, 'person: there is no field nope'],
    ['a value that can not be', { field: ['bol::p=maybe'] }, 'person: bol::p: expected true or false'],
    [
      'a field of the script that is not there',
      { event: ['sets str:cm:typo=1'] },
      'events[0]: there is no field str:cm:typo',
    ],
    [
      'a value of the script',
      { event: ['unsubscribes', 'sets bol::p=maybe'] },
      'events[1]: bol::p: expected true or false',
    ],
    [
      'an attribute of the script',
      { event: ['does act:cm:meeting-booked zzz=1'] },
      'events[0]: "zzz" is not an attribute id such as str:cm:order',
    ],
    ['an activity that is not there', { event: ['does act:cm:typo'] }, 'events[0]: there is no activity act:cm:typo'],
    ['an attribute that is none', { entry: ['zzz=1'] }, 'entry: "zzz" is not an attribute id such as str:cm:order'],
  ] as const) {
    test(`${what} is refused: the way would be another person’s`, async (t) => {
      const given = Object.fromEntries(Object.entries(options).map(([name, list]) => [name, [...list]]));
      await assert.rejects(run(t, given), { code: 'simulation_wrong', message: said });
    });
  }

  for (const [what, path, options, message] of [
    ['days that are no number', FILE, { days: 'two' }, '--days "two": write a number of days, such as 30'],
    ['a file that is not there', 'no.journey.yaml', {}, 'there is no file no.journey.yaml'],
    ['a folder', dirname(FILE), {}, `${dirname(FILE)} is a folder: name one of its files`],
    ['a journey that is not there', 'Nothing', {}, 'there is no journey "Nothing": see "journeys list"'],
  ] as const) {
    test(`${what}: it says so`, async () => {
      const config = { ...readConfig({}), databaseUrl: urlOf(database.connection), logLevel: 'silent' as const };
      await assert.rejects(simulateCommand(config, path, options), { message });
    });
  }

  test('a mail that had waited and is not sent is told once', async (t) => {
    const lines = await run(t, { event: ['opens first-call after 1 hour', 'unsubscribes after 2 hours'] });
    from(
      lines,
      '  case-study  is not sent, 15 hours after it was asked for: the person has unsubscribed from e-mail',
      1,
    );
    // Once for the case study, and once for the last question, which does not wait.
    assert.equal(lines.filter((line) => line.includes('unsubscribed from e-mail')).length, 2);
  });

  test('needs no workspace for a file with "--offline", and says so where there is none', async (t) => {
    const nowhere = {
      ...readConfig({}),
      dataDir: join(tmpdir(), 'tributary-none'),
      looks: true,
      logLevel: 'silent',
    } as const;
    const options = { field: ['str::email=anna@example.com'], entry: ['str:cm:stage=Qualification'] };
    await assert.rejects(simulateCommand(nowhere, FILE, options), {
      code: 'no_data_folder',
      message: /; with --offline a file is played through without one$/,
    });
    const said = t.mock.method(console, 'log', () => undefined);
    await simulateCommand(nowhere, FILE, { ...options, offline: true });
    const told = said.mock.calls.map(({ arguments: [line] }) => String(line)).join('\n');
    said.mock.restore();
    assert.match(told, /case-study.*asked for the e-mail “Case study”/);
    assert.match(told, /kommo is not connected/);
    await assert.rejects(stat(nowhere.dataDir), { code: 'ENOENT' });
    const name = simulateCommand(nowhere, 'Qualification follow-up', { offline: true });
    await assert.rejects(name, { message: /name a file/ });
    const person = simulateCommand(nowhere, FILE, { offline: true, person: 'anna@example.com' });
    await assert.rejects(person, { message: /knows nobody/ });
  });
});
