import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const PLAYBOOK = fileURLToPath(new URL('../../../playbooks/qualification-follow-up.journey.yaml', import.meta.url));

function run(
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env: { ...process.env, PORT: '0', ...env } }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

describe('with a DATABASE_URL where nothing listens', { concurrency: 4 }, () => {
  const env = { DATABASE_URL: 'postgres://tributary:s3cret@127.0.0.1:1/tributary' };
  const SAID = 'nothing listens at 127.0.0.1:1: check that PostgreSQL runs there, and host and port in DATABASE_URL';

  for (const command of [
    'serve',
    'migrate',
    'keys list',
    'kommo connect --url https://x.kommo.com --token t',
    `journeys push ${PLAYBOOK}`,
    'messages uncertain',
    'runs parked',
    `import people ${PLAYBOOK}`,
    'export people',
  ]) {
    test(`"${command.replace(PLAYBOOK, 'FILE')}" says so in one line, and ends with 1`, async () => {
      const { code, out, err } = await run(command.split(' '), env);
      assert.deepEqual({ code, out, err }, { code: 1, out: '', err: `tributary: ${SAID}\n` });
    });
  }

  test('"doctor" says so among its findings', async () => {
    const { code, out } = await run(['doctor'], env);
    assert.equal(code, 1);
    assert.ok(out.includes(`WRONG  ${SAID.replace(': check', '\n       → check')}\n`), out);
  });
});

test('settings that are wrong are all told, with what they should be', async () => {
  const { code, err } = await run(['keys', 'list'], { DATABASE_URL: 'mysql://x', LIMIT_PER_KEY: 'many' });
  assert.equal(code, 2);
  assert.match(
    err,
    /^tributary: the configuration is wrong:\n {2}DATABASE_URL: expected postgres:.*\n {2}LIMIT_PER_KEY: expected /,
  );
});

describe('a command says what it is, what it takes and where more is told of it', { concurrency: 4 }, () => {
  for (const [args, has, lacks] of [
    [
      'import --help',
      ['  import KIND FILE', 'KIND: people', '--rejected', 'docs/import-export.md'],
      ['explain', '--exit'],
    ],
    ['help keys', ['  keys create --name NAME', '  keys list | keys revoke ID', '--name'], ['kommo', 'More:']],
    ['journeys push --help', ['  journeys push FILE', 'docs/journeys-text.md'], ['messages', 'journeys pull']],
    ['help', ['  keys create', '  import KIND', 'Environment', '"help COMMAND"'], []],
  ] as const) {
    test(args, async () => {
      const { code, out } = await run(args.split(' '), {});
      assert.equal(code, 0);
      for (const part of has) assert.ok(out.includes(part), out);
      for (const part of lacks) assert.ok(!out.includes(part), out);
    });
  }
});

describe('what was asked wrongly is said, and ends with 2 before anything is opened', { concurrency: 4 }, () => {
  const env = { DATABASE_URL: 'postgres://tributary@127.0.0.1:1/tributary' };
  for (const [args, said] of [
    ['serve ./mydata', '"serve" does not know what "./mydata" is: see "help"'],
    ['serve --port abc', 'PORT: expected a number'],
    ['doctor extra', '"doctor" does not know what "extra" is'],
    ['doctor --yes', '"doctor" takes no --yes'],
    ['keys list --nope', 'tributary: Unknown option \'--nope\': see "help"\n'],
    ['keys create --name', 'tributary: Option \'--name <value>\' argument missing: see "help"\n'],
    ['nonsense --help', 'there is no command "nonsense": see "help"'],
    ['export people --from 2024-01-01', '"export people" takes no --from'],
    ['export activities --fields str::email', '"export activities" takes no --fields'],
    ['export people --headers zz', '--headers is names or ids'],
    ['import people x.csv --activity act::o', '"import people" takes no --activity'],
    ['runs parked retry', 'runs parked retry ID'],
    ['keys', 'write one of (unknown_command):\n  keys create --name NAME\n  keys list\n  keys revoke ID\n'],
    ['keys revoke', 'which key? keys revoke ID (see "keys list") (key_missing)\n'],
    ['journeys', 'write one of (unknown_command):\n  journeys push FILE|DIR [--dry-run]\n'],
    ['messages uncertain resend', 'messages uncertain resend ID'],
  ] as const) {
    test(args, async () => {
      const { code, out, err } = await run(args.split(' '), env);
      assert.deepEqual([code, out], [2, '']);
      assert.ok(err.includes(said), err);
    });
  }
});

describe('a word more than a command takes is refused, and not passed over', { concurrency: 4 }, () => {
  for (const [args, said] of [
    ['journeys push a.yaml b.yaml', '"journeys push" takes one file or folder, and not "b.yaml" as well'],
    ['journeys validate a.yaml b.yaml --offline', '"journeys validate" takes one file or folder, and not'],
    ['journeys simulate a.yaml b.yaml', '"journeys simulate" takes one file or name, and not'],
    [
      'journeys trigger Welcome --email a@example.com b@example.com',
      '"journeys trigger" takes one name of a journey, and --email before each address, and not "b@example.com"',
    ],
    ['kommo connect https://x.kommo.com --token t', '"kommo" does not know what "https://x.kommo.com" is'],
  ] as const) {
    test(args, async () => {
      const { code, out, err } = await run(args.split(' '), { DATA_DIR: '/nowhere/at/all' });
      assert.deepEqual({ code, out }, { code: 2, out: '' }, err);
      assert.ok(err.includes(said), err);
    });
  }
});
