import type { IntakeItem } from '@tributary/model';
import type { People } from '../../people/index.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';

/** Records what a mail says of somebody. `nobody`: who is archived or deleted has no timeline that goes on. */
export async function record(
  tx: Tx,
  people: People,
  workspaceId: number,
  item: IntakeItem,
  what: string,
): Promise<'now' | 'nobody'> {
  const [outcome] = await people.recordIn(tx, workspaceId, [item]);
  if (!outcome || !('error' in outcome)) return 'now';
  if (outcome.status === 'not_found') return 'nobody';
  throw new UserError('mail_not_recorded', `${what} can not be recorded: ${outcome.error}`);
}
