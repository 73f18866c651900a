import { type Difference, differences } from './differences.ts';
import { refuseIf } from './fault.ts';
import { parsed } from './push.ts';
import type { Library } from './read.ts';
import { type Shelf, wantedOf } from './wanted.ts';

/** Something that files and workspace do not agree about. */
export interface Disagreement {
  what: 'template' | 'journey';
  name: string;
  /** `there`: only the workspace has it. */
  is: 'here' | 'there' | 'different';
  /** From how the workspace has it to how the files do. */
  differences: Difference[];
}

/** Compares files with the workspace. What no file of a folder has is told of journeys, and not where one file was named. */
export async function diff(shelf: Shelf, workspaceId: number, library: Library): Promise<Disagreement[]> {
  const wanted = await wantedOf(shelf, workspaceId, library);
  refuseIf([...library.faults, ...wanted.journeys.flatMap(({ faults }) => faults)]);
  const stored = await shelf.messages.templatesNamed(shelf.db, workspaceId, [...wanted.templates.keys()]);
  const templates = [...wanted.templates].flatMap(([name, { template }]) =>
    disagreement('template', name, stored.get(name), template),
  );
  const all = await shelf.journeys.definitions.list(shelf.db, workspaceId);
  const there = new Map(all.map((journey) => [journey.name, journey]));
  const journeys = wanted.journeys.flatMap(({ definition }) =>
    disagreement('journey', definition.name, parsed(there.get(definition.name)), definition),
  );
  const here = new Set(wanted.journeys.map(({ definition }) => definition.name));
  const only = all.filter(({ name, version, state }) => version !== null && state !== 'archived' && !here.has(name));
  const missing = library.whole ? only : [];
  return [
    ...templates,
    ...journeys,
    ...missing.map(({ name }): Disagreement => ({ what: 'journey', name, is: 'there', differences: [] })),
  ];
}

function disagreement(what: Disagreement['what'], name: string, before: unknown, after: unknown): Disagreement[] {
  if (before === undefined) return [{ what, name, is: 'here', differences: [] }];
  const found = differences(before, after);
  return found.length === 0 ? [] : [{ what, name, is: 'different', differences: found }];
}
