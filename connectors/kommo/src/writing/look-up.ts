import type { DueWrite, WriteOutcome } from '@tributary/connector-kit';
import type { Api } from '../rest/api.ts';
import { inChunks, list } from '../rest/lists.ts';
import { notesIn, tasksIn } from '../rest/records.ts';
import { bodyOf } from '../speech/writes.ts';
import type { Item } from './batch.ts';
import { done } from './outcomes.ts';

/**
 * Notes and tasks are written once, although Kommo takes no idempotency key
 * and keeps no `request_id`: one that may be there already is looked for by
 * what it says. That names it, since the text of a note carries the second of
 * what happened, and a task its due time to the second.
 *
 * What remains: Kommo still being at work on the first request while we look
 * (we wait ten seconds after an answer that did not come); somebody deleting
 * or rewording the note in between; and two events with the same words in the
 * same second on the same deal, of which one note may be left out.
 */
export interface LookUp {
  there: WriteOutcome[];
  missing: Item[];
}

interface Found {
  id: number;
  entityId: string;
  mark: string;
}

/** Clocks differ, by less than this. */
const clockSkew = 3_600;

/**
 * Only filters that Kommo documents for this list bound the search: the type
 * and the time of the last edit. `filter[entity_id]` is in wide use and not
 * among them, and filters Kommo does not know are ignored in silence. So it
 * may shorten the list, and nothing relies on it: rows of others do not
 * match. Newest first, until all are found or the list ends.
 */
export async function lookUpNotes(api: Api, path: string, items: readonly Item[], noteType: string): Promise<LookUp> {
  const marks = items.map((item) => ({ item, mark: textMark(bodyOf('note', item.writes[0]!).text) }));
  const earliest = Math.min(...items.map((item) => Date.parse(bodyOf('note', item.writes[0]!).at)));
  const from = Math.floor(earliest / 1000) - clockSkew;
  const query: [string, string][] = [
    ['filter[note_type][]', noteType],
    ['filter[updated_at][from]', String(Math.max(0, from))],
    ['order[id]', 'desc'],
  ];
  return await search(items, marks, 'filter[entity_id][]', async (filter, enough) => {
    const rows = await list(api, path, 'notes', [...filter, ...query], (some) => enough(notesFound(some)));
    return notesFound(rows);
  });
}

/** `filter[entity_id]` of tasks is documented, together with the type of the entity (Kommo, "Tasks"). */
export async function lookUpTasks(api: Api, items: readonly Item[]): Promise<LookUp> {
  const marks = items.map((item) => {
    const { text, completeTill } = bodyOf('task', item.writes[0]!);
    return { item, mark: `${completeTill} ${textMark(text)}` };
  });
  const query: [string, string][] = [
    ['filter[entity_type]', 'leads'],
    ['order[id]', 'desc'],
  ];
  return await search(items, marks, 'filter[entity_id][]', async (filter, enough) => {
    const rows = await list(api, '/tasks', 'tasks', [...filter, ...query], (some) => enough(tasksFound(some)));
    return tasksFound(rows);
  });
}

/** For writes that are the same done twice. */
export async function lookUpNothing(items: readonly Item[]): Promise<LookUp> {
  return { there: [], missing: [...items] };
}

type Ask = (filter: [string, string][], enough: (found: readonly Found[]) => boolean) => Promise<Found[]>;

async function search(
  items: readonly Item[],
  marks: readonly { item: Item; mark: string }[],
  filterKey: string,
  ask: Ask,
): Promise<LookUp> {
  const entities = [...new Set(items.map((item) => item.entity.id))];
  const there: WriteOutcome[] = [];
  const found = new Set<Item>();
  for (const filter of inChunks(entities, filterKey, entities.length)) {
    const asked = new Set(filter.map(([, id]) => id));
    const wanted = marks.filter(({ item }) => asked.has(item.entity.id));
    const rows = await ask(filter, (some) => matching(wanted, some).length === wanted.length);
    for (const { item, row } of matching(wanted, rows)) {
      found.add(item);
      there.push(...done(item.writes, String(row.id)));
    }
  }
  return { there, missing: items.filter((item) => !found.has(item)) };
}

/** Each row stands for one item: two equal notes are two rows. */
function matching(wanted: readonly { item: Item; mark: string }[], rows: readonly Found[]) {
  const left = new Set(rows);
  return wanted.flatMap(({ item, mark }) => {
    const row = [...left].find((one) => one.entityId === item.entity.id && one.mark === mark);
    if (!row) return [];
    left.delete(row);
    return [{ item, row }];
  });
}

function notesFound(rows: readonly unknown[]): Found[] {
  return notesIn(rows).map(({ id, entity_id, params }) => ({
    id,
    entityId: String(entity_id),
    mark: textMark(params?.text ?? ''),
  }));
}

function tasksFound(rows: readonly unknown[]): Found[] {
  return tasksIn(rows).map(({ id, entity_id, text, complete_till }) => ({
    id,
    entityId: String(entity_id),
    mark: `${complete_till} ${textMark(text ?? '')}`,
  }));
}

/**
 * Letters and digits only: what a CRM does to quotes, dashes, emoji, spaces
 * and HTML's special characters when it stores a text must not make a note
 * look like another one. Moments are letters and digits.
 */
function textMark(text: string): string {
  return text
    .replace(/&(?:[a-z]+|#x?[0-9a-f]+);/gi, ' ')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Writes an earlier try may have done are looked for first; the others are not. */
export function splitUncertain(items: readonly Item[]): { uncertain: Item[]; certain: Item[] } {
  const isUncertain = (item: Item) => item.writes.some((write: DueWrite) => write.uncertain);
  return { uncertain: items.filter(isUncertain), certain: items.filter((item) => !isUncertain(item)) };
}
