import type { Backfilled, Memory, Reading, Remembered } from '@tributary/connector-kit';
import type { IntakeItem } from '@tributary/model';
import { z } from 'zod';
import { personFields } from '../provides.ts';
import { onePage } from '../rest/lists.ts';
import { contactsIn, type KommoLead, leadsIn } from '../rest/records.ts';
import { contactItem, contactMemoryOf } from './contact.ts';
import { recallContacts, recallLeads } from './memory.ts';
import { overtaken } from './overtaken.ts';
import { readHints } from './read.ts';
import type { Reader } from './reader.ts';

/** Of deals no more than one request takes by their ids, for they are read again with their contacts. */
const sizes = { contacts: 250, leads: 200 } as const;

/** A page of the contacts, or of the deals: by the second in which its rows were edited, the oldest first. */
const place = z.object({
  of: z.enum(['contacts', 'leads']),
  from: z.number().int(),
  /** So many of these rows were seen. */
  skip: z.number().int(),
  /** Whatever is edited later is told of anyway. */
  upTo: z.number().int(),
  /** Told so far. */
  contacts: z.number(),
  leads: z.number(),
});
type Place = z.infer<typeof place>;

/**
 * One page of the contacts, and after these of the deals, that were there before the account was connected. Those that
 * are remembered are passed over. Pages begin where rows were edited: one that is edited meanwhile comes later, and none
 * is missed because another was deleted.
 */
export async function backfill(
  reader: Reader,
  from: Remembered['value'] | undefined,
  memory: Memory,
): Promise<Backfilled> {
  const upTo = Math.floor(reader.tools.now().getTime() / 1000);
  const at: Place = from ? place.parse(from) : { of: 'contacts', from: 0, skip: 0, upTo, contacts: 0, leads: 0 };
  // Fewer where Kommo was slow; some are seen again then.
  const size = Math.min(sizes[at.of], reader.api.rows.now());
  const page = Math.floor(at.skip / size) + 1;
  const { rows, more } = await onePage(reader.api, `/${at.of}`, at.of, within(at), { size, page });
  const { reading, told, editedAt } = await (at.of === 'contacts' ? tellContacts : tellLeads)(reader, rows, memory);
  const so = { ...at, [at.of]: at[at.of] + told };
  const next = more
    ? after({ ...so, skip: page * size }, editedAt)
    : at.of === 'contacts'
      ? { ...so, of: 'leads' as const, from: 0, skip: 0 }
      : undefined;
  const [contacts, leads] = [so.contacts, so.leads].map((n) => n.toLocaleString('en'));
  return { reading, next, told: `${contacts} contacts, ${leads} deals` };
}

function within({ of, from, upTo }: Place): [string, string][] {
  return [
    ['filter[updated_at][from]', String(from)],
    ['filter[updated_at][to]', String(upTo)],
    ['order[updated_at]', 'asc'],
    ...(of === 'leads' ? [['with', 'contacts'] satisfies [string, string]] : []),
  ];
}

/** Kommo ignores what it does not know in silence: where rows are not as they were asked for, they are counted. */
function after(at: Place, editedAt: readonly number[]): Place {
  const isAsAsked = editedAt.every((edited, i) => edited >= (editedAt[i - 1] ?? at.from) && edited <= at.upTo);
  const last = editedAt.at(-1);
  return isAsAsked && last !== undefined && last > at.from ? { ...at, from: last, skip: 0 } : at;
}

interface Page {
  reading: Reading;
  /** How many of them were not known yet. */
  told: number;
  /** When each was edited, in their order. */
  editedAt: number[];
}

async function tellContacts({ tools }: Reader, rows: readonly unknown[], memory: Memory): Promise<Page> {
  const contacts = contactsIn(rows);
  const known = await recallContacts(
    memory,
    contacts.map(({ id }) => String(id)),
  );
  const fresh = contacts
    .filter(({ id }) => !known.has(String(id)))
    .map((contact) => ({ id: contact.id, now: contactMemoryOf(contact, tools.now()) }));
  return {
    reading: {
      items: fresh.map(({ id, now }) => contactItem(id, now)),
      remember: fresh.map(({ id, now }) => ({ kind: 'contact', key: String(id), value: now })),
    },
    told: fresh.length,
    editedAt: contacts.map(({ updated_at }) => updated_at ?? 0),
  };
}

/** As if each had been edited: of a deal never seen that tells what it is, and no move. */
async function tellLeads(reader: Reader, rows: readonly unknown[], memory: Memory): Promise<Page> {
  const leads = leadsIn(rows);
  const known = await recallLeads(
    memory,
    leads.map(({ id }) => String(id)),
  );
  const fresh = leads.filter(({ id }) => !known.has(String(id)));
  return {
    reading: fresh.length > 0 ? await readFresh(reader, fresh, memory) : { items: [], remember: [] },
    told: fresh.length,
    editedAt: leads.map(({ updated_at }) => updated_at),
  };
}

async function readFresh(reader: Reader, leads: readonly KommoLead[], memory: Memory): Promise<Reading> {
  const hints = leads.map(({ id }) => ({ kind: 'lead', id: String(id), said: { action: 'update' } }));
  const [{ items, remember }, late] = await Promise.all([
    readHints(reader, hints, memory),
    overtaken(reader, leads, memory),
  ]);
  return { items: items.map((item) => (late.has(leadIn(item)) ? withoutDeal(item) : item)), remember };
}

const { contactId: _, ...ofDeal } = personFields;
const dealIds: ReadonlySet<string> = new Set(Object.values(ofDeal).map(({ id }) => id));

const leadIn = ({ fields }: IntakeItem): string => String(fields[personFields.leadId.id]);

/** Who shows a later deal goes on to. */
function withoutDeal(item: IntakeItem): IntakeItem {
  return { ...item, fields: Object.fromEntries(Object.entries(item.fields).filter(([id]) => !dealIds.has(id))) };
}
