import type { JourneyDefinition, Problem } from '@tributary/model';
import { mapIds } from './ids.ts';

/** Something with a name and an id. */
export interface Known {
  id: string;
  name: string;
}

/** What names can stand for in a workspace, with what a playbook declares. */
export interface Catalog {
  fields: readonly Known[];
  attributes(activityId: string): readonly Known[];
  audiences: readonly Known[];
  journeys: readonly Known[];
  /** Names of journeys that the workspace does not have yet, and the files bring. */
  coming: readonly string[];
}

/** Of an audience, or of a journey. */
const PUBLIC_ID = /^[0-9a-f]{24}$/;

/**
 * The journey with ids where it has names of fields, attributes, audiences and journeys; what names nothing, or several, is
 * told. A journey that is still coming is named as before, and told of in `coming`.
 */
export function withIds(
  journey: Record<string, unknown>,
  definition: JourneyDefinition,
  catalog: Catalog,
): { journey: Record<string, unknown>; problems: Problem[]; coming: string[] } {
  const problems: Problem[] = [];
  const coming = new Set<string>();
  const journeys = [...catalog.journeys, ...catalog.coming.map((name) => ({ id: name, name }))];
  const one = (what: string, name: string, known: readonly Known[], at: string): string => {
    const same = known.filter((each) => each.name === name);
    const alike = same.length > 0 ? same : known.filter((each) => each.name.toLowerCase() === name.toLowerCase());
    const ids = [...new Set(alike.map(({ id }) => id))];
    if (ids.length === 1) return ids[0]!;
    const problem =
      ids.length === 0
        ? `there is no ${what} "${name}"`
        : `"${name}" is the name of several: write the id of one, ${ids.join(' or ')}`;
    problems.push({ at, problem });
    return name;
  };
  const isIdIn = (id: string, known: readonly Known[]): boolean =>
    id.includes(':') || known.some((each) => each.id === id);
  const mapped = mapIds(journey, definition, {
    field: (id, at) => (isIdIn(id, catalog.fields) ? id : one('field', id, catalog.fields, at)),
    attribute(activityId, id, at) {
      const known = catalog.attributes(activityId);
      return isIdIn(id, known) ? id : one(`attribute of ${activityId}`, id, known, at);
    },
    audience(id, at) {
      if (PUBLIC_ID.test(id) && catalog.audiences.some((each) => each.id === id)) return id;
      return one('audience', id, catalog.audiences, at);
    },
    journey(id, at) {
      // One that is not there is noted when the journey is checked.
      if (PUBLIC_ID.test(id)) return id;
      const found = one('journey', id, journeys, at);
      if (catalog.coming.includes(found)) coming.add(found);
      return found;
    },
  });
  return { journey: mapped, problems, coming: [...coming] };
}

/**
 * The journey with the names of audiences and journeys where only one has that name. Fields keep their ids, which are made of their
 * names, can be read, and stay when a field is renamed.
 */
export function withNames(
  journey: Record<string, unknown>,
  definition: JourneyDefinition,
  catalog: Pick<Catalog, 'audiences' | 'journeys'>,
): Record<string, unknown> {
  return mapIds(journey, definition, {
    field: (id) => id,
    attribute: (_activity, id) => id,
    audience: nameIn(catalog.audiences),
    journey: nameIn(catalog.journeys),
  });
}

/** The name of an id, where it is no other's and looks like no id. */
function nameIn(known: readonly Known[]): (id: string) => string {
  const names = new Map(known.map(({ id, name }) => [id, name]));
  const counts = new Map<string, number>();
  for (const { name } of known) counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1);
  return (id) => {
    const name = names.get(id);
    return name === undefined || PUBLIC_ID.test(name) || counts.get(name.toLowerCase())! > 1 ? id : name;
  };
}
