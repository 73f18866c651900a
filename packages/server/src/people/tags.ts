import type { Tx } from '../platform/database/pool.ts';
import type { CheckedItem } from './check.ts';
import { builtInHappening, type Happening } from './happening.ts';
import type { Subject } from './resolve.ts';
import type { Schema } from './schema.ts';
import { findTags, upsertTags } from './store/tag.sql.ts';

/** Adds and removes tags. Returns what that adds to the timelines; a tag that is there, or not there, is no event. */
export async function applyTags(
  tx: Tx,
  of: { workspaceId: number; schema: Schema; now: Date },
  tagged: readonly { subject: Subject; item: CheckedItem }[],
): Promise<Happening[]> {
  const wanted = await upsertTags(
    tx,
    of.workspaceId,
    tagged.flatMap(({ item }) => item.tags ?? []),
    of.now,
  );
  const unwanted = await findTags(
    tx,
    of.workspaceId,
    tagged.flatMap(({ item }) => item.unsetTags ?? []),
  );
  return tagged.flatMap(({ subject, item }) => {
    const { added, removed } = retag(subject, item, wanted, unwanted);
    const event = (activityId: string) => (name: string) =>
      builtInHappening(subject, { activityId, attributes: { 'str::n': name } }, item.source, of);
    return [...added.map(event('act::ta')), ...removed.map(event('act::tr'))];
  });
}

/** Gives and takes tags; one that is given and taken, is taken. Returns the names of those that were not there before, and of those that were. */
export function retag(
  subject: { row: { tags: number[] }; changed: boolean },
  item: Pick<CheckedItem, 'tags' | 'unsetTags'>,
  wanted: ReadonlyMap<string, number>,
  unwanted: ReadonlyMap<string, number>,
): { added: string[]; removed: string[] } {
  // By number, as names that differ in case only are one tag.
  const before = new Set(subject.row.tags);
  const added = new Map((item.tags ?? []).map((name) => [wanted.get(name)!, name]));
  const removed = new Map((item.unsetTags ?? []).map((name) => [unwanted.get(name), name]));
  for (const tag of [...before, ...removed.keys()]) added.delete(tag as number);
  for (const tag of removed.keys()) if (tag === undefined || !before.has(tag)) removed.delete(tag);
  if (added.size + removed.size > 0) {
    subject.row.tags = [...subject.row.tags.filter((tag) => !removed.has(tag)), ...added.keys()];
    subject.changed = true;
  }
  return { added: [...added.values()], removed: [...removed.values()] };
}
