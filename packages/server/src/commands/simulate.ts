import { stat } from 'node:fs/promises';
import { declaredIds, type Fields } from '@tributary/model';
import type { Config } from '../config.ts';
import { type SimulateInput, simulateBody, valueFrom } from '../journeys/index.ts';
import { UserError } from '../platform/errors.ts';
import { journeyFault } from '../playbooks/book.ts';
import { loadCatalog } from '../playbooks/catalog.ts';
import { refuseIf } from '../playbooks/fault.ts';
import { withIds } from '../playbooks/names.ts';
import { readLibrary } from '../playbooks/read.ts';
import { templatesWanted } from '../playbooks/wanted.ts';
import { simulationTold } from './simulation-told.ts';
import { usage } from './usage.ts';
import { onNewDatabase, withRooms } from './with-database.ts';

export interface SimulateOptions {
  person?: string | undefined;
  field?: string[] | undefined;
  tag?: string[] | undefined;
  entry?: string[] | undefined;
  event?: string[] | undefined;
  take?: string[] | undefined;
  assume?: string[] | undefined;
  fail?: string[] | undefined;
  start?: string | undefined;
  days?: string | undefined;
  every?: boolean | undefined;
  anyway?: boolean | undefined;
  draft?: boolean | undefined;
  offline?: boolean | undefined;
  json?: boolean | undefined;
}

export const SIMULATE_USAGE =
  'journeys simulate FILE|NAME [--offline] [--person EMAIL | --field ID=VALUE…] [--entry ID=VALUE…] [--event "opens SHAPE after 1 day"…]';

/** `journeys simulate FILE|NAME`: how somebody would go through it, told for people or as JSON. */
export async function simulateCommand(
  config: Config,
  which: string | undefined,
  o: SimulateOptions,
): Promise<undefined> {
  if (!which) throw usage([SIMULATE_USAGE]);
  if (o.person !== undefined && (o.field ?? o.tag)) {
    throw new UserError('unknown_command', '--person names somebody who is there; --field and --tag make somebody up');
  }
  const found = await stat(which).catch(() => undefined);
  if (found?.isDirectory()) throw new UserError('text_missing', `${which} is a folder: name one of its files`);
  if (!found && /\.(ya?ml|json)$|\//.test(which)) throw new UserError('text_missing', `there is no file ${which}`);
  const file = found ? which : undefined;
  if (o.offline) {
    if (!file) throw new UserError('unknown_command', '--offline has no workspace to find a journey in: name a file');
    if (o.person !== undefined)
      throw new UserError('unknown_command', '--offline knows nobody: --field and --tag make somebody up');
    return onNewDatabase(config, (own) => playThrough(own, which, file, o));
  }
  return playThrough(config, which, file, o).catch((error: unknown) => {
    if (file && error instanceof UserError && error.code === 'no_data_folder')
      throw new UserError(error.code, `${error.message}; with --offline a file is played through without one`);
    throw error;
  });
}

function playThrough(config: Config, which: string, file: string | undefined, o: SimulateOptions): Promise<undefined> {
  return withRooms(config, async (rooms) => {
    const { journeys, workspace } = rooms;
    const asked = askedFrom(o);
    let more: ReturnType<typeof declaredIds> | undefined;
    let of: Pick<SimulateInput, 'journey' | 'templates'> = { journey: which, templates: {} };
    if (file) {
      const library = await readLibrary(file);
      refuseIf(library.faults);
      const [book] = library.books;
      const catalog = await loadCatalog(rooms, workspace.id, [book!.playbook]);
      const { journey, problems } = withIds(book!.journey, book!.definition, catalog);
      refuseIf(problems.map((problem) => journeyFault(book!.source, problem)));
      const templates = [...templatesWanted(library)].map(([name, { template }]) => [name, template]);
      of = { journey, templates: Object.fromEntries(templates) as SimulateInput['templates'] };
      more = declaredIds(book!.playbook);
    }
    const simulation = await journeys.trials.simulate(workspace.id, { ...parsed({ ...asked, ...of }), ...of }, more);
    console.log(o.json ? JSON.stringify(simulation, null, 2) : simulationTold(simulation));
    return undefined;
  });
}

function askedFrom(o: SimulateOptions) {
  return {
    ...(o.person === undefined ? {} : { person: o.person }),
    ...(o.field || o.tag ? { person: { fields: pairs('field', o.field), tags: o.tag ?? [] } } : {}),
    entry: pairs('entry', o.entry),
    events: o.event ?? [],
    take: texts('take', o.take),
    fail: texts('fail', o.fail),
    assume: Object.fromEntries(
      Object.entries(texts('assume', o.assume)).map(([what, value]) => [what, yesOrNo(what, value)]),
    ),
    ...(o.start === undefined ? {} : { start: momentFrom(o.start) }),
    ...(o.days === undefined ? {} : { days: daysFrom(o.days) }),
    ...{ every: o.every ?? false, anyway: o.anyway ?? false, draft: o.draft ?? false },
  };
}

function parsed(body: unknown): SimulateInput {
  const read = simulateBody.safeParse(body);
  if (read.success) return read.data;
  const problems = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new UserError('simulation_wrong', problems.join('; '));
}

/** `NAME=VALUE`, as texts. */
function texts(option: string, given: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    given.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UserError('simulation_wrong', `--${option} is written NAME=VALUE: "${pair}"`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

function pairs(option: string, given: readonly string[] | undefined): Fields {
  return Object.fromEntries(Object.entries(texts(option, given)).map(([id, text]) => [id, valueFrom(id, text)]));
}

function yesOrNo(what: string, value: string): boolean {
  if (/^(yes|true)$/i.test(value)) return true;
  if (/^(no|false)$/i.test(value)) return false;
  throw new UserError('simulation_wrong', `--assume ${what}: "${value}" is not yes or no`);
}

function daysFrom(text: string): number {
  const days = Number(text);
  if (days > 0) return days;
  throw new UserError('simulation_wrong', `--days "${text}": write a number of days, such as 30`);
}

function momentFrom(text: string): string {
  const at = new Date(text);
  if (!Number.isNaN(at.getTime())) return at.toISOString();
  throw new UserError('simulation_wrong', `--start: "${text}" is not a time such as 2026-03-02T08:00:00Z`);
}
