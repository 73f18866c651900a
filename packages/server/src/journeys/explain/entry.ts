import { type Explained, type ExplainFacts, entryFiltersOf, explain, type Fields, type Names } from '@tributary/model';
import type { People } from '../../people/index.ts';
import type { Db } from '../../platform/database/pool.ts';
import type { Version } from '../versions.ts';

/** A filter of the entry, and why it holds or does not. */
export interface EntryCheck {
  at: string;
  holds: boolean;
  why: Explained;
}

/** The filter on what starts a run, asked of its attributes; undefined where there is none. */
export function startCheck(
  { trigger }: Pick<Version, 'trigger'>,
  attributes: Fields,
  o: { now: Date; names: Names },
): EntryCheck | undefined {
  if (!trigger?.filter) return undefined;
  const field = (id: string): string | undefined => o.names.attribute?.(trigger.activity, id);
  const why = explain(trigger.filter, { fields: attributes, now: o.now, names: { ...o.names, field } });
  return { at: 'entry.filter', holds: why.holds, why };
}

/** The filters on the person, as they are. */
export function personChecks({ definition }: Pick<Version, 'definition'>, facts: ExplainFacts): EntryCheck[] {
  return entryFiltersOf(definition).map(({ at, filter }) => {
    const why = explain(filter, facts);
    return { at, holds: why.holds, why };
  });
}

/** Whether the day by which people enter is known of somebody. */
export function dayChecks({ definition: { entry } }: Pick<Version, 'definition'>, facts: ExplainFacts): EntryCheck[] {
  if (entry.kind !== 'date') return [];
  const why = explain({ $has_any_value: { field_id: entry.field } }, facts);
  return [{ at: 'entry.field', holds: why.holds, why }];
}

/** Whether somebody who is there belongs to the audience that a schedule calls in. */
export async function audienceChecks(
  { db, people }: { db: Db; people: People },
  workspaceId: number,
  of: { definition: Version['definition']; personId: string | undefined; facts: ExplainFacts; source: string },
): Promise<EntryCheck[]> {
  const { definition, personId, facts, source } = of;
  const { entry } = definition;
  if (entry.kind !== 'schedule' || entry.audience === undefined || personId === undefined) return [];
  const filter = { $is_member_of: { audience_id: entry.audience } };
  const asked = {
    workspaceId,
    people: [personId],
    filters: [filter],
    timed: [],
    now: facts.now,
    withoutMachines: true,
  };
  const answers = await people.filters.ask(db, asked);
  const holds = answers.get(personId)?.holds[0] ?? false;
  const why = explain(filter, { ...facts, known: () => holds, source: () => source });
  return [{ at: 'entry.audience', holds, why }];
}
