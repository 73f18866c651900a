import type { AudienceKept } from '../../audiences/index.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { signal } from '../../platform/presence.ts';
import type { JourneyPasses } from '../news.ts';
import { listJourneysKeeping } from '../store/entry.sql.ts';
import { insertWaiting, type Waiting } from '../store/line.sql.ts';
import type { Versions } from '../versions.ts';
import { dayOf } from './kept.ts';

/** Who has entered an audience that is kept for a journey is in line for the journey, unless that came by a file. */
export async function hearKept(
  tx: Tx,
  { versions }: { versions: Versions },
  pieces: readonly AudienceKept[],
  now: Date,
): Promise<void> {
  for (const workspaceId of new Set(pieces.map((piece) => piece.workspaceId))) {
    const own = pieces.filter((piece) => piece.workspaceId === workspaceId);
    const journeys = await listJourneysKeeping(tx, workspaceId, [...new Set(own.map(({ audienceId }) => audienceId))]);
    const waiting: Waiting[] = [];
    for (const piece of own) {
      const imported = new Set(piece.imported);
      const entered = piece.entered.filter((personId) => !imported.has(personId));
      for (const { id, version } of journeys.filter(({ audience }) => audience === piece.audienceId)) {
        const { entry } = (await versions.get(tx, id, version)).definition;
        if (entry.kind === 'filter') waiting.push(...entered.map((personId) => inLine(id, personId, piece)));
        if (entry.kind !== 'date') continue;
        const { number, begins } = dayOf(entry, new Date(piece.at));
        const day = { beginId: String(number), dueAt: begins };
        // Who the person is, is asked when the run is to begin.
        const turnAt = entry.person === undefined ? undefined : begins;
        // What was to begin before the journey was there does not begin.
        if (begins > new Date(piece.since))
          waiting.push(...entered.map((personId) => ({ ...inLine(id, personId, piece), ...day, turnAt })));
        if (begins > now)
          waiting.push(
            ...piece.left.map((personId) => ({ ...inLine(id, personId, piece), ...day, what: 'withdraw' as const })),
          );
      }
    }
    await insertWaiting(tx, workspaceId, waiting, now);
  }
  signal(tx, 'enter');
}

function inLine(journeyId: number, personId: string, { at }: AudienceKept): Waiting {
  return { personId, journeyId, what: 'enter', at: new Date(at), beginId: null, dueAt: null, asked: null };
}

/** Whom a step puts into another journey, or takes out of it, is in line for that. */
export async function hearPasses(tx: Tx, pieces: readonly JourneyPasses[], now: Date): Promise<void> {
  for (const { workspaceId, passes } of pieces) {
    const waiting = passes.map((asked): Waiting => {
      const { personId } = asked;
      const what = asked.do === 'add' ? 'enter' : 'leave';
      return { personId, journeyId: null, what, at: now, beginId: null, dueAt: null, asked };
    });
    await insertWaiting(tx, workspaceId, waiting, now);
  }
  signal(tx, 'enter');
}
