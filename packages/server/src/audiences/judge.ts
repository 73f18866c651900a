import type { People } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import type { Asked } from './concerned.ts';
import type { LiveAudience, LiveSet } from './live.ts';
import type { Move } from './move.ts';
import { type Judged, judge } from './store/judge.sql.ts';

/**
 * Audiences are judged in groups that stay the same, all of a group where one is asked: their statement then is one
 * that the database has planned before. To plan ten takes 25 ms, to find out that nine are not asked next to nothing.
 */
const AUDIENCES_AT_ONCE = 10;

interface Pair {
  personId: string;
  audienceId: number;
}

/** Has the database judge people of whom there is too much to carry, level by level, and write what comes of it. */
export async function judgeThere(
  tx: Tx,
  people: People,
  of: { workspaceId: number; live: LiveSet; now: Date },
  asked: Asked,
): Promise<Move[]> {
  const { live } = of;
  const judged = await judgedIn(tx, people, of);
  const pairs = [...asked].flatMap(([personId, ids]) => [...ids].map((audienceId) => ({ personId, audienceId })));
  const moves: Move[] = [];
  for (const level of new Set(live.audiences.map((audience) => audience.level))) {
    const here = live.audiences.filter((audience) => audience.level === level);
    const groups = Array.from({ length: Math.ceil(here.length / AUDIENCES_AT_ONCE) }, (_, i) =>
      here.slice(i * AUDIENCES_AT_ONCE, (i + 1) * AUDIENCES_AT_ONCE),
    );
    const all = distinct([...pairs, ...followersOf(live, moves)]);
    for (const group of groups) {
      const ids = new Set(group.map(({ id }) => id));
      const some = all.filter(({ audienceId }) => ids.has(audienceId));
      if (some.length > 0) moves.push(...(await judge(tx, of, some, group.map(judged))));
    }
  }
  return moves;
}

/** Who moved, with the audiences that ask about the one they entered or left. */
function followersOf(live: LiveSet, moves: readonly Move[]): Pair[] {
  return moves.flatMap(({ personId, audienceId }) =>
    live.audiences.flatMap(({ id, audiences }) => (audiences.has(audienceId) ? [{ personId, audienceId: id }] : [])),
  );
}

function distinct(pairs: readonly Pair[]): Pair[] {
  return [...new Map(pairs.map((pair) => [`${pair.personId} ${pair.audienceId}`, pair])).values()];
}

async function judgedIn(tx: Tx, people: People, { workspaceId, now }: { workspaceId: number; now: Date }) {
  const schema = await people.schema(tx, workspaceId);
  const { condition, boundary } = people.filters;
  return ({ id, filter, exitFilter }: LiveAudience): Judged => ({
    id,
    holds: (parameters) => condition(schema, filter, { workspaceId, now, parameters, each: true }),
    leaves: exitFilter
      ? (parameters) => condition(schema, exitFilter, { workspaceId, now, parameters, each: true })
      : undefined,
    boundary(parameters) {
      const scope = { workspaceId, now, parameters, each: true };
      const own = boundary(schema, filter, scope);
      return exitFilter ? `least(${own}, ${boundary(schema, exitFilter, scope)})` : own;
    },
  });
}
