import { backup } from './commands/backup.ts';
import { demo } from './commands/demo.ts';
import { doctor } from './commands/doctor.ts';
import { explainPerson } from './commands/explain.ts';
import { exportAll } from './commands/export.ts';
import { HELP, helpOn } from './commands/help.ts';
import { importFile } from './commands/import.ts';
import { journeys } from './commands/journeys.ts';
import { keys } from './commands/keys.ts';
import { kommo } from './commands/kommo.ts';
import { messages } from './commands/messages.ts';
import { migrateCommand } from './commands/migrate.ts';
import { isLook, type Looks } from './commands/only-there.ts';
import { type Options, parse } from './commands/options.ts';
import { orttoConnect } from './commands/ortto.ts';
import { runs } from './commands/runs.ts';
import { sending } from './commands/sending.ts';
import { serve } from './commands/serve.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { DataFolderInUse, EmbeddedDatabaseError } from './platform/database/embedded/index.ts';
import { DatabaseUnreachable, unreachable } from './platform/database/reach.ts';
import { messageOf, UserError } from './platform/errors.ts';

/** The command line. Exit codes: 0 done, 1 it failed, 2 it was asked wrongly. */
async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parse(argv);
  const [command = 'help', ...rest] = positionals;
  if (values.help || command === 'help') {
    const [about, verb] = command === 'help' ? rest : positionals;
    console.log(about === undefined || about === 'help' ? HELP : helpOn(about, verb, commandNamed(about).options));
    return 0;
  }
  const asked = commandFor(command, rest, values);
  const given = readConfig(process.env, {
    ...(values.data === undefined ? {} : { data: values.data }),
    ...(values.port === undefined ? {} : { port: values.port }),
  });
  const config = { ...given, looks: isLook(asked.looks ?? [], rest[0]) };
  try {
    return (await asked.run(config, rest, values)) ?? 0;
  } catch (error) {
    throw unreachable(error, config.databaseUrl) ?? error;
  }
}

interface Command {
  /** Beside those that every command takes. */
  options: readonly (keyof Options)[];
  /** So many words at most after the command; where it is not said, the command itself looks. */
  words?: number;
  looks?: Looks;
  run(config: Config, rest: string[], options: Options): number | undefined | Promise<number | undefined>;
}

/** Which installation is meant. */
const OF_ALL: readonly string[] = ['data', 'port'] satisfies (keyof Options)[];

const commands: Readonly<Record<string, Command>> = {
  serve: { options: [], words: 0, run: (config) => serve(config) },
  demo: {
    options: ['exit'],
    words: 0,
    run: (config, _rest, { exit = false, port, data }) =>
      demo({ exit, port: port === undefined ? undefined : config.port, dataDir: data }),
  },
  migrate: { options: [], words: 0, run: migrateCommand },
  backup: { options: [], words: 1, looks: 'all', run: backup },
  keys: {
    options: ['name'],
    words: 2,
    looks: ['list', 'revoke'],
    run: (config, rest, { name }) => keys(config, rest, name),
  },
  kommo: { options: ['url', 'token', 'new-secret', 'again'], words: 1, run: kommo },
  ortto: { options: ['url', 'key', 'bridge', 'new-secret'], words: 1, run: orttoConnect },
  journeys: {
    options: [
      ...(['dry-run', 'offline', 'move', 'map', 'yes', 'let-go', 'name', 'state', 'shape', 'limit', 'before'] as const),
      ...(['email', 'audience', 'filter', 'with', 'key'] as const),
      ...(['person', 'field', 'tag', 'entry', 'event', 'take', 'assume', 'fail', 'start', 'days', 'every'] as const),
      ...(['anyway', 'draft', 'json', 'skip-waits'] as const),
    ],
    looks: ['pull', 'diff', 'simulate', 'list', 'show', 'history', 'compare', 'runs'],
    run: journeys,
  },
  explain: { options: ['journey', 'shape', 'message', 'all', 'json'], words: 1, looks: 'all', run: explainPerson },
  messages: { options: [], looks: ['uncertain'], run: messages },
  sending: {
    options: ['cap', 'wait-days', 'when-capped', 'hours', 'days', 'zone', 'timezone'],
    words: 1,
    looks: ['show'],
    run: sending,
  },
  runs: { options: [], words: 3, looks: 'all', run: runs },
  import: {
    options: [
      ...(['map', 'by', 'strategy', 'tag', 'activity', 'country', 'timezone', 'encoding'] as const),
      ...(['rejected', 'check', 'yes'] as const),
    ],
    words: 2,
    run: importFile,
  },
  export: {
    options: ['format', 'fields', 'filter', 'from', 'to', 'activity', 'headers', 'unguarded'],
    words: 1,
    looks: 'all',
    run: exportAll,
  },
  doctor: { options: [], words: 0, looks: 'all', run: doctor },
};

function commandNamed(name: string): Command {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UserError('unknown_command', `there is no command "${name}": see "help"`);
  return command;
}

/** What would be passed over in silence is refused: somebody meant something by it. */
function commandFor(name: string, rest: readonly string[], options: Options): Command {
  const command = commandNamed(name);
  const other = Object.keys(options).find((id) => ![...OF_ALL, ...command.options].includes(id));
  if (other) throw new UserError('unknown_command', `"${name}" takes no --${other}: see "help"`);
  const extra = rest[command.words ?? Number.POSITIVE_INFINITY];
  if (extra !== undefined)
    throw new UserError('unknown_command', `"${name}" does not know what "${extra}" is: see "help"`);
  return command;
}

/** What is wrong is how it was asked, whatever is in the database. */
const ASKED_WRONGLY = new Set([
  ...[
    'unknown_command',
    'name_missing',
    'name_is_wrong',
    'key_missing',
    'import_mapping',
    'export_filter',
    'export_time',
  ],
  ...['simulation_wrong', 'sending_is_wrong', 'import_not_agreed', 'mapping_wrong', 'settings_are_wrong'],
]);

/** What a person can put right is said in a sentence; anything else is a bug, and comes with its stack. */
function explain(error: unknown): number {
  const asked = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  const known = [UserError, ConfigError, DataFolderInUse, EmbeddedDatabaseError, DatabaseUnreachable].some(
    (kind) => error instanceof kind,
  );
  // What Node adds to its first sentence is about words that begin with a dash.
  if (asked) console.error(`tributary: ${error.message.split('. ')[0]}: see "help"`);
  else if (known || isConnectionProblem(error))
    console.error(`tributary: ${error instanceof UserError ? withCode(error) : messageOf(error)}`);
  else console.error(error);
  const wrongly = error instanceof ConfigError || (error instanceof UserError && ASKED_WRONGLY.has(error.code));
  return asked || wrongly ? 2 : 1;
}

/** The code stands behind the sentence, before the lines that it may announce. */
function withCode({ message, code }: UserError): string {
  const [sentence = '', ...lines] = message.split('\n');
  if (lines.length === 0) return `${sentence} (${code})`;
  return [`${sentence.replace(/:$/, '')} (${code}):`, ...lines].join('\n');
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
