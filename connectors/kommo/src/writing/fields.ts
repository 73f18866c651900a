import { type Entity, words } from '../entity.ts';
import { express, type Given } from '../rest/values.ts';
import { type FindField, isOurs } from '../set-up/fields.ts';
import { bodyOf } from '../speech/writes.ts';
import { latestOf, once, type Part, type Placed, type Plan } from './change.ts';
import { failed } from './outcomes.ts';
import type { Addressed, Writer } from './writer.ts';

type FieldPart = Extract<Part, { field: unknown }>;

/**
 * Custom fields of deals or contacts: only those meant, so that what people and
 * other integrations write at the same time stays as it is (amoCRM SDK, issue
 * 252). What can not be written, for want of the field or for its type, fails
 * alone.
 */
export async function planFields(writer: Writer, kind: Entity['kind'], writes: readonly Addressed[]): Promise<Plan> {
  if (writes.length === 0) return { settled: [], changes: [] };
  const asked = writes.map(({ write, entity }) => ({ write, entity, ...bodyOf('field', write) }));
  const look = (find: FindField) => asked.map(({ field, value }) => partOf(find, kind, field, value));
  const lacks = (find: FindField) => look(find).some((part) => 'why' in part);
  let find = await writer.fields.finder(kind, lacks);
  const forget = once(writer.fields.forget);
  // What looks impossible may only be outdated: somebody deleted one of our fields, and it can be made again.
  const mayBeMade = (name: string) => kind === 'lead' && isOurs(name);
  if (asked.some(({ field, value }) => mayBeMade(field) && 'why' in partOf(find, kind, field, value))) {
    forget();
    find = await writer.fields.finder(kind, lacks);
  }

  const settled: Plan['settled'] = [];
  const placed: Placed<{ part: FieldPart; field: string; value: Given }>[] = [];
  for (const [i, part] of look(find).entries()) {
    const { write, entity, field, value, at } = asked[i]!;
    if ('why' in part) settled.push(...failed([write], part.why));
    else
      placed.push({
        ...{ write, entity, about: `field ${part.field.field_id}`, at: Date.parse(at) },
        wanted: { part, field, value },
      });
  }
  const { settled: overtaken, latest } = latestOf(placed, writer.times);
  return {
    settled: [...settled, ...overtaken],
    changes: latest.map(({ wanted: { part, field, value }, ...rest }) => ({
      ...{ ...rest, part },
      async again() {
        forget();
        return partOf(await writer.fields.finder(kind, () => false), kind, field, value);
      },
    })),
  };
}

function partOf(find: FindField, kind: Entity['kind'], name: string, value: Given): FieldPart | { why: string } {
  const field = find(name);
  if ('why' in field) return field;
  const expressed = express(field, value);
  if ('why' in expressed) return { why: `the ${words[kind]} field “${field.name}” ${expressed.why}` };
  return { field: { field_id: field.id, values: expressed.values } };
}
