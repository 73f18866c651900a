import type { IntakeItem } from '@tributary/model';
import type { People } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { publicAudienceId } from './definition.ts';
import type { LiveAudience, LiveSet } from './live.ts';
import { type Judged, judge, type Move } from './store/judge.sql.ts';

/** PostgreSQL plans and runs a statement with this many audiences well. */
const AUDIENCES_AT_ONCE = 50;
const PEOPLE_AT_ONCE = 2000;

/**
 * Puts right who belongs, of these people to these audiences and to those that ask about them, and tells their
 * timelines of it. By whoever holds the workspace's lock.
 */
export async function settle(
  tx: Tx,
  people: People,
  of: { workspaceId: number; live: LiveSet; now: Date; quiet?: readonly number[] },
  who: readonly string[],
  audiences: readonly Pick<LiveAudience, 'id'>[],
): Promise<Move[]> {
  const { live, workspaceId, now } = of;
  if (who.length === 0 || audiences.length === 0) return [];
  const asked = new Set(audiences.map(({ id }) => id));
  const moves: Move[] = [];
  const judged = await judgedIn(tx, people, of);
  for (const level of [...new Set(live.audiences.map((audience) => audience.level))].sort((a, b) => a - b)) {
    const moved = new Set(moves.map(({ audienceId }) => audienceId));
    const here = live.audiences.filter(
      (audience) =>
        audience.level === level && (asked.has(audience.id) || [...audience.audiences].some((id) => moved.has(id))),
    );
    for (const some of pieces(here, AUDIENCES_AT_ONCE)) {
      for (const few of pieces(who, PEOPLE_AT_ONCE)) {
        moves.push(...(await judge(tx, { workspaceId, now }, few, some.map(judged))));
      }
    }
  }
  const told = moves.filter(({ audienceId }) => !of.quiet?.includes(audienceId));
  if (told.length > 0) await people.recordIn(tx, workspaceId, await itemsOf(tx, people, of, told));
  return moves;
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
