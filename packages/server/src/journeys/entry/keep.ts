import { type JourneyDefinition, type JourneyEntry, journeyDefinition } from '@tributary/model';
import type { Audiences } from '../../audiences/index.ts';
import type { Tx } from '../../platform/database/pool.ts';
import { signal } from '../../platform/presence.ts';
import { type EntryRow, lockEntry, updateEntry } from '../store/entry.sql.ts';
import { findVersion } from '../store/journey.sql.ts';
import { keptFilterOf } from './kept.ts';
import { nextCallOf } from './schedule.ts';

/**
 * Brings what is kept for the sake of a journey's entry in line with its live version and its state. To be called in the
 * transaction of whoever changes one of them.
 */
export async function keepEntry(tx: Tx, o: { audiences: Audiences }, journeyId: number, now: Date): Promise<void> {
  const journey = await lockEntry(tx, journeyId);
  if (!journey) return;
  const entry = journey.state === 'on' ? await liveEntry(tx, journey) : undefined;
  const letIn = entry?.kind === 'filter' && entry.existing;
  const audience = await audienceFor(tx, o, journey, entry);
  const nextAt = entry ? nextCallOf(entry, now) : null;
  // A journey that is put on again lets nobody in a second time for having belonged all along.
  const existing = letIn || (!entry && journey.entryExisting);
  await updateEntry(tx, journeyId, { audience, existing, nextAt }, now);
  signal(tx, 'enter');
}

async function audienceFor(
  tx: Tx,
  { audiences }: { audiences: Audiences },
  journey: EntryRow,
  entry: JourneyEntry | undefined,
): Promise<string | null> {
  const { workspaceId, name, entryAudience, entryExisting } = journey;
  const filter = entry && keptFilterOf(entry);
  const existing = entry?.kind === 'filter' && entry.existing;
  // Those who belong already are let in for the first time: the audience begins anew, with nobody in it.
  const anew = existing && !entryExisting;
  if (entryAudience !== null && (!filter || anew)) await audiences.kept.drop(tx, workspaceId, entryAudience);
  if (!filter) return null;
  const before = anew ? null : entryAudience;
  const quiet = entry.kind === 'filter' && !(anew || (existing && before !== null));
  return audiences.kept.keep(tx, workspaceId, before, { name: `who enters the journey “${name}”`, filter, quiet });
}

/** Read from the row, and not from the versions that are kept: this may be one that is undone. */
async function liveEntry(tx: Tx, { id, version }: EntryRow): Promise<JourneyEntry | undefined> {
  const row = version === null ? undefined : await findVersion(tx, id, version);
  if (!row) return undefined;
  const definition: JourneyDefinition = journeyDefinition.parse(row.definition);
  return definition.entry;
}
