import { journeyDefinition } from '@tributary/model';
import { UserError } from '../../platform/errors.ts';
import { goLive } from '../publish.ts';
import { insertHistory } from '../store/history.sql.ts';
import { findVersion } from '../store/journey.sql.ts';
import { changing, type Managing, type Which } from './managing.ts';

/**
 * Switches a shape of the live version off, or on again, for everybody inside, in whatever version they are. That makes a
 * version of its own, so that history, difference and text tell of it. Returns which is live.
 */
export function switchShape(
  o: Managing,
  workspaceId: number,
  which: Which,
  { shape, to, by }: { shape: string; to: 'on' | 'off'; by: string },
): Promise<number> {
  return changing(o, workspaceId, which, async (tx, journey, now) => {
    const { id, name, state, version } = journey;
    if (version === null || state === 'draft' || state === 'archived')
      throw new UserError('journey_state', `“${name}” is not live: change its draft, and publish it`, 409);
    const definition = (await findVersion(tx, id, version))!.definition as { shapes: Record<string, object> };
    const before = Object.hasOwn(definition.shapes, shape) ? definition.shapes[shape]! : undefined;
    if (!before) throw new UserError('shape_not_found', `version ${version} of “${name}” has no shape "${shape}"`, 404);
    if ((to === 'off') === 'off' in before) return version;
    const after = { ...before, off: to === 'off' ? true : undefined };
    const given = JSON.parse(
      JSON.stringify({ ...definition, shapes: { ...definition.shapes, [shape]: after } }),
    ) as unknown;
    const how = { by, keepState: true, now };
    const journeyNow = await goLive(tx, o, workspaceId, journeyDefinition.parse(given), given, how);
    const details = { version: journeyNow.version, shape, switched: to };
    await insertHistory(tx, { journeyId: id, who: by, what: 'published', details }, now);
    return journeyNow.version!;
  });
}
