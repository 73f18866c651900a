import { parseArgs } from 'node:util';
import { demo } from './commands/demo.ts';
import { doctor } from './commands/doctor.ts';
import { explainPerson } from './commands/explain.ts';
import { exportAll } from './commands/export.ts';
import { HELP } from './commands/help.ts';
import { importFile } from './commands/import.ts';
import { journeys } from './commands/journeys.ts';
import { keys } from './commands/keys.ts';
import { kommoConnect } from './commands/kommo.ts';
import { messages } from './commands/messages.ts';
import { migrateCommand } from './commands/migrate.ts';
import { orttoConnect } from './commands/ortto.ts';
import { runs } from './commands/runs.ts';
import { sending } from './commands/sending.ts';
import { serve } from './commands/serve.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { DataFolderInUse, EmbeddedDatabaseError } from './platform/database/embedded/index.ts';
import { DatabaseUnreachable } from './platform/database/reach.ts';
import { messageOf, UserError } from './platform/errors.ts';

/** The command line. Exit codes: 0 done, 1 it failed, 2 it was asked wrongly. */
async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parse(argv);
  const [command = 'help', ...rest] = positionals;
  if (values.help || command === 'help') {
    console.log(HELP);
    return 0;
  }
  const config = readConfig(process.env, {
    ...(values.data === undefined ? {} : { data: values.data }),
    ...(values.port === undefined ? {} : { port: values.port }),
  });
  return (await run(command, rest, values, config)) ?? 0;
}

type Options = ReturnType<typeof parse>['values'];

async function run(command: string, rest: string[], options: Options, config: Config): Promise<number | undefined> {
  switch (command) {
    case 'serve':
      return serve(config);
    case 'demo':
      return demo({
        exit: options.exit ?? false,
        port: options.port === undefined ? undefined : config.port,
        dataDir: options.data,
      });
    case 'migrate':
      return migrateCommand(config);
    case 'keys':
      return keys(config, rest, options.name);
    case 'kommo':
      return kommoConnect(config, rest, options);
    case 'ortto':
      return orttoConnect(config, rest, options);
    case 'journeys':
      return journeys(config, rest, options);
    case 'explain':
      return explainPerson(config, rest, options);
    case 'messages':
      return messages(config, rest);
    case 'sending':
      return sending(config, rest, options);
    case 'runs':
      return runs(config, rest);
    case 'import':
      return importFile(config, rest, options);
    case 'export':
      return exportAll(config, rest, options);
    case 'doctor':
      return doctor(config);
    default:
      throw new UserError('unknown_command', `there is no command "${command}": see "help"`);
  }
}

function parse(argv: string[]) {
  return parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      data: { type: 'string' },
      port: { type: 'string' },
      name: { type: 'string' },
      url: { type: 'string' },
      token: { type: 'string' },
      key: { type: 'string' },
      exit: { type: 'boolean' },
      map: { type: 'string', multiple: true },
      by: { type: 'string' },
      strategy: { type: 'string' },
      tag: { type: 'string', multiple: true },
      activity: { type: 'string' },
      country: { type: 'string' },
      timezone: { type: 'string' },
      cap: { type: 'string' },
      'wait-days': { type: 'string' },
      'when-capped': { type: 'string' },
      hours: { type: 'string' },
      days: { type: 'string' },
      zone: { type: 'string' },
      encoding: { type: 'string' },
      rejected: { type: 'string' },
      check: { type: 'boolean' },
      yes: { type: 'boolean' },
      format: { type: 'string' },
      fields: { type: 'string' },
      filter: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      headers: { type: 'string' },
      unguarded: { type: 'boolean' },
      person: { type: 'string' },
      field: { type: 'string', multiple: true },
      entry: { type: 'string', multiple: true },
      event: { type: 'string', multiple: true },
      take: { type: 'string', multiple: true },
      assume: { type: 'string', multiple: true },
      fail: { type: 'string', multiple: true },
      start: { type: 'string' },
      every: { type: 'boolean' },
      anyway: { type: 'boolean' },
      draft: { type: 'boolean' },
      journey: { type: 'string' },
      message: { type: 'string' },
      json: { type: 'boolean' },
      'dry-run': { type: 'boolean' },
      offline: { type: 'boolean' },
      move: { type: 'boolean' },
      'let-go': { type: 'boolean' },
      state: { type: 'string' },
      shape: { type: 'string' },
      'skip-waits': { type: 'boolean' },
      email: { type: 'string', multiple: true },
      audience: { type: 'string' },
      with: { type: 'string' },
    },
  });
}

/** What a person can put right is said in a sentence; anything else is a bug, and comes with its stack. */
function explain(error: unknown): number {
  const asked = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  const known = [UserError, ConfigError, DataFolderInUse, EmbeddedDatabaseError, DatabaseUnreachable].some(
    (kind) => error instanceof kind,
  );
  if (asked || known || isConnectionProblem(error))
    console.error(`tributary: ${messageOf(error)}${error instanceof UserError ? ` (${error.code})` : ''}`);
  else console.error(error);
  return asked || (error instanceof UserError && error.code === 'unknown_command') ? 2 : 1;
}

function isConnectionProblem(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(ECONNREFUSED|ENOTFOUND|EADDRINUSE|EACCES|28P01|28000|3D000)$/.test(code);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = explain(error);
  },
);
