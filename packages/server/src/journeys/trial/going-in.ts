import type { Fields, Filter, Names } from '@tributary/model';
import type { People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { chance } from '../engine/chance.ts';
import { keyOf, whyNotAgain } from '../entry/again.ts';
import { audienceChecks, dayChecks, type EntryCheck, personChecks, startCheck } from '../explain/entry.ts';
import { findEarlierRun } from '../store/trial.sql.ts';
import { AT_THE_BEGINNING, type SceneAnswers } from './answers.ts';
import type { Tried } from './journey.ts';
import type { Somebody } from './person.ts';

/** Whether somebody would enter, and why not. */
export interface GoingIn {
  enters: boolean;
  /** They would not, and it was asked to go on all the same. */
  anyway?: true;
  why: string[];
  checks: EntryCheck[];
  /** The journey holds a share of people out; the simulation goes on as for the others. */
  held_out?: { share: number; this_person?: boolean };
}

export async function goingIn(
  { db, people }: { db: Db; people: People },
  workspaceId: number,
  o: {
    tried: Tried;
    somebody: Somebody;
    entry: Fields;
    start: Date;
    names: Names;
    answers: SceneAnswers;
    anyway: boolean;
  },
): Promise<GoingIn> {
  const { tried, somebody, entry, start: now, names } = o;
  const { version } = tried;
  const { definition, journeyId } = version;
  const nothingYet = { occurred: () => false };
  const start = startCheck(version, entry, { now, names });
  const facts = {
    ...{ fields: somebody.fields, now, names },
    known: (condition: Filter) => o.answers.known(condition, nothingYet)?.holds,
    source: (condition: Filter) => o.answers.known(condition, nothingYet)?.source,
  };
  const asked = { definition, personId: somebody.id, facts, source: AT_THE_BEGINNING };
  const checks = [
    ...(start ? [start] : []),
    ...personChecks(version, facts),
    ...dayChecks(version, facts),
    ...(await audienceChecks({ db, people }, workspaceId, asked)),
  ];
  const why = [
    ...checks.filter(({ holds }) => !holds).map(({ at }) => `${at} does not hold`),
    ...(somebody.archivedAt ? ['the person is archived'] : []),
    ...(await againWhy(db, o)),
  ];
  const share = definition.holdOut;
  const held = share > 0 && somebody.id !== undefined ? { this_person: chance(journeyId, somebody.id) < share } : {};
  return {
    enters: why.length === 0,
    ...(why.length > 0 && o.anyway ? { anyway: true } : {}),
    ...{ why, checks },
    ...(share > 0 ? { held_out: { share, ...held } } : {}),
  };
}

/** Of somebody who is there: what the runs they had say to another one. */
async function againWhy(
  db: Db,
  { tried, somebody, entry, start }: { tried: Tried; somebody: Somebody; entry: Fields; start: Date },
): Promise<string[]> {
  const { existing, version } = tried;
  const rules = version.definition.entry;
  if (!existing || somebody.id === undefined || rules.again === 'any-time') return [];
  const key = keyOf({ version, entry });
  const earlier = await findEarlierRun(db, { journeyId: existing.id, personId: somebody.id, key });
  if (!earlier) return [];
  if (rules.again !== 'after-leaving') {
    const why = whyNotAgain(rules.again, earlier.enteredAt, start);
    if (why !== undefined) return [why];
  }
  return earlier.inside ? ['is inside already'] : [];
}
