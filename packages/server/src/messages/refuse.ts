import type { IntakeItem } from '@tributary/model';
import type { People } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';

const EMAIL = 'str::email';

/**
 * What readers refused who are archived or deleted. A no is of the reader's: it holds should they come back, and for
 * whoever has come with their address since.
 */
export async function refuse(
  tx: Tx,
  people: People,
  workspaceId: number,
  gone: readonly { item: IntakeItem; message: { personId: string; address: string | null } }[],
): Promise<void> {
  if (gone.length === 0) return;
  await people.lifecycle.unsubscribe(
    tx,
    workspaceId,
    gone.map(({ message }) => message.personId),
  );
  const items = gone.flatMap(({ item, message: { address } }): IntakeItem[] =>
    address === null
      ? []
      : [{ ...item, who: { by: [EMAIL] }, fields: { ...item.fields, [EMAIL]: address }, existingOnly: true }],
  );
  if (items.length > 0) await people.recordIn(tx, workspaceId, items);
}
