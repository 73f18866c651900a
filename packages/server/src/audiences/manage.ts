import { type Filter, objectNumber, type Problem, spelledId } from '@tributary/model';
import type { People } from '../people/index.ts';
import type { Queryable, Tx } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import type { AskingAudience, JourneysAsked } from './about-journeys.ts';
import { type AudienceRow, askedIn, audiencesIn, filtersOf, journeysIn, publicAudienceId } from './definition.ts';
import { circleFrom, type LiveSets } from './live.ts';
import {
  deleteAudience,
  findAudiences,
  insertAudience,
  insertSet,
  listAudiences,
  type NewAudience,
  updateAudience,
  updateVersion,
} from './store/audience.sql.ts';

/** What an audience is made of. */
export type AudienceGiven = Pick<NewAudience, 'name' | 'filter'> & Partial<NewAudience>;
export type AudienceChange = Partial<NewAudience> & { archived?: boolean | undefined };

export interface Managing {
  people: People;
  live: LiveSets;
  /** Where journeys can be asked about. */
  journeys(): JourneysAsked | undefined;
}

/** Makes an audience. It is built in the background, while it already follows what happens. */
export async function create(
  tx: Tx,
  o: Managing,
  workspaceId: number,
  given: AudienceGiven,
  now: Date,
): Promise<AudienceRow> {
  await insertSet(tx, workspaceId);
  await o.live.lock(tx, workspaceId);
  await check(tx, o, workspaceId, given.filter, 'filter');
  if (given.exitFilter) await check(tx, o, workspaceId, given.exitFilter, 'exit_filter');
  const id = await insertAudience(tx, workspaceId, { ...nothing, ...given, quiet: false, hidden: false }, now);
  await updateVersion(tx, workspaceId);
  const made = (await findAudiences(tx, workspaceId, { ids: [id], limit: 1, offset: 0 }))[0]!;
  await refuseCircle(tx, o, workspaceId, made, await listAudiences(tx, workspaceId));
  return made;
}

/** Where nothing is said of how it is shown. */
export const nothing = { exitFilter: null, publicName: '', publicDescription: '', isPublic: false, smsIsPublic: false };

/** Changes what is given. With another filter, or brought back from the archive, it is built anew. */
export async function edit(
  tx: Tx,
  o: Managing,
  workspaceId: number,
  publicId: string,
  change: AudienceChange,
  now: Date,
): Promise<AudienceRow> {
  await o.live.lock(tx, workspaceId);
  const before = await findOne(tx, workspaceId, publicId);
  const { archived, ...fields } = change;
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const after: AudienceRow = { ...before, ...given };
  if (change.filter) await check(tx, o, workspaceId, change.filter, 'filter');
  if (change.exitFilter) await check(tx, o, workspaceId, change.exitFilter, 'exit_filter');
  const others = (await listAudiences(tx, workspaceId)).filter(({ id }) => id !== before.id);
  if (circleFrom(before.id, [...others, after])) {
    throw new UserError(
      'audience_asks_itself',
      `${publicId}: an audience can not ask, through others or by itself, who belongs to it`,
      409,
    );
  }
  if (archived) unused(before, others);
  const archivedAt = archived === undefined ? before.archivedAt : archived ? (before.archivedAt ?? now) : null;
  if (!archivedAt) await refuseCircle(tx, o, workspaceId, after, [...others, after]);
  const isOther = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b);
  const rebuild =
    isOther(after.filter, before.filter) ||
    isOther(after.exitFilter, before.exitFilter) ||
    (before.archivedAt !== null && archivedAt === null);
  await updateAudience(tx, before.id, { ...after, archivedAt, rebuild }, now);
  await updateVersion(tx, workspaceId);
  return findOne(tx, workspaceId, publicId);
}

