import { createHash } from 'node:crypto';
import type { Fields, IntakeItem } from '@tributary/model';
import { type Db, type Tx, transaction } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { signal } from '../../platform/presence.ts';
import { starting } from '../begin.ts';
import { findOpenJourney } from '../find.ts';
import { type Enrolment, type EnrolmentWho, findEnrolmentByKey, insertEnrolment } from '../store/enrolment.sql.ts';
import type { LiveJourney } from '../store/journey.sql.ts';
import { findTrigger, insertTrigger, updateTrigger } from '../store/trigger.sql.ts';
import { entryFrom } from './data.ts';
import { type Enrolling, sizeOf } from './enrolment.ts';
import { type Enroller, enter } from './enter.ts';

type ByHand = Enrolling & Enroller & { db: Db; now(): Date };

/** People who are put into a journey now, each by id or as they are recorded on the way. */
export interface Triggered {
  people: readonly IntakeItem[];
  /** What their runs are to know, by attribute id. */
  data?: Readonly<Record<string, unknown>> | undefined;
  /** The same key is one request, however often it comes. */
  key?: string | undefined;
}

/** What became of one of them. */
export type TriggerOutcome =
  | { personId: string; runId: string; heldOut: boolean }
  | { personId: string; why: string }
  | { status: string; error: string };

/**
 * Puts people into a journey now, and says for each what became of it. Who they are is not asked, whatever the journey's
 * own entry asks; whether they may enter again is.
 */
export async function trigger(
  o: ByHand,
  workspaceId: number,
  which: string,
  { people, data = {}, key }: Triggered,
): Promise<TriggerOutcome[]> {
  const entry = entryFrom(data);
  const journey = await findOpenJourney(o.db, workspaceId, which);
  const sha = createHash('sha256').update(JSON.stringify({ people, data })).digest('base64url');
  const known = key === undefined ? undefined : await answered(o.db, journey.id, key, sha);
  if (known) return known;
  const recorded = await record(o, workspaceId, people);
  return starting(o.db, async (tx) => {
    const now = o.now();
    if (key !== undefined && !(await insertTrigger(tx, journey.id, key, sha, now)))
      return (await answered(tx, journey.id, key, sha))!;
    const outcomes = await letIn(tx, o, journey, { recorded, entry }, now);
    if (key !== undefined) await updateTrigger(tx, journey.id, key, outcomes);
    return outcomes;
  });
}

type Recorded = { personId: string } | { status: string; error: string };

/** Who they are: those named by id as they are, the others recorded first. */
async function record(o: ByHand, workspaceId: number, items: readonly IntakeItem[]): Promise<Recorded[]> {
  const told = items.filter(({ who }) => !('personId' in who));
  const outcomes = told.length > 0 ? await o.people.record(workspaceId, told) : [];
  return items.map((item): Recorded => {
    if ('personId' in item.who) return { personId: item.who.personId };
    const outcome = outcomes[told.indexOf(item)]!;
    return 'error' in outcome ? { status: outcome.status, error: outcome.error } : { personId: outcome.personId };
  });
}

async function letIn(
  tx: Tx,
  o: ByHand,
  { id, version: number, workspaceId }: LiveJourney,
  { recorded, entry }: { recorded: readonly Recorded[]; entry: Fields },
  now: Date,
): Promise<TriggerOutcome[]> {
  const version = await o.versions.get(tx, id, number);
  const going = recorded.filter((each) => 'personId' in each);
  const entering = going.map(({ personId }) => ({ version, personId, begin: { at: now }, entry }));
  const entered = await enter(tx, o, workspaceId, entering, now);
  return recorded.map((each): TriggerOutcome => {
    if ('error' in each) return each;
    const outcome = entered[going.indexOf(each)]!;
    return { personId: each.personId, ...outcome };
  });
}

/** What the request with this key was answered. Throws `key_used_otherwise` where it was another one. */
async function answered(
  db: Pick<Tx, 'query'>,
  journeyId: number,
  key: string,
  sha: string,
): Promise<TriggerOutcome[] | undefined> {
  const row = await findTrigger(db, journeyId, key);
  if (row && row.askedSha !== sha) throw usedOtherwise(key);
  return row?.answer as TriggerOutcome[] | undefined;
}

const usedOtherwise = (key: string): UserError =>
  new UserError('key_used_otherwise', `the idempotency key "${key}" came with another request before`, 409);

/** Many people who are put into a journey, in the background. */
export interface Asked extends EnrolmentWho {
  data?: Readonly<Record<string, unknown>> | undefined;
  key?: string | undefined;
  /** Who asks. */
  by: string;
}

/** Begins an enrolment. Throws `enrolment_wrong`, `audience_not_found`, `key_used_otherwise`. */
export async function enrolMany(o: ByHand, workspaceId: number, which: string, asked: Asked): Promise<Enrolment> {
  const { audience, filter, people, data = {}, key, by } = asked;
  const entry = entryFrom(data);
  if (people ? audience !== undefined || filter !== undefined : audience === undefined && filter === undefined)
    throw new UserError('enrolment_wrong', 'say who enters: "people", or "audience", "filter" or both');
  const journey = await findOpenJourney(o.db, workspaceId, which);
  if (filter) {
    const [problem] = await o.people.filters.problemsNow(o.db, workspaceId, filter, 'filter');
    if (problem) throw new UserError('enrolment_wrong', `${problem.at}: ${problem.problem}`);
  }
  const total = await sizeOf(o.db, o, workspaceId, asked);
  return transaction(o.db, async (tx) => {
    const of = { workspaceId, journeyId: journey.id, askedBy: by, total, entry, audience, filter, people, key };
    const made = await insertEnrolment(tx, of, o.now());
    signal(tx, 'enter');
    if (made) return made;
    const { enrolment, same } = (await findEnrolmentByKey(tx, journey.id, key!, of))!;
    if (!same) throw usedOtherwise(key!);
    return enrolment;
  });
}
