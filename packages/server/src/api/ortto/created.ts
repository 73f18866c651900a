import { timeIn } from '@tributary/model';

/** When it happened, where that is said. What is no time is one that nothing can have happened at: its record is told of it. */
export function createdOf({ created }: { created?: string | null | undefined }): { at?: Date } {
  if (created === undefined || created === null) return {};
  const read = timeIn(created);
  return { at: 'at' in read ? read.at : new Date(Number.NaN) };
}
