import type { IntakeItem } from '@tributary/model';
import { IMPORTED, type People } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { leave } from '../platform/news.ts';
import { toJourneys } from './about-journeys.ts';
import { assess } from './assess.ts';
import { movesByFile } from './by-file.ts';
import type { Asked } from './concerned.ts';
import { filtersOf, publicAudienceId } from './definition.ts';
import { judgeThere } from './judge.ts';
import type { LiveAudience, LiveSet } from './live.ts';
import type { Due, Move } from './move.ts';
import { listBelonging, writeChecks, writeMoves } from './store/belonging.sql.ts';
import { findQuiet } from './store/kept.sql.ts';
import { listAudiencesOf } from './store/member.sql.ts';
import { listAllSaid } from './store/subscriber.sql.ts';

/** Of so many people all that is asked is carried at once. */
const PEOPLE_AT_ONCE = 1000;

interface Settling {
  workspaceId: number;
  live: LiveSet;
  now: Date;
}

/**
 * Puts right who belongs, of these people to these audiences and to those that ask about them, and tells their
 * timelines of it. By whoever holds the workspace's lock. An audience that is not live any more judges nobody. Who is
 * asked about for the sake of a file alone, `byFile`, is told of as having come by it.
 *
 * People are judged here, of whom what is asked has been read with two statements, and a third where journeys are
 * asked about: a hundred audiences judged in the database, however well planned, kept one of its processes busy for ten
 * seconds with ten seconds of a thousand activities each.
 */
export async function settle(
  tx: Tx,
  people: People,
  of: Settling,
  asked: Asked,
  byFile: Asked = new Map(),
): Promise<void> {
  const moves: Move[] = [];
  const gone = new Set<string>();
  const who = [...asked.keys()];
  for (let from = 0; from < who.length; from += PEOPLE_AT_ONCE) {
    moves.push(...(await settleSome(tx, people, of, asked, who.slice(from, from + PEOPLE_AT_ONCE), gone)));
  }
  const imported = movesByFile(of.live.audiences, moves, asked, byFile);
  await tell(tx, people, of, await loud(tx, of.live, moves), { gone, imported });
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
  { gone, imported }: { gone: ReadonlySet<string>; imported: ReadonlySet<Move> },
): Promise<void> {
  const hidden = of.live.audiences.filter((audience) => audience.hidden);
  const kept = moves.filter(({ audienceId }) => hidden.some(({ id }) => id === audienceId));
  const staying = await stayingAsOthers(tx, people, of, kept, gone);
  for (const audience of hidden) {
    const own = kept.filter((move) => move.audienceId === audience.id && !staying.has(move));
    if (own.length === 0) continue;
    const who = (entered: boolean): string[] => own.flatMap((move) => (move.entered === entered ? move.personId : []));
    const byFile = own.flatMap((move) => (move.entered && imported.has(move) ? move.personId : []));
    leave(tx, of.now, 'audiences.kept', {
      workspaceId: of.workspaceId,
      audienceId: publicAudienceId(audience),
      since: audience.editedAt.toISOString(),
      at: of.now.toISOString(),
      entered: who(true),
      left: who(false),
      ...(byFile.length > 0 && { imported: byFile }),
    });
  }
  const seen = moves.filter(({ audienceId }) => !hidden.some(({ id }) => id === audienceId));
  if (seen.length > 0) await people.recordIn(tx, of.workspaceId, await itemsOf(tx, people, of, seen, imported));
}

/** The moves of those who have left by becoming others, and belong as these. */
async function stayingAsOthers(
  tx: Tx,
  people: People,
  { workspaceId }: { workspaceId: number },
  moves: readonly Move[],
  gone: ReadonlySet<string>,
): Promise<Set<Move>> {
  const leaving = moves.filter(({ personId }) => gone.has(personId));
  if (leaving.length === 0) return new Set();
  const others = await people.identity.current(tx, workspaceId, [...new Set(leaving.map(({ personId }) => personId))]);
  const members = await listAudiencesOf(tx, [...new Set(others.values())]);
  return new Set(
    leaving.filter(({ personId, audienceId }) => members.get(others.get(personId) ?? '')?.has(audienceId)),
  );
}

/** Adds those of whom there is nothing any more to `gone`: who are not there, or archived. */
async function settleSome(
  tx: Tx,
  people: People,
  of: Settling,
  asked: Asked,
  who: readonly string[],
  gone: Set<string>,
): Promise<Move[]> {
  const { workspaceId, live, now } = of;
  const judging = live.audiences.filter(asking(who, asked));
  const filters = judging.flatMap(filtersOf);
  const [facts, belonging, said, journeys] = await Promise.all([
    people.facts(tx, workspaceId, who, filters, now),
    listBelonging(tx, who),
    judging.some(({ subscribers }) => subscribers) ? listAllSaid(tx, who) : undefined,
    toJourneys(tx, people, of, judging, asked, who),
  ]);
  const moves: Move[] = [];
  const dues: Due[] = [];
  const heavy = new Map<string, ReadonlySet<number>>();
  for (const personId of who) {
    const known = facts.get(personId);
    if (known === 'too much') {
      heavy.set(personId, asked.get(personId)!);
      continue;
    }
    if (!known) gone.add(personId);
    const about = { personId, belonging: belonging.get(personId), said: said?.get(personId) };
    const found = assess(
      { ...about, facts: known, toJourneys: journeys.get(personId) },
      judging,
      asked.get(personId)!,
      now,
    );
    moves.push(...found.moves);
    dues.push(...found.dues);
  }
  writeMoves(tx, of, moves);
  writeChecks(tx, workspaceId, dues);
  return heavy.size > 0 ? [...moves, ...(await judgeThere(tx, people, of, heavy))] : moves;
}

/** Which audiences may be asked: those that are, and those that ask about others. */
function asking(who: readonly string[], asked: Asked): (audience: LiveAudience) => boolean {
  const ids = new Set<number>();
  for (const personId of who) for (const id of asked.get(personId)!) ids.add(id);
  return ({ id, audiences }) => ids.has(id) || audiences.size > 0;
}

/** What their timelines say. Who has been deleted meanwhile has none, and who has become another has left nothing. */
async function itemsOf(
  tx: Tx,
  people: People,
  { live, workspaceId }: { live: LiveSet; workspaceId: number },
  moves: readonly Move[],
  imported: ReadonlySet<Move>,
): Promise<IntakeItem[]> {
  const there = await people.find(tx, workspaceId, [...new Set(moves.map(({ personId }) => personId))]);
  const byId = new Map(live.audiences.map((audience) => [audience.id, audience]));
  return moves
    .filter(({ personId }) => there.get(personId)?.id === personId)
    .map((move): IntakeItem => {
      const { audienceId, personId, entered } = move;
      const audience = byId.get(audienceId)!;
      return {
        who: { personId },
        fields: {},
        source: imported.has(move) ? IMPORTED : 'Audience',
        activity: {
          id: entered ? 'act::enter-audience' : 'act::leave-audience',
          attributes: { 'idt::a': publicAudienceId(audience), 'str::name': audience.name },
        },
      };
    });
}
