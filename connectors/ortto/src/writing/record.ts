import type { DueWrite, WriteTimes } from '@tributary/connector-kit';
import type { Fields } from '@tributary/model';
import { bodies, isTarget, type MergeBody } from '../speech/writes.ts';

/** One record of a request, and the write it stands for. */
export interface Record {
  write: DueWrite;
  /** The call, with all that is said once for a request: records that agree on it go together. */
  call: Call;
  /** As it stands in the list of the request. */
  body: object;
  /** What it says of the person, and when: of each field the latest word stays. */
  says: { fields: readonly string[]; at: number };
}

export interface Call {
  path: string;
  /** The list in the request, and in its answer. */
  list: 'people' | 'activities';
  shared: object;
}

/** A write as it is sent, or what has become of it without sending anything. */
export function recordOf(write: DueWrite, times: WriteTimes): Record | { why: string } | { done: string } {
  if (!isTarget(write.target)) return { why: `“${write.target}” is nobody` };
  if (write.kind === 'merge') {
    const body = bodies.merge.safeParse(write.body);
    return body.success ? mergeOf(write, body.data, times) : { why: `not a merge: ${body.error.message}` };
  }
  if (write.kind === 'activity') {
    const body = bodies.activity.safeParse(write.body);
    if (!body.success) return { why: `not an activity: ${body.error.message}` };
    const { activity: activity_id, attributes, fields, by: merge_by, at: created } = body.data;
    return {
      write,
      call: { path: '/activities/create', list: 'activities', shared: { merge_by, async: false } },
      // The same key at the same moment is recorded once (Ortto help, a-271), however often it is sent.
      body: { activity_id, attributes, fields, created, key: write.key },
      says: { fields: [], at: Date.parse(created) },
    };
  }
  return { why: `Ortto knows no “${write.kind}”` };
}

/** Merged twice it is the same; but not after a later word on the same field, which this one must not undo. */
function mergeOf(write: DueWrite, body: MergeBody, times: WriteTimes): Record | { done: string } {
  const at = Date.parse(body.at);
  const { by: merge_by, strategy, tags, unsetTags } = body;
  const isOvertaken = (id: string) => strategy === 2 && times.isOvertaken(write.target, id, at);
  const fields: Fields = Object.fromEntries(
    Object.entries(body.fields).filter(([id]) => merge_by.includes(id) || !isOvertaken(id)),
  );
  const late = Object.keys(body.fields).some((id) => !(id in fields));
  const isEmpty = Object.keys(fields).length === merge_by.length && tags.length + unsetTags.length === 0;
  if (late && isEmpty) return { done: 'overtaken by a later one' };
  const shared = { merge_by, merge_strategy: strategy, skip_non_existing: body.skipNonExisting, async: false };
  return {
    write,
    call: { path: '/person/merge', list: 'people', shared },
    body: {
      fields,
      ...(tags.length > 0 ? { tags } : {}),
      ...(unsetTags.length > 0 ? { unset_tags: unsetTags } : {}),
    },
    says: { fields: strategy === 2 ? Object.keys(fields) : [], at },
  };
}
