import type { WriteOutcome } from '@tributary/connector-kit';
import { type Entity, listNames, targetOf } from '../entity.ts';
import type { Complaint } from '../rest/problem.ts';
import { type Item, type Repair, refusal, sendAll } from './batch.ts';
import type { Change } from './change.ts';
import { lookUpNothing } from './look-up.ts';
import { failed } from './outcomes.ts';
import type { Writer } from './writer.ts';

interface ChangeItem extends Item {
  changes: readonly Change[];
}

/**
 * All that is to be different about a deal or a contact is one item of a
 * request, and many of them one request. What Kommo does not take of it is
 * taken out, with its reason, and does not cost the rest.
 */
export async function* writeChanges(
  writer: Writer,
  kind: Entity['kind'],
  changes: readonly Change[],
): AsyncGenerator<WriteOutcome[]> {
  const byEntity = Map.groupBy(changes, ({ entity }) => targetOf(entity));
  const items = [...byEntity].map(([target, all]) => itemOf(target.replace(':', '-'), all));
  const name = listNames[kind];
  for await (const outcomes of sendAll(
    {
      ...{ api: writer.api, tools: writer.tools, method: 'PATCH', path: `/${name}`, name },
      ...{ size: writer.sizes[name], appends: false, lookUp: lookUpNothing },
      // A stage that somebody has moved on from meanwhile must not be taken back.
      mayRepeat: (item) => changesOf(item).every(({ part }) => 'field' in part),
      repair: (item, complaints) => repair(item, complaints),
    },
    items,
  )) {
    remember(writer, changes, outcomes);
    yield outcomes;
  }
}

function itemOf(requestId: string, changes: readonly Change[]): ChangeItem {
  const { entity } = changes[0]!;
  return {
    ...{ requestId, entity, changes },
    writes: changes.flatMap(({ writes }) => writes),
    body: () => bodyOf(entity, changes),
  };
}

function bodyOf({ id }: Entity, changes: readonly Change[]): Record<string, unknown> {
  const fields = changes.flatMap(({ part }) => ('field' in part ? [part.field] : []));
  const own = changes.flatMap(({ part }) => ('own' in part ? [part.own] : []));
  return Object.assign({ id: Number(id) }, ...own, fields.length > 0 ? { custom_fields_values: fields } : {});
}

function changesOf(item: Item): readonly Change[] {
  return (item as ChangeItem).changes;
}

/**
 * What is complained of is looked up anew, and goes again where that is news;
 * else it fails. A complaint about nothing that was sent is found out by
 * sending each change alone.
 */
async function repair(item: Item, complaints: readonly Complaint[]): Promise<Repair | undefined> {
  const changes = changesOf(item);
  if (complaints.some(({ path }) => path === 'id')) return undefined;
  const complaintAbout = (change: Change) => complaints.find(({ path }) => isAbout(path, change, changes));
  if (!changes.some(complaintAbout)) {
    if (changes.length === 1) return undefined;
    return { failed: [], again: changes.map((change, i) => itemOf(`${item.requestId}-${i}`, [change])) };
  }
  const fine: Change[] = [];
  const outcomes: WriteOutcome[] = [];
  for (const change of changes) {
    const complaint = complaintAbout(change);
    const part = complaint ? await change.again() : change.part;
    if ('why' in part) outcomes.push(...failed(change.writes, part.why));
    else if (complaint && JSON.stringify(part) === JSON.stringify(change.part))
      outcomes.push(...failed(change.writes, refusal(complaint)));
    else fine.push({ ...change, part });
  }
  return { failed: outcomes, again: fine.length > 0 ? [itemOf(item.requestId, fine)] : [] };
}

/** `custom_fields_values.1.values.0.value` is about the second of the fields; `status_id` about who sent it. */
function isAbout(path: string, change: Change, changes: readonly Change[]): boolean {
  const [head = '', place] = path.split('.');
  if ('own' in change.part) return Object.hasOwn(change.part.own, head);
  if (head !== 'custom_fields_values') return false;
  const fields = changes.filter(({ part }) => 'field' in part);
  return place === undefined || fields[Number(place)] === change;
}

function remember(writer: Writer, changes: readonly Change[], outcomes: readonly WriteOutcome[]): void {
  const done = new Set(outcomes.filter((one) => one.done).map((one) => one.id));
  for (const { entity, about, at, writes } of changes)
    if (writes.some(({ id }) => done.has(id))) writer.times.wrote(targetOf(entity), about, at);
}
