import type { Hint, Memory, Reading, Remembered } from '@tributary/connector-kit';
import type { IntakeItem } from '@tributary/model';
import { personOf } from './contact.ts';
import { type LeadChange, leadFields, leadMemoryOf, stageChange, stageOf } from './lead.ts';
import { leadHints } from './lead-hint.ts';
import { recallAccount, recallLeads } from './memory.ts';
import { readContacts } from './read-contacts.ts';
import { readLeads } from './read-leads.ts';
import type { Reader } from './reader.ts';
import type { NameOf } from './stages.ts';
import { readTasksDone, taskDone } from './tasks.ts';

/**
 * Reads what the hints point at: at most one request for the leads, one for
 * their contacts, one for tasks where there are any, and now and then one for the stages' names, whatever the
 * number of hints (up to some 200). REST is the truth: a late or repeated hook
 * finds what is remembered and gives nothing.
 */
export async function readHints(reader: Reader, given: readonly Hint[], memory: Memory): Promise<Reading> {
  const accountId = await recallAccount(memory);
  const hints = given.filter((hint) => isOurs(reader, hint, accountId));
  const done = await readTasksDone(reader, hints, memory);
  const known = await recallLeads(
    memory,
    done.map((task) => String(task.entity_id)),
  );
  // Of a lead whose contact is not known, all is to be read.
  const strangers = done.flatMap(({ entity_id }): Hint[] => {
    const id = String(entity_id);
    return known.get(id)?.contactId ? [] : [{ kind: 'lead', id, said: { action: 'update' } }];
  });
  const changes = await readLeads(reader, leadHints([...hints, ...strangers]), memory);
  const contactOf = (leadId: number): number | undefined =>
    changes.find(({ lead }) => lead.id === leadId)?.contactId ?? known.get(String(leadId))?.contactId ?? undefined;
  const hinted = hintedContacts(hints);
  const touched = changes.filter((change) => change.touched);
  const contactsOfTasks = done.flatMap((task) => contactOf(task.entity_id) ?? []);
  const [contacts, nameOf] = await Promise.all([
    readContacts(reader, { hinted, forLeads: [...contactIdsOf(touched), ...contactsOfTasks] }, memory),
    namesFor(reader, touched),
  ]);

  const remember: Remembered[] = [];
  const items: IntakeItem[] = [];
  const told = new Set<number>();
  const now = reader.tools.now();
  for (const change of changes) {
    const { lead, contactId, moves } = change;
    const contact = contactId === undefined ? undefined : contacts.now.get(contactId);
    const recorded = !change.touched || contact !== undefined;
    remember.push({ kind: 'lead', key: String(lead.id), value: leadMemoryOf(change, recorded) });
    if (!change.touched) continue;
    if (contactId === undefined || !contact) {
      reader.tools.log('A deal without a contact: nothing recorded until it has one', { lead: lead.id });
      continue;
    }
    const { who, fields } = personOf(contactId, contact);
    const item = { who, source: 'Kommo', strategy: 2 } as const;
    for (const move of moves) {
      const activity = stageChange(lead, move, nameOf, now);
      items.push({ ...item, fields: { ...fields, ...leadFields(lead, nameOf, move.to) }, activity });
    }
    if (moves.length === 0) items.push({ ...item, fields: { ...fields, ...leadFields(lead, nameOf) } });
    told.add(contactId);
  }
  for (const task of done) {
    const contactId = contactOf(task.entity_id);
    const contact = contactId === undefined ? undefined : contacts.now.get(contactId);
    if (contactId === undefined || !contact) {
      reader.tools.log('A task of a deal without a contact: nothing recorded', { task: task.id, lead: task.entity_id });
      continue;
    }
    items.push({ ...personOf(contactId, contact), source: 'Kommo', strategy: 2, activity: taskDone(task, now) });
    remember.push({ kind: 'task', key: String(task.id), value: { done: true } });
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

function hintedContacts(hints: readonly Hint[]): number[] {
  return [...new Set(hints.filter((hint) => hint.kind === 'contact').map((hint) => Number(hint.id)))];
}

function contactIdsOf(changes: readonly LeadChange[]): number[] {
  return changes.flatMap(({ contactId }) => contactId ?? []);
}

async function namesFor({ stages }: Reader, touched: readonly LeadChange[]): Promise<NameOf> {
  if (touched.length === 0) return () => ({ stage: '', pipeline: '' });
  return await stages.namesFor(
    touched.flatMap(({ lead, moves }) => [
      stageOf(lead),
      ...moves.flatMap(({ from: { statusId, pipelineId }, to }) => [
        to,
        ...(statusId === undefined ? [] : [{ statusId, pipelineId: pipelineId ?? to.pipelineId }]),
      ]),
    ]),
  );
}
