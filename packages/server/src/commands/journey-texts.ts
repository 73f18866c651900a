import { type Problem, playbookJsonSchema } from '@tributary/model';
import type { Config } from '../config.ts';
import { templatesIn } from '../journeys/index.ts';
import { UserError } from '../platform/errors.ts';
import { diff } from '../playbooks/diff.ts';
import { differenceInWords } from '../playbooks/differences.ts';
import { refuseIf } from '../playbooks/fault.ts';
import { pull } from '../playbooks/pull.ts';
import { type Pushed, push } from '../playbooks/push.ts';
import { type Library, readLibrary } from '../playbooks/read.ts';
import { indent } from './told.ts';
import { usage } from './usage.ts';
import { withRooms } from './with-database.ts';

export interface TextOptions {
  'dry-run'?: boolean | undefined;
  offline?: boolean | undefined;
}

export const TEXT_VERBS = ['push', 'pull', 'validate', 'diff', 'schema'] as const;
export type TextVerb = (typeof TEXT_VERBS)[number];

/** Journeys as text: `push`, `pull`, `validate` and `diff` of a file or a folder, and the `schema` of such files. */
export async function journeyTexts(
  config: Config,
  verb: TextVerb,
  path: string | undefined,
  o: TextOptions,
): Promise<number | undefined> {
  if (verb === 'schema') {
    console.log(JSON.stringify(playbookJsonSchema(), null, 2));
    return undefined;
  }
  if (!path) throw usage([`journeys ${verb} ${verb === 'pull' ? 'DIR' : 'FILE|DIR'}`]);
  if (verb === 'pull') {
    const pulled = await withRooms(config, (rooms) => pull(rooms, rooms.workspace.id, path));
    for (const { file, did, why } of pulled) console.log(`${did.padEnd(9)}  ${file}${why ? `: ${why}` : ''}`);
    if (pulled.length === 0) console.log('There are no live journeys.');
    return undefined;
  }
  const library = await readLibrary(path);
  if (library.books.length + library.faults.length === 0) {
    throw new UserError('text_missing', `${path} has no file that ends with .journey.yaml or .journey.json`);
  }
  if (verb === 'validate' && o.offline) {
    refuseIf(library.faults);
    for (const { name, file } of namedElsewhere(library))
      console.log(`${file}: the template "${name}" is not among the files: the workspace has to have it`);
    console.log(`Nothing is wrong with ${countOf(library)}, as far as can be told without the workspace.`);
    return undefined;
  }
  if (verb === 'diff') return withRooms(config, async (rooms) => told(await diff(rooms, rooms.workspace.id, library)));
  const dryRun = verb === 'validate' || o['dry-run'] === true;
  const pushed = await withRooms(config, (rooms) => push(rooms, rooms.workspace.id, library, { dryRun }));
  if (verb === 'validate') {
    for (const { name, warnings = [] } of pushed) for (const line of notes(warnings)) console.log(`“${name}”, ${line}`);
    console.log(`Nothing is wrong with ${countOf(library)}.`);
    return undefined;
  }
  for (const each of pushed) console.log(pushedLines(each).join('\n'));
  if (dryRun) console.log('Nothing was changed: --dry-run only says what would be.');
  return undefined;
}

function countOf({ books, templates }: Library): string {
  const inline = books.reduce((sum, { playbook }) => sum + Object.keys(playbook.templates).length, 0);
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
  return `${count(books.length, 'journey')} and ${count(templates.length + inline, 'template')}`;
}

/** Templates that journeys name and no file has. */
function namedElsewhere({ books, templates }: Library): { name: string; file: string }[] {
  const here = new Set([
    ...templates.map(({ name }) => name),
    ...books.flatMap(({ playbook }) => Object.keys(playbook.templates)),
  ]);
  return books.flatMap(({ definition, source: { file } }) =>
    templatesIn(definition).flatMap(({ template }) => (here.has(template) ? [] : [{ name: template, file }])),
  );
}

/** How people are let in again. */
const LETS_IN: Readonly<Record<Exclude<NonNullable<Pushed['state']>, 'on'>, string>> = {
  draft: '"journeys publish NAME --yes" puts it on',
  paused: '"journeys resume" goes on',
  draining: '"journeys on" lets people in',
  archived: '"journeys restore", then "journeys publish NAME --yes", put it on',
};

function pushedLines({ what, name, did, version, state, differences = [], warnings = [] }: Pushed): string[] {
  const standing =
    what === 'journey'
      ? `, version ${version}${state === 'on' ? '' : `: it is ${state}, ${LETS_IN[state ?? 'draining']}`}`
      : '';
  return [
    `${did.padEnd(9)}  ${what} ${what === 'field' || what === 'activity' ? name : `“${name}”`}${standing}`,
    ...indent(differences.map(differenceInWords), '           '),
    // Of what is as it was, they were told.
    ...indent(did === 'unchanged' ? [] : notes(warnings), '           '),
  ];
}

const notes = (warnings: readonly Problem[]): string[] => warnings.map(({ at, problem }) => `note: ${at}: ${problem}`);

/** Ends with 1 where they differ, for whoever wants to know it in a pipeline. */
function told(disagreements: Awaited<ReturnType<typeof diff>>): number | undefined {
  const where = { here: 'only in the files', there: 'only in the workspace', different: 'different' };
  for (const { what, name, is, differences } of disagreements) {
    console.log(`${what} “${name}”: ${where[is]}`);
    for (const line of indent(differences.map(differenceInWords), '  ')) console.log(line);
  }
  if (disagreements.length > 0) return 1;
  console.log('Files and workspace say the same.');
  return undefined;
}
