import type { PeopleRecorded } from './news.ts';
import type { Subject } from './resolve.ts';

const WITH_SEEN = ['f', 'l'];
const WITH_TAGS = ['tags', 'u4s::t'];

/** That nobody has their address. */
export const HARD_BOUNCED = 'bol::hb';

/** The fields that may have changed, those the server keeps included; none are named where somebody is new. */
export function fieldsTouched(subjects: readonly Subject[]): Pick<PeopleRecorded, 'fields' | 'seen' | 'unmarked'> {
  const unmarked = subjects
    .filter(({ before, row }) => before[HARD_BOUNCED] === true && row.fields[HARD_BOUNCED] !== true)
    .map(({ row }) => row.id);
  return { ...touchedAndSeen(subjects), ...(unmarked.length > 0 ? { unmarked } : {}) };
}

function touchedAndSeen(subjects: readonly Subject[]): Pick<PeopleRecorded, 'fields' | 'seen'> {
  const touched = new Set<string>();
  const seenAgain: NonNullable<PeopleRecorded['seen']> = [];
  const touch = (ids: readonly string[]): void => {
    for (const id of ids) touched.add(id);
  };
  for (const { row, was, before, isNew, changed, seen } of subjects) {
    if (isNew || !was) return {};
    if (seen) {
      touch(WITH_SEEN);
      const isFirst = !was.lastSeenAt || !isSame(was.firstSeenAt, row.firstSeenAt);
      seenAgain.push([row.id, isFirst ? null : was.lastSeenAt!.getTime(), row.lastSeenAt!.getTime()]);
    }
    if (!changed) continue;
    touched.add('e');
    if (!isSame(was.subscribedAt, row.subscribedAt)) touched.add('s');
    if (!isSame(was.unsubscribedAt, row.unsubscribedAt)) touched.add('u');
    if (row.tags !== was.tags) touch(WITH_TAGS);
    touch(Object.keys(row.fields).filter((id) => row.fields[id] !== before[id]));
    touch(Object.keys(before).filter((id) => !Object.hasOwn(row.fields, id)));
  }
  return { fields: [...touched], seen: seenAgain };
}

const isSame = (a: Date | null, b: Date | null): boolean => a?.getTime() === b?.getTime();
