import { publicId } from '@tributary/model';
import type { Tx } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { leave } from '../../platform/news.ts';
import { updateAccountOfPeople } from '../accounts/store/member.sql.ts';
import { moveMemberships } from '../accounts/store/united.sql.ts';
import { record } from '../record.ts';
import type { Recorder } from '../recorder.ts';
import type { Schema } from '../schema.ts';
import { holdAtOnce } from './find.ts';
import { type Candidate, survivorOf, united } from './one-of-two.ts';
import { insertAlias, type Pair } from './store/alias.sql.ts';
import { moveDuplicates } from './store/duplicate.sql.ts';
import {
  deleteAbsorbed,
  findMergeOf,
  insertMerge,
  type MergeRow,
  moveActivities,
  moveKeys,
} from './store/merge.sql.ts';
import { listAnonymous, lockWhole, updateWhole } from './store/whole.sql.ts';

/** What uniting and separating work with. */
export interface Work {
  tx: Tx;
  recorder: Recorder;
  workspaceId: number;
  schema: Schema;
  now: Date;
}

/** Why two people became one: somebody said so, or one of them was nothing but an anonymous id of the other. */
export type Reason = 'by hand' | 'anonymous id';

/** Two people that are one, in the caller's transaction. */
export interface Asked {
  people: readonly [string, string];
  /** One of the two; by the rules where nobody says. */
  survivor?: string | undefined;
  reason: Reason;
  by: string;
}

/**
 * Makes one person of two. Both are locked before anything is looked at, so
 * that whoever records for either of them is done, or waits and then finds the
 * survivor. Undefined where they are one already, or where an anonymous one is
 * asked for and neither is anonymous any more.
 */
export async function unite(work: Work, asked: Asked): Promise<MergeRow | undefined> {
  const { tx, workspaceId, now } = work;
  const held = await holdAtOnce(tx, workspaceId, asked.people);
  const ids = asked.people.map((id) => held.get(id));
  const gone = asked.people.find((id) => !held.has(id));
  if (gone !== undefined) throw new UserError('person_not_found', `there is no person ${publicId(gone)}`, 404);
  if (ids[0] === ids[1]) return undefined;
  const candidates = await candidatesOf(work, ids as string[]);
  const named = asked.survivor === undefined ? undefined : held.get(asked.survivor);
  const survivor = candidates.find(({ person }) => person.id === named) ?? survivorOf(candidates[0]!, candidates[1]!);
  const absorbed = candidates.find((candidate) => candidate !== survivor)!;
  if (candidates.some(({ person }) => person.archivedAt)) {
    throw new UserError('person_archived', 'one of the two is archived: restore them first', 409);
  }
  if (asked.reason === 'anonymous id' && !absorbed.anonymous) return undefined;

  const pairOf = { survivor: survivor.person.id, absorbed: absorbed.person.id };
  const merge = await insertMerge(tx, workspaceId, { ...pairOf, reason: asked.reason, askedBy: asked.by }, now);
  await updateWhole(tx, workspaceId, united(survivor, absorbed), now);
  await moveKeys(tx, workspaceId, merge);
  await moveActivities(tx, merge);
  await moveMemberships(tx, merge);
  await updateAccountOfPeople(tx, workspaceId, [merge.survivor], now);
  await insertAlias(tx, workspaceId, merge);
  await moveDuplicates(tx, workspaceId, merge.absorbed, merge.survivor);
  await deleteAbsorbed(tx, workspaceId, merge);
  await tell(work, 'act::united', merge, [merge.survivor], asked.by);
  return merge;
}

/** Of two that are one already: the merge that made them so, where it was one of the two that was absorbed. */
export async function mergeBehind(work: Work, people: readonly string[]): Promise<MergeRow | undefined> {
  for (const id of people) {
    const merge = await findMergeOf(work.tx, work.workspaceId, id);
    if (merge) return merge;
  }
  return undefined;
}

/** Anonymous is of whom no key is known but anonymous ids, not even one that belongs to somebody else. */
async function candidatesOf({ tx, workspaceId, schema }: Work, ids: readonly string[]): Promise<Candidate[]> {
  const keyless = await listAnonymous(tx, ids);
  const people = await lockWhole(tx, workspaceId, ids);
  return people.map((person) => {
    const hasKey = Object.keys(person.fields).some((id) => schema.fields.get(id)?.isKey);
    return { person, anonymous: keyless.has(person.id) && !hasKey };
  });
}

/** An activity on the timelines concerned, and the news: the rooms after this one let what is theirs follow. */
export async function tell(
  work: Work,
  activityId: 'act::united' | 'act::separated',
  pair: Pair,
  people: readonly string[],
  by: string,
): Promise<void> {
  const { tx, workspaceId, now } = work;
  const news = activityId === 'act::united' ? 'people.united' : 'people.separated';
  // First, so that whoever hears both finds runs and messages with the person whom the activity is about.
  const { mergeId, survivor, absorbed } = pair;
  leave(tx, now, news, { workspaceId, mergeId, survivor, absorbed });
  const other = (id: string): string => (id === pair.survivor ? pair.absorbed : pair.survivor);
  await record(
    tx,
    work.recorder,
    work,
    people.map((personId) => ({
      who: { personId },
      fields: {},
      source: 'Tributary',
      activity: {
        id: activityId,
        attributes: {
          'idt::other': publicId(other(personId)),
          'idt::merge': publicId(pair.mergeId, 'merge'),
          'str::by': by,
        },
      },
    })),
  );
  leave(tx, now, 'people.recorded', { workspaceId, activities: [], changed: [...people] });
}
