import { objectId, objectNumber, spelledId } from '@tributary/model';
import type { Queryable } from '../platform/database/pool.ts';
import { UserError } from '../platform/errors.ts';
import { findJourneys, type JourneyRow, type LiveJourney } from './store/journey.sql.ts';

/** A journey by its id on the wire, or by its name. Throws `journey_not_found`. */
export async function findJourney(db: Queryable, workspaceId: number, which: string): Promise<JourneyRow> {
  const number = objectNumber(which);
  const found = await findJourneys(db, workspaceId, { ids: number ? [number] : [], names: [which] });
  const journey =
    found.find(({ id, createdAt }) => objectId(createdAt, id) === spelledId(which)) ??
    found.find(({ name }) => name === which);
  if (!journey) throw new UserError('journey_not_found', `there is no journey "${which}": see "journeys list"`, 404);
  return journey;
}

/** One that people can enter. Throws `journey_not_on` as well. */
export async function findOpenJourney(db: Queryable, workspaceId: number, which: string): Promise<LiveJourney> {
  const journey = await findJourney(db, workspaceId, which);
  const { state, version } = journey;
  if (state === 'on' && version !== null) return { ...journey, version };
  throw new UserError('journey_not_on', `the journey "${journey.name}" is ${state}: nobody can enter it`, 409);
}
