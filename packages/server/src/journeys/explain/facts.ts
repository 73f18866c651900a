import { type ExplainFacts, type Names, timezoneOf } from '@tributary/model';
import type { Messages } from '../../messages/index.ts';
import type { People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import { activitiesIn, happenedIn, type Moment, outcomeOf, sinceOf } from '../engine/moment.ts';
import type { RunState } from '../engine/run-state.ts';
import { loadAnswers } from '../trial/answers.ts';
import type { Somebody } from '../trial/person.ts';
import type { Version } from '../versions.ts';

/** Where its answers come from, in words. */
export const NOW = 'as the database has it now';
const nothing = { occurred: () => false };

/** What filters are asked of now: the person as they are, and what they did in a run where one is looked at. */
export interface NowFacts extends ExplainFacts {
  timezone: string;
  /** How what the run asked for at its shape went. */
  outcome: Moment['outcome'];
}

export async function factsNow(
  o: { db: Db; people: People; messages: Messages },
  workspaceId: number,
  of: { version: Version; somebody: Somebody; run: RunState | undefined; names: Names; now: Date },
): Promise<NowFacts> {
  const { version, somebody, run, names, now } = of;
  const { timezone } = await o.messages.displayTypes(o.db, workspaceId);
  const { id: personId, fields } = somebody;
  const answers = await loadAnswers({ ...o, names }, workspaceId, {
    ...{ definition: version.definition, personId, fields, assume: {}, now, source: NOW },
  });
  const begin = run && { ...run, runId: run.id };
  const past =
    begin && personId !== undefined && version.asks.length > 0
      ? await o.people.activitiesSince(o.db, workspaceId, [{ personId, since: sinceOf(begin) }], version.asks)
      : [];
  const own = begin ? activitiesIn(begin, past) : [];
  return {
    ...{ fields, now, names, timezone: timezoneOf(fields, timezone) },
    ...(begin ? { entry: begin.entry, activities: happenedIn(begin, own) } : {}),
    outcome: (since, several) => outcomeOf(own, run?.memory.asked?.as ?? run?.shapeId ?? '', since, several),
    known: (condition) => answers.known(condition, nothing)?.holds,
    source: (condition) => answers.known(condition, nothing)?.source,
  };
}
