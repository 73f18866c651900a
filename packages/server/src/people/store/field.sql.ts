import type { EntityKind } from '@tributary/model';
import type { Queryable, Tx } from '../../platform/database/pool.ts';

/** A custom field as it is told of, and changed. */
export interface CustomField {
  id: string;
  name: string;
  displayType: string;
  choices: string[] | null;
  trackChanges: boolean;
}

const columns = `id, name, display_type as "displayType", choices, track_changes as "trackChanges"`;

export async function listCustomFields(db: Queryable, workspaceId: number, entity: EntityKind): Promise<CustomField[]> {
  const { rows } = await db.query<CustomField>(
    `select ${columns} from field where workspace_id = $1 and entity = $2 order by created_at, id`,
    [workspaceId, entity],
  );
  return rows;
}

/** A field, kept from others until the transaction ends. */
export async function lockField(
  tx: Tx,
  workspaceId: number,
  entity: EntityKind,
  id: string,
): Promise<CustomField | undefined> {
  const { rows } = await tx.query<CustomField>(
    `select ${columns} from field where workspace_id = $1 and entity = $2 and id = $3 for update`,
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
