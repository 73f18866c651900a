import { objectId, objectNumber, type Problem, spelledId } from '@tributary/model';
import type { Audiences } from '../../audiences/index.ts';
import type { Messages } from '../../messages/index.ts';
import type { People } from '../../people/index.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Db, type Queryable, type Tx, transaction } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { signal } from '../../platform/presence.ts';
import { lockJourney } from '../store/hold.sql.ts';
import { findManagedById, findManagedByName, lockManaged, type ManagedJourney } from '../store/managed.sql.ts';
import type { Versions } from '../versions.ts';

/** What managing needs of the world. */
export interface Managing {
  db: Db;
  people: People;
  audiences: Audiences;
  messages: Messages;
  versions: Versions;
  clock: Clock;
  /** What is kept for the sake of a journey's entry follows its live version and its state. */
  keep(tx: Tx, journeyId: number): Promise<void>;
  /** What is wrong with the steps that connectors are to take. */
  actionProblems?: ((shapes: Readonly<Record<string, unknown>>) => Problem[]) | undefined;
  /** The connectors that a workspace is connected by. */
  connected?: ((workspaceId: number) => Promise<ReadonlySet<string>>) | undefined;
}

/** Which journey: by its id outside, or by its name. */
export type Which = { id: string } | { name: string };

/** A journey's id outside: 24 hex digits, as activities name it as a campaign. */
export function publicJourneyId({ id, createdAt }: { id: number; createdAt: Date }): string {
  return objectId(createdAt, id);
}

export async function findManaged(db: Queryable, workspaceId: number, which: Which): Promise<ManagedJourney> {
  if ('name' in which) {
    const named = await findManagedByName(db, workspaceId, which.name);
    if (!named)
      throw new UserError('journey_not_found', `there is no journey "${which.name}": see "journeys list"`, 404);
    return named;
  }
  const number = objectNumber(which.id);
  const found = number === undefined ? undefined : await findManagedById(db, workspaceId, number);
  if (!found || publicJourneyId(found) !== spelledId(which.id))
    throw new UserError('journey_not_found', `there is no journey ${which.id}`, 404);
  return found;
}

/**
 * Changes a journey while nobody moves its runs and nobody else changes it. What it makes due is seen to at once. Runs may
 * be locked inside; who holds them does not wait for us.
 */
export function changing<T>(
  { db, clock }: Pick<Managing, 'db' | 'clock'>,
  workspaceId: number,
  which: Which,
  work: (tx: Tx, journey: ManagedJourney, now: Date) => Promise<T>,
): Promise<T> {
  return transaction(db, async (tx) => {
    const { id } = await findManaged(tx, workspaceId, which);
    await lockJourney(tx, id);
    const journey = await lockManaged(tx, id);
    const result = await work(tx, journey, clock.now());
    signal(tx, 'run');
    return result;
  });
}
