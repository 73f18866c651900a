import type { Tx } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { type Deed, insertHistory } from '../store/history.sql.ts';
import type { JourneyState } from '../store/journey.sql.ts';
import { findVersion } from '../store/journey.sql.ts';
import { findDraft, type ManagedJourney, updateDraft, updateState } from '../store/managed.sql.ts';
import { countInside, releaseHeld, wakeInside } from '../store/release.sql.ts';
import { changing, type Managing, type Which } from './managing.ts';

/** What can be done with a journey as a whole, beside publishing it. */
export type StateVerb = 'pause' | 'resume' | 'open' | 'drain' | 'archive' | 'restore';

interface Verb {
  from: readonly JourneyState[];
  to(journey: ManagedJourney): JourneyState;
  did: Deed;
  /** What is said to who tries it in another state. */
  refusal: string;
}

const verbs: Readonly<Record<StateVerb, Verb>> = {
  pause: {
    from: ['on', 'draining'],
    to: () => 'paused',
    did: 'paused',
    refusal: 'only what runs can be paused',
  },
  resume: {
    from: ['paused', 'draining'],
    // One that drains lets people in again.
    to: ({ pausedFrom }) => pausedFrom ?? 'on',
    did: 'resumed',
    refusal: 'only what is paused, or lets nobody in, can be resumed',
  },
  open: {
    from: ['on', 'paused', 'draining'],
    to: () => 'on',
    did: 'resumed',
    refusal: 'publish it first',
  },
  drain: {
    from: ['on', 'paused', 'draining'],
    to: () => 'draining',
    did: 'draining',
    refusal: 'nobody enters it anyway',
  },
  archive: {
    from: ['draft', 'on', 'paused', 'draining'],
    to: () => 'archived',
    did: 'archived',
    refusal: 'it is put away already',
  },
  restore: {
    from: ['archived'],
    to: () => 'draft',
    did: 'restored',
    refusal: 'only what is archived can be brought back',
  },
};

const words: Readonly<Record<JourneyState, string>> = {
  draft: 'a draft',
  on: 'on',
  paused: 'paused',
  draining: 'draining',
  archived: 'archived',
};

/**
 * Changes what a journey as a whole does. A pause holds everybody where they are as soon as this resolves; whoever was
 * held goes on when it ends, and has waited no longer for it. With `letGo`, whoever is inside leaves what is archived.
 */
export function changeState(
  o: Managing,
  workspaceId: number,
  which: Which,
  verb: StateVerb,
  { by, letGo = false }: { by: string; letGo?: boolean },
): Promise<void> {
  return changing(o, workspaceId, which, async (tx, journey, now) => {
    const { from, to, did, refusal } = verbs[verb];
    if (!from.includes(journey.state))
      throw new UserError('journey_state', `“${journey.name}” is ${words[journey.state]}: ${refusal}`, 409);
    const state = to(journey);
    if (state === journey.state) return;
    const details = verb === 'archive' ? await empty(tx, journey, letGo, now) : {};
    await updateState(tx, journey.id, { state, pausedFrom: pausedFrom(verb, journey), now });
    await o.keep(tx, journey.id);
    if (journey.state === 'paused' && verb !== 'archive') await releaseHeld(tx, journey.id, now);
    await o.messages.lookAnew(tx, workspaceId);
    if (verb === 'restore') await draftOf(tx, journey, by, now);
    await insertHistory(
      tx,
      { journeyId: journey.id, who: by, what: did, details: { ...details, from: journey.state } },
      now,
    );
  });
}

function pausedFrom(verb: StateVerb, { state }: ManagedJourney): 'on' | 'draining' | null {
  return verb === 'pause' && (state === 'on' || state === 'draining') ? state : null;
}

/** Only what nobody is in is archived, unless they may all go. The engine lets them, each with the reason. */
async function empty(
  tx: Tx,
  journey: ManagedJourney,
  letGo: boolean,
  now: Date,
): Promise<Readonly<Record<string, unknown>>> {
  const inside = await countInside(tx, journey.id);
  if (inside > 0 && !letGo)
    throw new UserError(
      'journey_not_empty',
      `${inside === 1 ? 'somebody is' : `${inside} people are`} inside “${journey.name}”: drain it first, or let everybody go`,
      409,
    );
  await wakeInside(tx, journey.id, now);
  return inside > 0 ? { letGo: inside } : {};
}

/** What was live is what is worked on from now on. */
async function draftOf(tx: Tx, journey: ManagedJourney, by: string, now: Date): Promise<void> {
  if (journey.version === null || (await findDraft(tx, journey.id)) !== undefined) return;
  const live = await findVersion(tx, journey.id, journey.version);
  await updateDraft(tx, journey.id, { draft: live!.definition, from: journey.version, by, now });
}
