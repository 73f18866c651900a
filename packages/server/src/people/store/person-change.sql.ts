import type { Db, Tx } from '../../platform/database/pool.ts';
import { notify } from '../../platform/presence.ts';
import type { ChangeKind } from '../lifecycle/selection.ts';
import type { Chosen } from './lifecycle.sql.ts';

export interface PersonChange extends Chosen {
  id: string;
  workspaceId: number;
  kind: ChangeKind;
  source: string;
  after: string;
}

const signal = notify('person-change');

/** Writes down a change for later, and signals that there is one. */
export async function insertChange(db: Db, change: Omit<PersonChange, 'id' | 'after'>): Promise<void> {
  await db.query(
    `with change as (
       insert into person_change (workspace_id, kind, person_ids, except_ids, source, requested_at)
       values ($2, $3, $4, $5, $6, $7)
     ) ${signal.text}`,
    [...signal.values, change.workspaceId, change.kind, change.ids, change.except, change.source, change.before],
  );
}

/** The oldest change, for this transaction alone; undefined when there is none, or another process is at it. */
export async function takeChange(tx: Tx): Promise<PersonChange | undefined> {
  // One after the other, across processes: to archive and then to delete is not the same as the other way round.
  const lock = await tx.query<{ mine: boolean }>('select pg_try_advisory_xact_lock(7482011) as mine');
  if (!lock.rows[0]!.mine) return undefined;
  const { rows } = await tx.query<PersonChange>(
    `select id, workspace_id as "workspaceId", kind, person_ids as ids, except_ids as "except", source,
            after_id as after, requested_at as before
     from person_change order by id limit 1`,
  );
  return rows[0];
}

export async function updateChange(tx: Tx, id: string, after: string): Promise<void> {
  await tx.query('update person_change set after_id = $2 where id = $1', [id, after]);
}

export async function deleteChange(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from person_change where id = $1', [id]);
}
