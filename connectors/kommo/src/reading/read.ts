import type { Hint, Memory, Reading, Remembered, Tools } from '@tributary/connector-kit';
import type { IntakeItem } from '@tributary/model';
import type { Api } from '../rest/api.ts';
import { byIds } from '../rest/lists.ts';
import { contactsIn, leadsIn } from '../rest/records.ts';
import { contactMemoryOf, personOf, sameContact } from './contact.ts';
import { changeOf, type LeadChange, leadFields, leadMemoryOf, stageChange } from './lead.ts';
import { type LeadHint, leadHints } from './lead-hint.ts';
import { type ContactMemory, recallAccount, recallContacts, recallLeads } from './memory.ts';
import { type Echoes, nothingNew } from './nothing-new.ts';
import type { createStages } from './stages.ts';

export interface Reader {
  api: Api;
  tools: Tools;
  stages: ReturnType<typeof createStages>;
  echoes: Echoes;
}

/**
 * A contact read so recently is not read again for its deal, unless a hook said
 * that it changed: at seven requests a second, each one saved halves what the
 * next stage change has to wait for under load.
 */
const contactFreshFor = 10 * 60_000;

/**
 * Reads what the hints point at: at most one request for the leads, one for
 * their contacts and now and then one for the stages' names, whatever the
 * number of hints (up to some 200). REST is the truth: a late or repeated hook
 * finds what is remembered and gives nothing.
 */
export async function readHints(reader: Reader, given: readonly Hint[], memory: Memory): Promise<Reading> {
  const accountId = await recallAccount(memory);
  const hints = given.filter((hint) => isOurs(reader, hint, accountId));
  const changes = await readLeads(reader, leadHints(hints), memory);
  const hinted = hintedContacts(hints);
  const touched = changes.filter((change) => change.touched);
  const [contacts, nameOf] = await Promise.all([
    readContacts(reader, { hinted, forLeads: contactIdsOf(touched) }, memory),
    namesFor(reader, touched),
  ]);

  const remember: Remembered[] = [];
  const items: IntakeItem[] = [];
  const told = new Set<number>();
  const now = reader.tools.now();
  for (const change of changes) {
    const { lead, contactId, moved } = change;
    const contact = contactId === undefined ? undefined : contacts.now.get(contactId);
    const recorded = !change.touched || contact !== undefined;
    remember.push({ kind: 'lead', key: String(lead.id), value: leadMemoryOf(change, recorded) });
    if (!change.touched) continue;
    if (contactId === undefined || !contact) {
      reader.tools.log('A deal without a contact: nothing recorded until it has one', { lead: lead.id });
      continue;
    }
    const { who, fields } = personOf(contactId, contact);
    const activity = moved ? { activity: stageChange(change, nameOf, now) } : {};
    items.push({ who, fields: { ...fields, ...leadFields(lead, nameOf) }, source: 'Kommo', strategy: 2, ...activity });
    told.add(contactId);
  }
  for (const contactId of contacts.changed) {
    const contact = contacts.now.get(contactId);
    if (contact && !told.has(contactId)) items.push({ ...personOf(contactId, contact), source: 'Kommo', strategy: 2 });
  }
  for (const id of contacts.read) {
    const value = contacts.now.get(id);
    // A contact that is gone is remembered as nothing, so that it is not taken for fresh.
    remember.push({ kind: 'contact', key: String(id), value: value ?? {} });
  }
  const [named] = changes.flatMap(({ lead }) => lead.account_id ?? []);
  if (named !== undefined && named !== accountId) remember.push({ kind: 'account', key: 'self', value: { id: named } });
  return { items, remember };
}

/** Who guesses the webhook's address may send anything; hooks of an account that is not ours are at best a mistake. */
function isOurs({ tools }: Reader, hint: Hint, accountId: number | undefined): boolean {
  const { account_id } = hint.said;
  const ours = accountId === undefined || account_id === undefined || account_id === String(accountId);
  if (!ours) tools.log('A webhook of another Kommo account was dropped', { account: account_id, ours: accountId });
  return ours;
}

async function readLeads(
  { api, tools, echoes }: Reader,
  hints: readonly LeadHint[],
  memory: Memory,
): Promise<LeadChange[]> {
  const known = await recallLeads(
    memory,
    hints.map((hint) => hint.id),
  );
  const wanted = hints.filter((hint) => !nothingNew(hint, known.get(hint.id), echoes.wroteJustNow(hint.id)));
  const asked = new Map(wanted.map((hint) => [hint.id, hint]));
  const leads = leadsIn(await byIds(api, '/leads', 'leads', [...asked.keys()], [['with', 'contacts']]));
  const changes = leads.flatMap((lead) => {
    const hint = asked.get(String(lead.id));
    asked.delete(String(lead.id));
    return hint ? [changeOf(lead, hint, known.get(hint.id))] : [];
  });
  if (asked.size > 0) tools.log('Deals that can not be read: deleted, or not visible', { leads: [...asked.keys()] });
  // Oldest first, so that of several deals of one person the one that moved last is the one the person shows.
  return changes.sort((a, b) => a.lead.updated_at - b.lead.updated_at || a.lead.id - b.lead.id);
}

function hintedContacts(hints: readonly Hint[]): number[] {
  return [...new Set(hints.filter((hint) => hint.kind === 'contact').map((hint) => Number(hint.id)))];
}

function contactIdsOf(changes: readonly LeadChange[]): number[] {
  return changes.flatMap(({ contactId }) => contactId ?? []);
}

async function readContacts(
  { api, tools }: Reader,
  wanted: { hinted: readonly number[]; forLeads: readonly number[] },
  memory: Memory,
): Promise<{ now: Map<number, ContactMemory>; read: number[]; changed: number[] }> {
  const ids = [...new Set([...wanted.hinted, ...wanted.forLeads])];
  const known = await recallContacts(memory, ids.map(String));
  const now = tools.now();
  const isFresh = (id: number) => {
    const contact = known.get(String(id));
    // Without an e-mail nothing can be sent, so the next look may be the one that finds it.
    if (!contact?.email || wanted.hinted.includes(id)) return false;
    return Math.abs(now.getTime() - contact.readAt) < contactFreshFor;
  };
  const read = ids.filter((id) => !isFresh(id));
  const current = new Map<number, ContactMemory>();
  for (const id of ids) {
    const contact = known.get(String(id));
    if (contact && isFresh(id)) current.set(id, contact);
  }
  const asked = new Set(read);
  for (const contact of contactsIn(await byIds(api, '/contacts', 'contacts', read.map(String)))) {
    if (asked.has(contact.id)) current.set(contact.id, contactMemoryOf(contact, now));
  }
  const changed = wanted.hinted.filter((id) => {
    const before = known.get(String(id));
    const after = current.get(id);
    return after && !(before && sameContact(before, after));
  });
  return { now: current, read, changed };
}

async function namesFor({ stages }: Reader, touched: readonly LeadChange[]) {
  if (touched.length === 0) return () => ({ stage: '', pipeline: '' });
  return await stages.namesFor(
    touched.flatMap(({ lead, moved }) => [
      { statusId: lead.status_id, pipelineId: lead.pipeline_id },
      ...(moved?.statusId === undefined
        ? []
        : [{ statusId: moved.statusId, pipelineId: moved.pipelineId ?? lead.pipeline_id }]),
    ]),
  );
}