/** Removes it, with all that is known of who belonged. Timelines keep what they say. */
export async function remove(tx: Tx, o: Managing, workspaceId: number, publicId: string): Promise<void> {
  await o.live.lock(tx, workspaceId);
  const audience = await findOne(tx, workspaceId, publicId);
  unused(audience, await listAudiences(tx, workspaceId));
  await deleteAudience(tx, audience.id);
  await updateVersion(tx, workspaceId);
}

export async function findOne(db: Queryable, workspaceId: number, publicId: string): Promise<AudienceRow> {
  const number = objectNumber(publicId);
  const [found] =
    number === undefined ? [] : await findAudiences(db, workspaceId, { ids: [number], limit: 1, offset: 0 });
  if (!found || publicAudienceId(found) !== spelledId(publicId)) {
    throw new UserError('audience_not_found', `${publicId}: there is no such audience`, 404);
  }
  return found;
}

function unused(audience: AudienceRow, others: readonly AudienceRow[]): void {
  const asking = others.find((other) =>
    filtersOf(other).some((asked) => audiencesIn(asked).ids.includes(publicAudienceId(audience))),
  );
  if (!asking) return;
  throw new UserError(
    'audience_in_use',
    `"${asking.name}" asks who belongs to "${audience.name}": change it first`,
    409,
  );
}

/** An audience must not ask about a journey that people enter by it: of each such way the room of the journeys knows. */
async function refuseCircle(
  tx: Tx,
  { journeys }: Managing,
  workspaceId: number,
  audience: AudienceRow,
  all: readonly AudienceRow[],
): Promise<void> {
  const asking = seen(all).map(askingOf);
  if (asking.every((each) => each.journeys.length === 0)) return;
  const circle = await journeys()?.circle(tx, workspaceId, asking, publicAudienceId(audience));
  if (circle !== undefined) throw new UserError('audience_and_journey_circle', circle, 409);
}

/** Every audience that somebody could see and that is not archived, with what it asks about. */
export async function listAsking(db: Queryable, workspaceId: number): Promise<AskingAudience[]> {
  return seen(await listAudiences(db, workspaceId)).map(askingOf);
}

const seen = (rows: readonly AudienceRow[]): AudienceRow[] => rows.filter(({ hidden }) => !hidden);

function askingOf(row: AudienceRow): AskingAudience {
  const asked = filtersOf(row).map(askedIn);
  return {
    id: publicAudienceId(row),
    name: row.name,
    audiences: asked.flatMap(({ audiences }) => audiences),
    journeys: asked.flatMap(({ journeys }) => journeys),
  };
}

/** Activities of our own making: an audience that asked about them would set itself off. */
const OUR_OWN = /act::(enter|leave)-audience/;

async function check(db: Queryable, o: Managing, workspaceId: number, filter: Filter, at: string): Promise<void> {
  const [problem] = await problemsWith(db, o, workspaceId, filter, at);
  if (problem) throw new UserError('audience_filter_wrong', `${problem.at}: ${problem.problem}`);
}

/** What is wrong with a filter by which people are to belong. */
export async function problemsWith(
  db: Queryable,
  { people, journeys }: Managing,
  workspaceId: number,
  filter: Filter,
  at: string,
): Promise<Problem[]> {
  const problems = await people.filters.problems(db, workspaceId, filter, at);
  if (problems.length > 0) return problems;
  if (OUR_OWN.test(JSON.stringify(filter)))
    return [{ at, problem: 'entering and leaving can not be asked about here: use $is_member_of' }];
  const missing = await missingAmong(db, workspaceId, audiencesIn(filter).ids);
  const lost = (await journeys()?.missing(db, workspaceId, journeysIn(filter))) ?? [];
  return [
    ...missing.map((id) => ({ at, problem: `there is no audience "${id}"` })),
    ...lost.map((id) => ({ at, problem: `there is no journey "${id}"` })),
  ];
}

/** Those of these ids that are of no audience that somebody could see and that is not archived. */
export async function missingAmong(db: Queryable, workspaceId: number, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const live = await listAudiences(db, workspaceId);
  const there = new Set(seen(live).map(publicAudienceId));
  return ids.filter((id) => !there.has(id));
}
