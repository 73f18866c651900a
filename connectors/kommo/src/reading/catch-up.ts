import type { Hint, Memory, Reading } from '@tributary/connector-kit';
import { list } from '../rest/lists.ts';
import { contactsIn, eventsIn, type KommoEvent, leadsIn } from '../rest/records.ts';
import { type CursorMemory, recallContacts, recallCursor, recallLeads } from './memory.ts';
import { readHints } from './read.ts';
import type { Reader } from './reader.ts';

/** Clocks differ, and Kommo may list what happened a little later. */
const overlap = 10 * 60;
/** Shorter spans are not cut any more, however much happened in them. */
const shortestSpan = 60;
/** More rows than this of one kind: the span is halved, so that neither memory nor pages run out. */
const mostRows = 5_000;
/** As many deals as one request takes. */
const leadsAtOnce = 200;
/** A page of events is shorter than other pages (amoCRM, "Events"). */
const eventsPage = 100;
/** An account may forbid its events (402, 403): then what is there now has to do. */
const mayRefuse = [402, 403];

interface Span {
  from: number;
  to: number;
}

/**
 * What no webhook told, since the last time: from the account's events, which
 * say by which stages each deal came (`lead_status_changed`), what was deleted and which tasks are done, and from the
 * deals and contacts edited since, for everything else. Made into hints, they
 * are read as those of webhooks are. What was told already is remembered, so
 * that a move is recorded once whoever tells of it.
 */
export async function* catchUp(reader: Reader, memory: Memory): AsyncGenerator<Reading> {
  const now = Math.floor(reader.tools.now().getTime() / 1000);
  const cursor = await recallCursor(memory);
  if (!cursor) {
    yield upTo({ since: now, upTo: now });
    return;
  }
  let from = Math.max(cursor.since, cursor.upTo - overlap);
  let to = now;
  while (from <= now) {
    const happened = await readSpan(reader, { from, to });
    if (happened === 'too much') {
      to = from + Math.floor((to - from) / 2);
      continue;
    }
    yield* readAll(reader, await news(happened, memory), memory);
    yield upTo({ since: cursor.since, upTo: to });
    from = to + 1;
    to = now;
  }
}

function upTo(cursor: CursorMemory): Reading {
  return { items: [], remember: [{ kind: 'cursor', key: 'events', value: { ...cursor } }] };
}

interface Happened {
  events: KommoEvent[];
  leads: ReturnType<typeof leadsIn>;
  contacts: ReturnType<typeof contactsIn>;
}

async function readSpan({ api, tools }: Reader, span: Span): Promise<Happened | 'too much'> {
  const isTooMuch = (rows: readonly unknown[]) => rows.length >= mostRows;
  const edited = (path: string, name: string, more: [string, string][]) =>
    list(api, path, name, [...within('updated_at', span), ...more], isTooMuch);
  const [events, leads, contacts] = await Promise.all([
    list(
      api,
      '/events',
      'events',
      [
        ['filter[type][]', 'lead_added'],
        ['filter[type][]', 'lead_status_changed'],
        ['filter[type][]', 'lead_deleted'],
        ['filter[type][]', 'lead_restored'],
        ['filter[type][]', 'contact_deleted'],
        ['filter[type][]', 'task_completed'],
        ['filter[entity][]', 'lead'],
        ['filter[entity][]', 'contact'],
        ['filter[entity][]', 'task'],
        ...within('created_at', span),
      ],
      isTooMuch,
      { size: eventsPage, also: mayRefuse },
    ),
    edited('/leads', 'leads', [['with', 'contacts']]),
    edited('/contacts', 'contacts', []),
  ]);
  if ([events, leads, contacts].some(isTooMuch)) {
    if (span.to - span.from > shortestSpan) return 'too much';
    tools.log('More happened in a minute than can be read: some of it may be missed', { ...span });
  }
  const isIn = (at: number) => at >= span.from && at <= span.to;
  // A filter Kommo does not know is ignored in silence.
  return {
    events: eventsIn(events).filter((event) => isIn(event.created_at)),
    leads: leadsIn(leads).filter((lead) => isIn(lead.updated_at)),
    contacts: contactsIn(contacts).filter((contact) => contact.updated_at != null && isIn(contact.updated_at)),
  };
}

