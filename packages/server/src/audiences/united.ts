import type { PeopleUnited } from '../people/index.ts';
import type { Tx } from '../platform/database/pool.ts';
import { listSaidUnited, listSays, type SaidUnited, type Says, updateToApart } from './store/united.sql.ts';

const NOTHING: Says = { subscribed: null, subscribedAt: null, smsOptedIn: null };

/** Gives back to a survivor what they said of audiences, without what the absorbed had said. */
export async function separateSaid(tx: Tx, pair: PeopleUnited): Promise<void> {
  const stages = Map.groupBy(await listSaidUnited(tx, pair), ({ audienceId }) => audienceId);
  if (stages.size === 0) return;
  const now = await listSays(tx, pair.survivor, [...stages.keys()]);
  const apart = [...stages].map(([audienceId, of]) => {
    const { says, later } = saidApart(now.get(audienceId) ?? NOTHING, of, pair.mergeId);
    return { says: { audienceId, ...says }, later };
  });
  await updateToApart(
    tx,
    pair,
    apart.map(({ says }) => says),
    apart.flatMap(({ later }) => later),
  );
}

/**
 * What a survivor says of an audience once one of those they absorbed is out of them: from before that merge on, the
 * others come in once more, the oldest first, and what the survivor said in between is said again. With it, the later
 * merges as they are now.
 */
function saidApart(now: Says, stages: readonly SaidUnited[], mergeId: string): { says: Says; later: SaidUnited[] } {
  const at = stages.findIndex((stage) => stage.mergeId === mergeId);
  const later: SaidUnited[] = [];
  let says = stages[at]!.before;
  for (const [i, stage] of stages.entries()) {
    if (i < at) continue;
    if (i > at) {
      later.push({ ...stage, before: says });
      says = stricter(says, stage.absorbed);
    }
    const next = stages[i + 1]?.before ?? now;
    if (stage.mailSince) says = { ...says, subscribed: next.subscribed, subscribedAt: next.subscribedAt };
    if (stage.smsSince) says = { ...says, smsOptedIn: next.smsOptedIn };
  }
  return { says, later };
}

/** As `copySaid` does it. */
function stricter(one: Says, other: Says): Says {
  const no = one.subscribed === false || other.subscribed === false;
  return {
    subscribed: no ? false : (one.subscribed ?? other.subscribed),
    subscribedAt: no ? null : (one.subscribedAt ?? other.subscribedAt),
    smsOptedIn: one.smsOptedIn === false || other.smsOptedIn === false ? false : (one.smsOptedIn ?? other.smsOptedIn),
  };
}
