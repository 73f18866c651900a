import type { Tx } from '../platform/database/pool.ts';
import type { CheckedItem } from './check.ts';
import { builtInHappening, type Happening } from './happening.ts';
import type { Subject } from './resolve.ts';
import type { Schema } from './schema.ts';
import { upsertTags } from './store/tag.sql.ts';

/** Adds and removes tags. Returns what that adds to the timelines; a tag that is there, or not there, is no event. */
export async function applyTags(
  tx: Tx,
  of: { workspaceId: number; schema: Schema; now: Date },
  tagged: readonly { subject: Subject; item: CheckedItem }[],
): Promise<Happening[]> {
  const names = tagged.flatMap(({ item }) => [...(item.tags ?? []), ...(item.unsetTags ?? [])]);
  const numbers = await upsertTags(tx, of.workspaceId, names, of.now);
  return tagged.flatMap(({ subject, item }) => {
    const numberOf = (name: string): number => numbers.get(name.toLowerCase())!;
    const has = (name: string): boolean => subject.row.tags.includes(numberOf(name));
    const added = [...new Set(item.tags ?? [])].filter((name) => !has(name));
    const removed = [...new Set(item.unsetTags ?? [])].filter(has);
    if (added.length + removed.length === 0) return [];
    const gone = new Set(removed.map(numberOf));
    subject.row.tags = [...subject.row.tags.filter((tag) => !gone.has(tag)), ...added.map(numberOf)];
    subject.changed = true;
    const event = (activityId: string) => (name: string) =>
      builtInHappening(subject, { activityId, attributes: { 'str::n': name } }, item.source, of);
    return [...added.map(event('act::ta')), ...removed.map(event('act::tr'))];
  });
}
