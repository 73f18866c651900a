import type { EntityKind } from '@tributary/model';
import type { Tx } from '../../platform/database/pool.ts';

/** A custom field as it is told of, and changed. */
export interface CustomField {
  id: string;
  name: string;
  displayType: string;
  choices: string[] | null;
  trackChanges: boolean;
}

/** A field, kept from others until the transaction ends. */
export async function lockField(
  tx: Tx,
  workspaceId: number,
  entity: EntityKind,
  id: string,
): Promise<CustomField | undefined> {
  const { rows } = await tx.query<CustomField>(
    `select id, name, display_type as "displayType", choices, track_changes as "trackChanges"
     from field where workspace_id = $1 and entity = $2 and id = $3 for update`,
    [workspaceId, entity, id],
  );
  return rows[0];
}

export async function updateField(tx: Tx, workspaceId: number, field: CustomField): Promise<void> {
  await tx.query('update field set choices = $3, track_changes = $4 where workspace_id = $1 and id = $2', [
    workspaceId,
    field.id,
    field.choices ? JSON.stringify(field.choices) : null,
    field.trackChanges,
  ]);
}
