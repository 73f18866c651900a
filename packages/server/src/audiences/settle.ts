import type { IntakeItem } from '@tributary/model';
import type { People } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { leave } from '../platform/news.ts';
import type { Pair } from './concerned.ts';
import { publicAudienceId } from './definition.ts';
import type { LiveAudience, LiveSet } from './live.ts';
import { type Judged, judge, type Move } from './store/judge.sql.ts';
import { findQuiet } from './store/kept.sql.ts';

/**
 * Audiences are judged in groups that stay the same, all of a group where one is asked: their statement then is one
 * that the database has planned before. To plan ten takes 25 ms, to find out that nine are not asked next to nothing.
 */
const AUDIENCES_AT_ONCE = 10;
/** So many judgements in one statement. */
const PAIRS_AT_ONCE = 20_000;

/** Each of these people, by each of these audiences. */
export function pairsOf(people: readonly string[], audiences: readonly number[]): Pair[] {
  return people.flatMap((personId) => audiences.map((audienceId) => ({ personId, audienceId })));
}

/**
 * Puts right who belongs, of these people to these audiences and to those that ask about them, and tells their
 * timelines of it. By whoever holds the workspace's lock. An audience that is not live any more judges nobody.
 */
export async function settle(
  tx: Tx,
  people: People,
  of: { workspaceId: number; live: LiveSet; now: Date },
  asked: readonly Pair[],
): Promise<Move[]> {
  const { live } = of;
  if (asked.length === 0) return [];
  const byId = new Map(live.audiences.map((audience) => [audience.id, audience]));
  const levelOf = ({ audienceId }: Pair): number | undefined => byId.get(audienceId)?.level;
  const judged = await judgedIn(tx, people, of);
  const moves: Move[] = [];
  for (const level of [...new Set(live.audiences.map((audience) => audience.level))].sort((a, b) => a - b)) {
    const followers = level === 0 ? [] : followersOf(live, moves).filter((pair) => levelOf(pair) === level);
    const here = distinct([...asked.filter((pair) => levelOf(pair) === level), ...followers]);
    const groups = pieces(
      live.audiences.filter((audience) => audience.level === level),
      AUDIENCES_AT_ONCE,
    );
    const found = await Promise.all(groups.map((group) => judgeBy(tx, of, group.map(judged), here)));
    moves.push(...found.flat());
  }
  await tell(tx, people, of, await loud(tx, of.live, moves));
  return moves;
}

/** The moves that somebody is told of: not those of a quiet building, nor of anybody it has not come by yet. */
async function loud(tx: Tx, live: LiveSet, moves: readonly Move[]): Promise<readonly Move[]> {
  const ids = new Set(live.audiences.flatMap(({ id, quiet }) => (quiet ? [id] : [])));
  const asked = moves.filter(({ audienceId }) => ids.has(audienceId));
  if (asked.length === 0) return moves;
  const quiet = new Set((await findQuiet(tx, asked)).map(({ audienceId, personId }) => `${personId} ${audienceId}`));
  return moves.filter(({ audienceId, personId }) => !quiet.has(`${personId} ${audienceId}`));
}

/** Timelines hear of the audiences that can be seen, and whoever keeps a hidden one of that one. */
async function tell(
  tx: Tx,
  people: People,
  of: { workspaceId: number; live: LiveSet; now: Date },
  moves: readonly Move[],
): Promise<void> {
  const hidden = of.live.audiences.filter((audience) => audience.hidden);
  for (const audience of hidden) {
    const own = moves.filter(({ audienceId }) => audienceId === audience.id);
    if (own.length === 0) continue;
    const who = (entered: boolean): string[] => own.flatMap((move) => (move.entered === entered ? move.personId : []));
    leave(tx, of.now, 'audiences.kept', {
      workspaceId: of.workspaceId,
      audienceId: publicAudienceId(audience),
      since: audience.editedAt.toISOString(),
      at: of.now.toISOString(),
      entered: who(true),
      left: who(false),
    });
  }
  const seen = moves.filter(({ audienceId }) => !hidden.some(({ id }) => id === audienceId));
  if (seen.length > 0) await people.recordIn(tx, of.workspaceId, await itemsOf(tx, people, of, seen));
}

async function judgeBy(
  tx: Tx,
  of: { workspaceId: number; now: Date },
  group: readonly Judged[],
  pairs: readonly Pair[],
): Promise<Move[]> {
  const ids = new Set(group.map(({ id }) => id));
  const moves: Move[] = [];
  for (const some of pieces(
    pairs.filter(({ audienceId }) => ids.has(audienceId)),
    PAIRS_AT_ONCE,
  )) {
    moves.push(...(await judge(tx, of, some, group)));
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

/** What their timelines say. Who has been deleted meanwhile has none. */
async function itemsOf(
  tx: Tx,
  people: People,
  { live, workspaceId }: { live: LiveSet; workspaceId: number },
  moves: readonly Move[],
): Promise<IntakeItem[]> {
  const there = await people.find(tx, workspaceId, [...new Set(moves.map(({ personId }) => personId))]);
  const byId = new Map(live.audiences.map((audience) => [audience.id, audience]));
  return moves
    .filter(({ personId }) => there.has(personId))
    .map(({ audienceId, personId, entered }): IntakeItem => {
      const audience = byId.get(audienceId)!;
      return {
        who: { personId },
        fields: {},
        source: 'Audience',
        activity: {
          id: entered ? 'act::enter-audience' : 'act::leave-audience',
          attributes: { 'idt::a': publicAudienceId(audience), 'str::name': audience.name },
        },
      };
    });
}

function pieces<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
