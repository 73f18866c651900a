import type { DueWrite, WriteOutcome } from '@tributary/connector-kit';
import type { KommoField } from '../rest/records.ts';
import { type LeadFields, optionOf } from '../set-up/fields.ts';
import { fieldBody } from '../speech/writes.ts';
import { failures, type Item, sendAll } from './batch.ts';
import type { FieldTimes } from './field-times.ts';
import { lookUpNothing } from './look-up.ts';
import type { Addressed, Writer } from './writer.ts';

/** The value a field is to have, and all the writes that are settled with it. */
interface Wanted {
  value: string;
  at: number;
  writes: DueWrite[];
}
type Lead = Map<string, Wanted>;

/** Texts, in the types that hold one (Kommo, "Custom fields"). */
const textTypes = ['text', 'textarea', 'streetaddress', 'tracking_data'];

/**
 * Fields of deals: one item a deal, only the fields meant, so that what people
 * and other integrations write at the same time stays as it is (amoCRM SDK,
 * issue 252). Of several values for one field the latest wins, and the others
 * are done with it.
 */
export async function* writeFields(writer: Writer, writes: readonly Addressed[]): AsyncGenerator<WriteOutcome[]> {
  if (writes.length === 0) return;
  const { leads, overtaken } = coalesce(writes, writer.fieldTimes);
  if (overtaken.length > 0) yield overtaken.map(({ id }) => ({ id, done: true }));

  let fields = await writer.fields.get();
  let refreshed = false;
  const refresh = async () => {
    if (refreshed) return;
    refreshed = true;
    writer.fields.forget();
    fields = await writer.fields.get();
  };
  const hopeless = () =>
    [...leads.values()].some((lead) => [...lead].some(([name, { value }]) => 'why' in expressed(fields, name, value)));
  // What looks impossible may only be outdated: somebody deleted the field, and it can be made again.
  if (hopeless()) await refresh();

  const items: Item[] = [];
  for (const [leadId, lead] of leads) {
    for (const [name, wanted] of lead) {
      const read = expressed(fields, name, wanted.value);
      if (!('why' in read)) continue;
      yield failures(wanted, read.why);
      lead.delete(name);
    }
    if (lead.size > 0) items.push(itemOf(leadId, lead, () => fields));
  }
  const settle = (outcomes: WriteOutcome[]) => {
    const done = new Set(outcomes.filter((one) => one.done).map((one) => one.id));
    for (const [leadId, lead] of leads) {
      for (const [name, { at, writes: all }] of lead) {
        if (all.some(({ id }) => done.has(id))) writer.fieldTimes.wrote(leadId, name, at);
      }
    }
  };
  for await (const outcomes of sendAll(
    {
      ...{ api: writer.api, tools: writer.tools, method: 'PATCH', path: '/leads', name: 'leads' },
      ...{ size: writer.sizes.fields, appends: false, lookUp: lookUpNothing },
      // A field or an option that was deleted: `NotSupportedChoice` on its place in the item.
      async repair(item, complaints) {
        if (!complaints.some(({ path }) => path.startsWith('custom_fields_values'))) return false;
        await refresh();
        const lead = leads.get(item.leadId);
        return lead !== undefined && [...lead].every(([name, { value }]) => !('why' in expressed(fields, name, value)));
      },
    },
    items,
  )) {
    settle(outcomes);
    yield outcomes;
  }
}

function itemOf(leadId: string, lead: Lead, fields: () => LeadFields): Item {
  return {
    requestId: `lead-${leadId}`,
    leadId,
    writes: [...lead.values()].flatMap((wanted) => wanted.writes),
    body: () => ({
      id: Number(leadId),
      custom_fields_values: [...lead].flatMap(([name, { value }]) => {
        const read = expressed(fields(), name, value);
        return 'why' in read ? [] : [{ field_id: read.field.id, values: [read.value] }];
      }),
    }),
  };
}

/** A text as the field takes it, or why it does not. */
function expressed(
  fields: LeadFields,
  name: string,
  text: string,
): { field: KommoField; value: { value: string } | { enum_id: number } } | { why: string } {
  const field = fields.byName.get(name);
  if (!field) return { why: `the deal field “${name}” is not there and could not be made` };
  if (field.enums) {
    const option = optionOf(field, text);
    return option
      ? { field, value: { enum_id: option.id } }
      : { why: `the deal field “${name}” has no option “${text}”` };
  }
  if (textTypes.includes(field.type)) return { field, value: { value: text } };
  return { why: `the deal field “${name}” is of the type ${field.type}, which does not hold a text` };
}

function coalesce(
  writes: readonly Addressed[],
  times: FieldTimes,
): { leads: Map<string, Lead>; overtaken: DueWrite[] } {
  const leads = new Map<string, Lead>();
  const overtaken: DueWrite[] = [];
  for (const { write, leadId } of writes) {
    const { field, value, at: moment } = fieldBody.parse(write.body);
    const at = Date.parse(moment);
    if (times.isOvertaken(leadId, field, at)) {
      overtaken.push(write);
      continue;
    }
    const lead = leads.get(leadId) ?? new Map<string, Wanted>();
    leads.set(leadId, lead);
    const other = lead.get(field);
    const latest = other && other.at > at ? other : { value, at };
    lead.set(field, { value: latest.value, at: latest.at, writes: [...(other?.writes ?? []), write] });
  }
  return { leads, overtaken };
}
