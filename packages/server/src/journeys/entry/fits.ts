import { matches } from '@tributary/model';
import type { People } from '../../people/index.ts';
import type { Tx } from '../../platform/database/pool.ts';
import type { Version } from '../versions.ts';

/** Of those who would enter, the ones for whom the filters about the person hold. */
export async function whoFits<T extends { version: Version; personId: string }>(
  tx: Tx,
  people: People,
  { workspaceId, now }: { workspaceId: number; now: Date },
  called: readonly T[],
): Promise<T[]> {
  const asking = called.filter(({ version }) => version.entryFilters.length > 0);
  if (asking.length === 0) return [...called];
  const found = await people.find(tx, workspaceId, [...new Set(asking.map(({ personId }) => personId))]);
  const fitting = new Set<T>();
  for (const version of new Set(asking.map((each) => each.version))) {
    const own = asking.filter((each) => each.version === version);
    const outside = version.entryOutside;
    const ids = [...new Set(own.flatMap(({ personId }) => found.get(personId)?.id ?? []))];
    const question = { workspaceId, people: ids, filters: outside, timed: [], now, withoutMachines: true };
    const answers = await people.filters.ask(tx, question);
    for (const each of own) {
      const person = found.get(each.personId);
      if (!person) continue;
      const holds = answers.get(person.id)?.holds ?? [];
      const facts = {
        fields: person.tags.length > 0 ? { ...person.fields, tags: person.tags } : person.fields,
        now,
        known: (condition: (typeof outside)[number]) => holds[outside.indexOf(condition)],
      };
      if (version.entryFilters.every((filter) => matches(filter, facts))) fitting.add(each);
    }
  }
  return called.filter((each) => each.version.entryFilters.length === 0 || fitting.has(each));
}
