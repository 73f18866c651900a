import { UserError } from '../../platform/errors.ts';
import { waysOf } from './chance.ts';
import type { Path } from './path.ts';
import type { Scene } from './scene.ts';
import { HOURS_MAX, simulate } from './simulate.ts';

const PATHS_MAX = 64;

/** A path, with the ways that chance took on it. */
export interface TakenPath extends Path {
  take: Record<string, string>;
}

/** Every path that chance could take: the same scene again for each way that was not asked for. */
export function simulateEvery(scene: (take: Readonly<Record<string, string>>) => Scene): TakenPath[] {
  const paths: TakenPath[] = [];
  const looks = { left: HOURS_MAX };
  const open: Record<string, string>[] = [{}];
  for (let take = open.pop(); take; take = open.pop()) {
    const played = scene(take);
    const path = simulate(played, looks);
    const chosen = chosenOn(path);
    paths.push({ take: chosen, ...path });
    if (paths.length > PATHS_MAX)
      throw new UserError('simulation_wrong', `every: there are more than ${PATHS_MAX} paths: say some ways by "take"`);
    // Each way that was not taken is tried with what was chosen before it.
    const before: Record<string, string> = {};
    for (const [shapeId, name] of Object.entries(chosen)) {
      if (!Object.hasOwn(take, shapeId)) {
        for (const other of waysOf(played.version.definition, shapeId)) {
          if (other !== name) open.push({ ...before, [shapeId]: other });
        }
      }
      before[shapeId] = name;
    }
  }
  return paths;
}

/** In the order in which chance decided. */
export function chosenOn({ path }: Path): Record<string, string> {
  return Object.fromEntries(
    path.flatMap((entry) => ('chose' in entry && entry.chose && entry.shape ? [[entry.shape, entry.chose.name]] : [])),
  );
}
