import type { Fields } from '@tributary/model';
import type { Tx } from '../../platform/database/pool.ts';

/** What runs have in common that begin by the same. */
export interface RunsAlike {
  workspaceId: number;
  journeyId: number;
  version: number;
  entryActivityId: string;
  entryAt: Date;
  entryKey: string;
  entry: Fields;
  listens: readonly string[];
  /** Of those who are held out. */
  heldOut: { dueAt: Date; listens: readonly string[] };
}

/** What `insertRuns` does, for runs that differ by their people alone. Returns the ids started. */
export async function insertRunsAlike(
  tx: Tx,
  of: RunsAlike,
  runs: readonly { id: string; personId: string; heldOut: boolean }[],
  now: Date,
): Promise<Set<string>> {
  const { rows } = await tx.query<{ id: string }>({
    name: 'run.insert-alike',
    text: `insert into run (workspace_id, journey_id, version, entry_activity_id, entry_at, entry_key, entry, entered_at,
                            arrived_at, id, person_id, held_out, due_at, listens, left_at, left_reason)
           select $1, $2, $3, $4, $5, $6, $7, $8::timestamptz, $8, r.id, r.person_id, r.held_out,
                  case when r.held_out then $9::timestamptz else $8 end,
                  case when r.held_out then $11::text[] else $10::text[] end,
                  case when r.held_out then $8 end, case when r.held_out then 'held out' end
           from unnest($12::bigint[], $13::bigint[], $14::boolean[]) as r(id, person_id, held_out)
           on conflict do nothing returning id`,
    values: [
      of.workspaceId,
      of.journeyId,
      of.version,
      of.entryActivityId,
      of.entryAt,
      of.entryKey,
      of.entry,
      now,
      of.heldOut.dueAt,
      of.listens,
      of.heldOut.listens,
      runs.map(({ id }) => id),
      runs.map(({ personId }) => personId),
      runs.map(({ heldOut }) => heldOut),
    ],
  });
  return new Set(rows.map(({ id }) => id));
}
