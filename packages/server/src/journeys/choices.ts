import type { Tx } from '../platform/database/pool.ts';
import { chance, partAt, partBehind } from './engine/chance.ts';
import type { RunState } from './engine/run-state.ts';
import { type ChoiceRow, insertChoices, listChoices, lockSplitCounts } from './store/choice.sql.ts';
import type { Version } from './versions.ts';

type Parts = readonly { name: string; share: number }[];

/** Which way people go where chance decides: the same person the same way. */
export interface Choices {
  choose(run: RunState, shapeId: string, parts: Parts, how: { level: boolean }): string;
  /** Writes down who was sent which way by levelled splits; the others follow from the person alone. */
  write(tx: Tx, workspaceId: number): Promise<void>;
}

/** Reads what is known of levelled splits, and holds their counts where there are any. */
export async function loadChoices(tx: Tx, runs: readonly { run: RunState; version: Version }[]): Promise<Choices> {
  const levelled = runs.filter(({ version }) => version.levelled.length > 0);
  const known = new Map<string, string>();
  const counts = new Map<string, Map<string, number>>();
  /** By whom and where: runs in two versions may choose for one person. */
  const chosen = new Map<string, ChoiceRow>();
  if (levelled.length > 0) {
    const versions = [...new Set(levelled.map(({ version }) => version))];
    // The counts first: whoever waits for them then sees what was chosen meanwhile.
    for (const { journeyId, shapeId, branch, people } of await lockSplitCounts(tx, versions.flatMap(branchesOf))) {
      const key = keyOf(journeyId, shapeId);
      counts.set(key, (counts.get(key) ?? new Map<string, number>()).set(branch, people));
    }
    const people = [...new Set(levelled.map(({ run }) => run.personId))];
    for (const row of await listChoices(tx, people, [...new Set(versions.map(({ journeyId }) => journeyId))]))
      known.set(keyOf(row.journeyId, row.shapeId, row.personId), row.branch);
  }
  return {
    choose({ journeyId, personId, test }, shapeId, parts, { level }) {
      if (!level) return partAt(parts, chance(journeyId, shapeId, personId)).name;
      const key = keyOf(journeyId, shapeId, personId);
      const before = known.get(key);
      if (before !== undefined && parts.some(({ name }) => name === before)) return before;
      const people = counts.get(keyOf(journeyId, shapeId)) ?? new Map<string, number>();
      const { name } = partBehind(parts, people);
      // A try is no figure's, and takes nobody's place.
      if (test) return name;
      people.set(name, (people.get(name) ?? 0) + 1);
      known.set(key, name);
      chosen.set(key, { journeyId, shapeId, personId, branch: name });
      return name;
    },
    write: (tx, workspaceId) => insertChoices(tx, workspaceId, [...chosen.values()]),
  };
}

const keyOf = (...parts: readonly (string | number)[]): string => parts.join('/');

function branchesOf({ journeyId, levelled, definition }: Version) {
  return levelled.flatMap((shapeId) => {
    const shape = definition.shapes[shapeId]!;
    return shape.kind === 'split' ? shape.branches.map(({ name }) => ({ journeyId, shapeId, branch: name })) : [];
  });
}
