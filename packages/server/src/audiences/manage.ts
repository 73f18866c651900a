import type { Filter, Problem } from '@tributary/model';
import type { People } from '../people/index.ts';
import type { Queryable, Tx } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import { type AudienceRow, audienceNumber, audiencesIn, publicAudienceId } from './definition.ts';
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
  await check(tx, o.people, workspaceId, given.filter, 'filter');
  if (given.exitFilter) await check(tx, o.people, workspaceId, given.exitFilter, 'exit_filter');
  const id = await insertAudience(tx, workspaceId, { ...nothing, ...given, quiet: false, hidden: false }, now);
  await updateVersion(tx, workspaceId);
  return (await findAudiences(tx, workspaceId, { ids: [id], limit: 1, offset: 0 }))[0]!;
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
  if (change.filter) await check(tx, o.people, workspaceId, change.filter, 'filter');
  if (change.exitFilter) await check(tx, o.people, workspaceId, change.exitFilter, 'exit_filter');
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
  const number = audienceNumber(publicId);
  const [found] =
    number === undefined ? [] : await findAudiences(db, workspaceId, { ids: [number], limit: 1, offset: 0 });
  if (!found || publicAudienceId(found) !== publicId) {
    throw new UserError('audience_not_found', `${publicId}: there is no such audience`, 404);
  }
  return found;
}

function unused(audience: AudienceRow, others: readonly AudienceRow[]): void {
  const asking = others.find(({ filter, exitFilter }) =>
    [filter, ...(exitFilter ? [exitFilter] : [])].some((asked) =>
      audiencesIn(asked).ids.includes(publicAudienceId(audience)),
    ),
  );
  if (!asking) return;
  throw new UserError(
    'audience_in_use',
    `"${asking.name}" asks who belongs to "${audience.name}": change it first`,
    409,
  );
}

const ASKS_JOURNEYS = /"\$(has_started|is_member_of|has_left)_campaign"/;

/** Activities of our own making: an audience that asked about them would set itself off. */
const OUR_OWN = /act::(enter|leave)-audience/;

async function check(db: Queryable, people: People, workspaceId: number, filter: Filter, at: string): Promise<void> {
  const [problem] = await problemsWith(db, people, workspaceId, filter, at);
  if (problem) throw new UserError('audience_filter_wrong', `${problem.at}: ${problem.problem}`);
}

/** What is wrong with a filter by which people are to belong. */
export async function problemsWith(
  db: Queryable,
  people: People,
  workspaceId: number,
  filter: Filter,
  at: string,
): Promise<Problem[]> {
  const problems = await people.filters.problems(db, workspaceId, filter, at);
  if (problems.length > 0) return problems;
  if (OUR_OWN.test(JSON.stringify(filter)))
    return [{ at, problem: 'entering and leaving can not be asked about here: use $is_member_of' }];
  // People are judged in memory, where nothing is known of journeys.
  if (ASKS_JOURNEYS.test(JSON.stringify(filter)))
    return [
      { at, problem: 'who is in a journey can not be asked by audiences yet: ask it in a search or in a journey' },
    ];
  const missing = await missingAmong(db, workspaceId, audiencesIn(filter).ids);
  return missing.map((id) => ({ at, problem: `there is no audience "${id}"` }));
}

/** Those of these ids that are of no audience that somebody could see and that is not archived. */
export async function missingAmong(db: Queryable, workspaceId: number, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const live = await listAudiences(db, workspaceId);
  const there = new Set(live.filter(({ hidden }) => !hidden).map(publicAudienceId));
  return ids.filter((id) => !there.has(id));
}
