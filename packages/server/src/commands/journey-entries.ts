import { setTimeout as pause } from 'node:timers/promises';
import { type Filter, publicId, spelledId } from '@tributary/model';
import type { Workspace } from '../access/index.ts';
import { publicAudienceId } from '../audiences/index.ts';
import type { Enrolment, TriggerOutcome } from '../journeys/index.ts';
import type { Db } from '../platform/database/pool.ts';
import { messageOf, UserError } from '../platform/errors.ts';
import type { Rooms } from '../rooms.ts';
import { usage } from './usage.ts';

export interface EntryOptions {
  email?: string[] | undefined;
  audience?: string | undefined;
  filter?: string | undefined;
  with?: string | undefined;
  key?: string | undefined;
}

type Opened = Rooms & { db: Db; workspace: Workspace };

const BY = 'the command line';
const LOOK_MS = 200;
const AUDIENCES_MAX = 1000;

export const TRIGGER_USAGE = 'journeys trigger NAME --email ADDRESS [--email ADDRESS]… [--with JSON] [--key KEY]';
export const ENROL_USAGE = 'journeys enrol NAME [--audience NAME] [--filter JSON] [--with JSON] [--key KEY]';

/** `journeys trigger NAME --email ADDRESS`, one or several: puts people into a journey now. Ends with 1 where somebody did not enter. */
export async function triggerByName(o: Opened, name: string, options: EntryOptions): Promise<number | undefined> {
  const emails = options.email ?? [];
  if (emails.length === 0) throw usage([TRIGGER_USAGE]);
  const people = emails.map((email) => ({
    who: { by: ['str::email'] },
    fields: { 'str::email': email },
    source: 'Command line',
  }));
  const asked = { people, data: jsonFrom(options.with, '--with'), key: options.key };
  const outcomes = await o.journeys.entries.trigger(o.workspace.id, name, asked);
  for (const [i, outcome] of outcomes.entries()) console.log(`${emails[i]}\t${inWords(outcome)}`);
  return outcomes.every((outcome) => 'runId' in outcome) ? undefined : 1;
}

function inWords(outcome: TriggerOutcome): string {
  if ('runId' in outcome)
    return `${outcome.heldOut ? 'is held out' : 'has entered'}, run ${publicId(outcome.runId, 'run')}`;
  return 'why' in outcome ? `has not entered: ${outcome.why}` : `could not be recorded: ${outcome.error}`;
}

/** `journeys enrol NAME --audience NAME | --filter JSON`: puts many in, and follows how far it is. */
export async function enrolByName(o: Opened, name: string, options: EntryOptions): Promise<number | undefined> {
  const { entries } = o.journeys;
  if (options.audience === undefined && options.filter === undefined) throw usage([ENROL_USAGE]);
  const made = await entries.enrol(o.workspace.id, name, {
    audience: options.audience === undefined ? undefined : await audienceFrom(o, options.audience),
    filter: jsonFrom(options.filter, '--filter') as Filter | undefined,
    data: jsonFrom(options.with, '--with'),
    key: options.key,
    by: BY,
  });
  // Where a server runs, both work on it, a page each.
  const loop = entries.start();
  try {
    const { state, seen, entered, error } = await follow(() => entries.enrolment(o.db, o.workspace.id, name, made.id));
    console.log(`${entered} of ${seen} have entered “${name}”${state === 'done' ? '' : `, ${state}`}`);
    if (error !== null) console.error(error);
    return state === 'done' ? undefined : 1;
  } finally {
    await loop.close();
  }
}

async function follow(look: () => Promise<Enrolment>): Promise<Enrolment> {
  for (;;) {
    const it = await look();
    const ended = it.state !== 'running';
    if (process.stderr.isTTY) process.stderr.write(`\r${it.seen} of about ${it.total}   ${ended ? '\n' : ''}`);
    if (ended) return it;
    await pause(LOOK_MS);
  }
}

/** By its id or its name. */
async function audienceFrom({ audiences, workspace }: Opened, which: string): Promise<string> {
  const all = await audiences.list(workspace.id, { archived: false, limit: AUDIENCES_MAX, offset: 0 });
  const found =
    all.find((audience) => publicAudienceId(audience) === spelledId(which)) ?? all.find(({ name }) => name === which);
  if (!found) throw new UserError('audience_not_found', `"${which}": there is no such audience`, 404);
  return publicAudienceId(found);
}

function jsonFrom(text: string | undefined, option: string): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined;
  try {
    const given: unknown = JSON.parse(text);
    if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Record<string, unknown>;
  } catch (error) {
    throw new UserError('bad_request', `${option}: not JSON: ${messageOf(error)}`);
  }
  throw new UserError('bad_request', `${option}: expected an object`);
}
