import type { Queryable, Tx } from '../../platform/database/pool.ts';

/** Which way of a levelled split somebody goes. */
export interface ChoiceRow {
  journeyId: number;
  shapeId: string;
  personId: string;
  branch: string;
}

/**
 * How many people each way of these levelled splits has, which nobody else changes until the transaction ends. In one
 * order, against deadlocks.
 */
export async function lockSplitCounts(
  tx: Tx,
  splits: readonly { journeyId: number; shapeId: string; branch: string }[],
): Promise<{ journeyId: number; shapeId: string; branch: string; people: number }[]> {
  const of = [splits.map((s) => s.journeyId), splits.map((s) => s.shapeId), splits.map((s) => s.branch)];
  await tx.query({
    name: 'split.count.ensure',
    text: `insert into split_count (journey_id, shape_id, branch, people)
           select * , 0 from unnest($1::int[], $2::text[], $3::text[]) order by 1, 2, 3 on conflict do nothing`,
    values: of,
  });
  const { rows } = await tx.query<{ journeyId: number; shapeId: string; branch: string; people: number }>({
    name: 'split.count.lock',
    text: `select c.journey_id as "journeyId", c.shape_id as "shapeId", c.branch, c.people
           from split_count c join unnest($1::int[], $2::text[], $3::text[]) as s(journey_id, shape_id, branch)
             using (journey_id, shape_id, branch)
           order by 1, 2, 3 for update of c`,
    values: of,
  });
  return rows;
}

export async function listChoices(
  db: Queryable,
  people: readonly string[],
  journeyIds: readonly number[],
): Promise<ChoiceRow[]> {
  const { rows } = await db.query<ChoiceRow>({
    name: 'split.choices',
    text: `select journey_id as "journeyId", shape_id as "shapeId", person_id as "personId", branch
           from split_choice where person_id = any($1::bigint[]) and journey_id = any($2::int[])`,
    values: [people, journeyIds],
  });
  return rows;
}

export async function insertChoices(tx: Tx, workspaceId: number, choices: readonly ChoiceRow[]): Promise<void> {
  if (choices.length === 0) return;
  const of = [
    choices.map((c) => c.journeyId),
    choices.map((c) => c.shapeId),
    choices.map((c) => c.personId),
    choices.map((c) => c.branch),
  ];
  await tx.query({
    name: 'split.choose',
    text: `with chosen as (
             insert into split_choice (workspace_id, journey_id, shape_id, person_id, branch)
             select $1, * from unnest($2::int[], $3::text[], $4::bigint[], $5::text[])
             -- Somebody whose way there is no more, and who goes another.
             on conflict (person_id, journey_id, shape_id) do update set branch = excluded.branch
               where split_choice.branch <> excluded.branch
             returning journey_id, shape_id, branch
           ), counted as (select journey_id, shape_id, branch, count(*)::int as people from chosen group by 1, 2, 3)
           update split_count c set people = c.people + counted.people from counted
           where c.journey_id = counted.journey_id and c.shape_id = counted.shape_id and c.branch = counted.branch`,
    values: [workspaceId, ...of],
  });
}

/** The versions that have won, by journey and shape. */
export async function listWinners(
  db: Queryable,
  journeyIds: readonly number[],
): Promise<{ journeyId: number; shapeId: string; variant: string }[]> {
  const { rows } = await db.query<{ journeyId: number; shapeId: string; variant: string }>({
    name: 'ab.winners',
    text: `select journey_id as "journeyId", shape_id as "shapeId", variant from ab_winner where journey_id = any($1::int[])`,
    values: [journeyIds],
  });
  return rows;
}
