import type { Fields } from '@tributary/model';
import { withOnePlan } from '../../platform/database/one-plan.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { personEntity } from '../filter/entity.ts';
import type { FoundPerson } from '../search/index.ts';
import { tagNamesSql } from '../search/pages.ts';

type Moments = Pick<
  FoundPerson,
  'createdAt' | 'editedAt' | 'firstSeenAt' | 'lastSeenAt' | 'subscribedAt' | 'unsubscribedAt' | 'archivedAt'
>;

export type FactsRow = FoundPerson & {
  /** Kind, moment and attributes, oldest first; null where nothing was asked for or there is none. */
  did: [definitionId: number, at: number, attributes: Fields | null][] | null;
  /** So many of their newest activities were looked at, of any kind. */
  looked: number;
  /** The ids of those who have become them. */
  former: readonly string[];
};

/**
 * People who are there and not archived, and which of these kinds are among the newest activities of each since a
 * moment. One statement, so that all of it was true at once.
 */
export async function listFacts(
  tx: Tx,
  workspaceId: number,
  ids: readonly string[],
  wanted: {
    kinds: readonly number[];
    withAttributes: readonly number[];
    since: Date | null;
    limit: number;
    tags: boolean;
    formerIds: boolean;
  },
): Promise<FactsRow[]> {
  const { rows } = await withOnePlan(tx, () =>
    tx.query<Omit<FactsRow, keyof Moments> & { moments: (number | null)[] }>({
      name: `person.facts${wanted.tags ? '-and-tags' : ''}${wanted.formerIds ? '-and-ids' : ''}`,
      text: `select p.id, p.fields, p.tags, array[${moments.map(milliseconds).join(', ')}] as moments,
                  ${wanted.tags ? tagNamesSql(personEntity) : `'{}'::text[]`} as "tagNames",
                  ${wanted.formerIds ? FORMER : `'{}'::bigint[]`} as former, a.did, a.looked
           from unnest($2::bigint[]) as asked(id)
           -- "Offset" keeps this from becoming a join with everybody in the workspace.
           cross join lateral (
             select x.* from person x where x.id = asked.id and x.workspace_id = $1 and x.archived_at is null offset 0
           ) p
           cross join lateral (
             select json_agg(json_build_array(n.definition_id, ${milliseconds('n.occurred_at')},
                                              case when n.definition_id = any($4::int[]) then n.attributes end)
                             order by n.occurred_at, n.id) filter (where n.definition_id = any($3::int[])) as did,
                    count(*)::int as looked
             from (select * from activity a
                   where a.person_id = p.id and cardinality($3::int[]) > 0
                     and a.occurred_at >= coalesce($5::timestamptz, '-infinity')
                   order by a.occurred_at desc, a.id desc limit $6) n
           ) a`,
      values: [workspaceId, ids, wanted.kinds, wanted.withAttributes, wanted.since, wanted.limit],
    }),
  );
  return rows.map(({ moments: at, ...row }) => {
    const [createdAt, editedAt, firstSeenAt, lastSeenAt, subscribedAt, unsubscribedAt] = at.map((ms) =>
      ms === null ? null : new Date(ms),
    );
    const known = {
      firstSeenAt: firstSeenAt!,
      lastSeenAt: lastSeenAt!,
      subscribedAt: subscribedAt!,
      unsubscribedAt: unsubscribedAt!,
    };
    return { ...row, ...known, createdAt: createdAt!, editedAt: editedAt!, archivedAt: null };
  });
}

const FORMER =
  'array(select f.old_id from person_alias f where f.person_id = p.id and f.workspace_id = $1 order by f.old_id)';

/** As numbers: to read a date out of text takes longer than all else that is read of a person. */
const milliseconds = (column: string): string => `(extract(epoch from ${column}) * 1000)::float8`;
const moments = ['created', 'edited', 'first_seen', 'last_seen', 'subscribed', 'unsubscribed'].map(
  (name) => `p.${name}_at`,
);
