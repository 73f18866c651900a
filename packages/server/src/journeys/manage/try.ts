import { type Fields, journeyDefinition, publicId, triedDefinition } from '@tributary/model';
import { type Queryable, transaction } from '../../platform/database/pool.ts';
import { UserError } from '../../platform/errors.ts';
import { type Enroller, enter } from '../entry/enter.ts';
import { judge, wrong } from '../publish.ts';
import { insertHistory } from '../store/history.sql.ts';
import { findVersion } from '../store/journey.sql.ts';
import { ensureTestVersion, lockManaged } from '../store/managed.sql.ts';
import { versionOf } from '../versions.ts';
import { refuseArchived, workedOn } from './drafts.ts';
import { findManaged, type Managing, type Which } from './managing.ts';

export interface TryAsked {
  /** Who tries it: a person's id inside, or an address. */
  who: { person: string } | { email: string };
  /** As if what starts the journey had these attributes. */
  entry: Fields;
  /** No wait lasts longer than some seconds. */
  skipWaits: boolean;
  by: string;
}

/**
 * Lets somebody go through what is worked on, or what is live, for real: messages are sent, fields are changed, connectors
 * asked. It is no figure's, nobody is held out, and whether they were in the journey before is not asked. Returns the run.
 */
export function tryDraft(
  o: Managing & Enroller,
  workspaceId: number,
  which: Which,
  { who, entry, skipWaits, by }: TryAsked,
): Promise<string> {
  const now = o.clock.now();
  return transaction(o.db, async (tx) => {
    const { id: journeyId } = await findManaged(tx, workspaceId, which);
    const journey = await lockManaged(tx, journeyId);
    refuseArchived(journey);
    const judged = await judge(tx, o, workspaceId, await workedOn(tx, journey));
    if ('problems' in judged) throw wrong(judged.problems);
    const definition = triedDefinition(judged.journey, { skipWaits });
    const number = await ensureTestVersion(tx, journeyId, { definition, by, now });
    const row = (await findVersion(tx, journeyId, number))!;
    // Not the one that is kept: what this transaction has written may come to nothing.
    const version = versionOf({ ...row, definition: journeyDefinition.parse(row.definition) });
    const personId = await personOf(tx, o, workspaceId, who);
    const begin = { at: now, activity: version.trigger?.activity };
    const [entered] = await enter(tx, o, workspaceId, [{ version, personId, begin, entry, test: true }], now);
    if (!entered || 'why' in entered) throw nobody(`can not try it: ${entered?.why}`);
    const details = { run: publicId(entered.runId, 'run'), person: publicId(personId) };
    await insertHistory(tx, { journeyId, who: by, what: 'tried', details }, now);
    return entered.runId;
  });
}

const nobody = (why: string): UserError => new UserError('person_not_found', why, 404);

async function personOf(
  db: Queryable,
  { people }: Managing,
  workspaceId: number,
  who: TryAsked['who'],
): Promise<string> {
  const id = 'person' in who ? who.person : await people.findByEmail(db, workspaceId, who.email);
  const person = id === undefined ? undefined : (await people.find(db, workspaceId, [id])).get(id);
  if (person && !person.archivedAt) return person.id;
  throw nobody(
    'person' in who ? 'Person not found' : `there is no person with the address ${who.email}: make them first`,
  );
}
