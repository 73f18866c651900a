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
}

const AUDIENCE_ID = /^[0-9a-f]{24}$/;

/** The journey with ids where it has names of fields, attributes and audiences; what names nothing, or several, is told. */
export function withIds(
  journey: Record<string, unknown>,
  definition: JourneyDefinition,
  catalog: Catalog,
): { journey: Record<string, unknown>; problems: Problem[] } {
  const problems: Problem[] = [];
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
      if (AUDIENCE_ID.test(id) && catalog.audiences.some((each) => each.id === id)) return id;
      return one('audience', id, catalog.audiences, at);
    },
  });
  return { journey: mapped, problems };
}

/**
 * The journey with the names of audiences where only one has that name. Fields keep their ids, which are made of their
 * names, can be read, and stay when a field is renamed.
 */
export function withNames(
  journey: Record<string, unknown>,
  definition: JourneyDefinition,
  catalog: Pick<Catalog, 'audiences'>,
): Record<string, unknown> {
  const names = new Map<string, string[]>();
  for (const { id, name } of catalog.audiences) {
    const key = name.toLowerCase();
    names.set(key, [...(names.get(key) ?? []), id]);
  }
  return mapIds(journey, definition, {
    field: (id) => id,
    attribute: (_activity, id) => id,
    audience(id) {
      const name = catalog.audiences.find((each) => each.id === id)?.name;
      if (name === undefined || AUDIENCE_ID.test(name) || names.get(name.toLowerCase())!.length > 1) return id;
      return name;
    },
  });
}
