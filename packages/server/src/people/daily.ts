import type { Tx } from '../platform/database/pool.ts';
import type { CheckedItem } from './check.ts';
import type { Subject } from './resolve.ts';
import { countByDay, findKeyed, type KeyedOfPerson, type PersonDay } from './store/daily.sql.ts';

/** How many activities of a kind are taken of a person and a day. */
export interface DailyLimit {
  activities: number;
  /** Told of each that was not taken. */
  refused(): void;
}

/** Counts what the items of a batch do, on top of what their people have done. */
export interface DayCounts {
  /** Whether what the item does is taken, and counts it. One that is there already by its key is taken: it is that one. */
  takes(item: CheckedItem, subject: Subject): Promise<boolean>;
}

const DAY_MS = 24 * 3600 * 1000;

/**
 * For items of which only so many are taken: what their people, whose rows are
 * locked, have done on those days, midnight to midnight UTC, by the moment it happened. One
 * statement for all of them, two where some have keys; none where no item is limited.
 */
export async function countDays(
  tx: Tx,
  limit: DailyLimit,
  now: Date,
  items: readonly CheckedItem[],
  subjectOf: (item: CheckedItem) => Subject | undefined,
): Promise<DayCounts | undefined> {
  const limited = items.filter((item) => item.limited && item.activity);
  if (limited.length === 0) return undefined;
  const definitionIds = [...new Set(limited.map((item) => item.definitionId!))];
  const counts = new Map<string, number>();
  const asked = new Set<string>();
  const there = new Set<string>();
  const momentOf = (item: CheckedItem): Date => item.activity!.at ?? now;
  const keyedOf = (item: CheckedItem, { row }: Subject, key: string): KeyedOfPerson => ({
    personId: row.id,
    definitionId: item.definitionId!,
    at: momentOf(item),
    key,
  });

  const ask = async (wanted: readonly { item: CheckedItem; subject: Subject }[]): Promise<void> => {
    const days = new Map<string, PersonDay>();
    for (const { item, subject } of wanted) {
      const from = dayOf(momentOf(item));
      const day = { personId: subject.row.id, from, to: new Date(from.getTime() + DAY_MS) };
      days.set(dayText(day), day);
    }
    const keyed = wanted.flatMap(({ item, subject }) =>
      item.activity!.key === undefined ? [] : [keyedOf(item, subject, item.activity!.key)],
    );
    // Sent together: one round trip.
    const [counted, found] = await Promise.all([
      countByDay(tx, [...days.values()], definitionIds),
      findKeyed(tx, keyed),
    ]);
    for (const text of days.keys()) asked.add(text);
    for (const row of counted) counts.set(countText({ ...row, from: row.day }), row.count);
    for (const row of found) there.add(keyText(row));
  };
  await ask(
    limited.flatMap((item) => {
      const subject = subjectOf(item);
      return subject ? [{ item, subject }] : [];
    }),
  );

  return {
    async takes(item, subject) {
      if (!item.limited || !item.activity) return true;
      const { id: personId } = subject.row;
      const day = { personId, from: dayOf(momentOf(item)), definitionId: item.definitionId! };
      // Somebody else than it seemed, by what the items before it have changed.
      if (!subject.isNew && !asked.has(dayText(day))) await ask([{ item, subject }]);
      const { key } = item.activity;
      if (key !== undefined && there.has(keyText(keyedOf(item, subject, key)))) return true;
      const count = counts.get(countText(day)) ?? 0;
      if (count >= limit.activities) {
        limit.refused();
        return false;
      }
      counts.set(countText(day), count + 1);
      if (key !== undefined) there.add(keyText(keyedOf(item, subject, key)));
      return true;
    },
  };
}

function dayOf(moment: Date): Date {
  return new Date(Math.floor(moment.getTime() / DAY_MS) * DAY_MS);
}

const dayText = (day: { personId: string; from: Date }): string => `${day.personId} ${day.from.getTime()}`;
const countText = (day: { personId: string; from: Date; definitionId: number }): string =>
  `${dayText(day)} ${day.definitionId}`;
const keyText = (of: KeyedOfPerson): string => `${of.personId} ${of.definitionId} ${of.at.getTime()} ${of.key}`;