function within(key: string, { from, to }: Span): [string, string][] {
  return [
    [`filter[${key}][from]`, String(from)],
    [`filter[${key}][to]`, String(to)],
  ];
}

/** The hints, by whom they are about, of those who are not as they are remembered. */
async function news({ events, leads, contacts }: Happened, memory: Memory): Promise<Hint[][]> {
  const ofTasks = events.filter(({ type }) => type === 'task_completed');
  const ofContacts = events.filter(({ type }) => type === 'contact_deleted');
  const ofLeads = events.filter((event) => !ofTasks.includes(event) && !ofContacts.includes(event));
  const moved = Map.groupBy(dedupe(ofLeads), (event) => String(event.entity_id));
  const known = await recallLeads(memory, [...new Set([...moved.keys(), ...leads.map(({ id }) => String(id))])]);
  const hints = new Map<string, Hint[]>();
  for (const [id, all] of moved) {
    const updatedAt = known.get(id)?.updatedAt ?? 0;
    if (all.some((event) => event.created_at >= updatedAt)) hints.set(`lead ${id}`, all.map(eventHint));
  }
  for (const lead of leads) {
    const place = `lead ${lead.id}`;
    const before = known.get(String(lead.id));
    const isAsBefore = before && before.contactId !== null && before.updatedAt >= lead.updated_at;
    const wasDeleted = before?.deletedAt !== undefined;
    if (hints.has(place) || (isAsBefore && wasDeleted === (lead.is_deleted === true))) continue;
    hints.set(place, [{ kind: 'lead', id: String(lead.id), said: { action: 'update' } }]);
  }
  const people = await recallContacts(
    memory,
    contacts.map(({ id }) => String(id)),
  );
  for (const contact of contacts) {
    const before = people.get(String(contact.id));
    if (before && before.readAt > ((contact.updated_at ?? 0) + overlap) * 1000) continue;
    hints.set(`contact ${contact.id}`, [{ kind: 'contact', id: String(contact.id), said: { action: 'update' } }]);
  }
  for (const { entity_id } of ofContacts)
    hints.set(`contact ${entity_id}`, [{ kind: 'contact', id: String(entity_id), said: { action: 'delete' } }]);
  for (const { entity_id } of ofTasks)
    hints.set(`task ${entity_id}`, [{ kind: 'task', id: String(entity_id), said: { action: 'done' } }]);
  return [...hints.values()];
}

/** Rows that come in while pages are read push others onto the next page, where they are seen again. */
function dedupe(events: readonly KommoEvent[]): KommoEvent[] {
  return [...new Map(events.map((event) => [event.id, event])).values()];
}

/** As a webhook would have told it, with the event's id as a mark. */
function eventHint({ id, type, entity_id, created_at, value_before, value_after }: KommoEvent): Hint {
  const hint = { kind: 'lead', id: String(entity_id) };
  const [before, after] = [value_before[0]?.lead_status, value_after[0]?.lead_status];
  const done = { lead_deleted: 'delete', lead_restored: 'restore' }[type];
  if (done) return { ...hint, said: { action: done, updated_at: String(created_at) } };
  if (type === 'lead_added' || !after) return { ...hint, said: { action: 'add', updated_at: String(created_at) } };
  return {
    ...hint,
    said: {
      ...{ action: 'status', event: id, updated_at: String(created_at) },
      ...{ status_id: String(after.id), pipeline_id: String(after.pipeline_id) },
      ...(before ? { old_status_id: String(before.id), old_pipeline_id: String(before.pipeline_id) } : {}),
    },
  };
}

async function* readAll(reader: Reader, hints: readonly Hint[][], memory: Memory): AsyncGenerator<Reading> {
  for (let i = 0; i < hints.length; i += leadsAtOnce) {
    yield await readHints(reader, hints.slice(i, i + leadsAtOnce).flat(), memory);
  }
}
