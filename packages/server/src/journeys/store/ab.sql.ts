import type { Queryable, Tx } from '../../platform/database/pool.ts';

/** A version of an e-mail, and what became of it. */
export interface VariantFigures {
  variant: string;
  template: string;
  sent: number;
  opened: number;
  clicked: number;
}

export interface WinnerRow {
  shapeId: string;
  variant: string;
  decidedAt: Date;
  /** Who said so. */
  decidedBy: string;
  why: string;
  /** Null where somebody said so. */
  figures: VariantFigures[] | null;
}

/** Writes down which version has won; false where one has already, and `over` does not say that it no longer counts. */
export async function insertWinner(
  tx: Tx,
  journeyId: number,
  o: Omit<WinnerRow, 'decidedAt'> & { over: boolean; now: Date },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into ab_winner as w (journey_id, shape_id, variant, decided_at, why, figures, decided_by)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (journey_id, shape_id) do update
       set variant = excluded.variant, decided_at = excluded.decided_at, why = excluded.why, figures = excluded.figures,
           decided_by = excluded.decided_by
       where $8::boolean`,
    [journeyId, o.shapeId, o.variant, o.now, o.why, o.figures && JSON.stringify(o.figures), o.decidedBy, o.over],
  );
  return rowCount === 1;
}

export async function listWinnersOf(db: Queryable, journeyId: number): Promise<WinnerRow[]> {
  const { rows } = await db.query<WinnerRow>(
    `select shape_id as "shapeId", variant, decided_at as "decidedAt", coalesce(decided_by, '') as "decidedBy", why, figures
     from ab_winner where journey_id = $1`,
    [journeyId],
  );
  return rows;
}

export async function deleteWinner(tx: Tx, journeyId: number, shapeId: string): Promise<boolean> {
  const { rowCount } = await tx.query('delete from ab_winner where journey_id = $1 and shape_id = $2', [
    journeyId,
    shapeId,
  ]);
  return rowCount === 1;
}

/** One of several versions is to win by itself: when to look next. */
export interface CheckRow {
  journeyId: number;
  shapeId: string;
  workspaceId: number;
  name: string;
  /** The live version. */
  version: number;
}

/** Takes what is to be looked at by now, for this transaction alone. */
export async function claimChecks(tx: Tx, now: Date, limit: number): Promise<CheckRow[]> {
  const { rows } = await tx.query<CheckRow>({
    name: 'ab.claim',
    text: `select c.journey_id as "journeyId", c.shape_id as "shapeId", j.workspace_id as "workspaceId", j.name,
                  j.live_version as version
           from ab_check c join journey j on j.id = c.journey_id
           where c.due_at <= $1 order by c.due_at limit $2 for update of c skip locked`,
    values: [now, limit],
  });
  return rows;
}

export async function nextCheck(db: Queryable): Promise<Date | undefined> {
  const { rows } = await db.query<{ due: Date | null }>({
    name: 'ab.next',
    text: 'select min(due_at) as due from ab_check',
  });
  return rows[0]?.due ?? undefined;
}

export async function findCheck(db: Queryable, journeyId: number, shapeId: string): Promise<Date | undefined> {
  const { rows } = await db.query<{ due: Date }>(
    'select due_at as due from ab_check where journey_id = $1 and shape_id = $2',
    [journeyId, shapeId],
  );
  return rows[0]?.due;
}

export async function upsertCheck(tx: Tx, journeyId: number, shapeId: string, at: Date): Promise<void> {
  await tx.query(
    `insert into ab_check (journey_id, shape_id, due_at) values ($1, $2, $3)
     on conflict (journey_id, shape_id) do update set due_at = excluded.due_at`,
    [journeyId, shapeId, at],
  );
}

/** Nobody looks any more at these shapes, or at any of the journey but these. */
export async function deleteChecks(
  tx: Tx,
  journeyId: number,
  which: { of: string } | { but: readonly string[] },
): Promise<void> {
  await tx.query(
    'of' in which
      ? 'delete from ab_check where journey_id = $1 and shape_id = $2'
      : 'delete from ab_check where journey_id = $1 and shape_id <> all($2::text[])',
    [journeyId, 'of' in which ? which.of : which.but],
  );
}
