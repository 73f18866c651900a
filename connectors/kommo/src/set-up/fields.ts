import type { Entity } from '../entity.ts';
import type { Api } from '../rest/api.ts';
import { createKnown } from '../rest/known.ts';
import { list } from '../rest/lists.ts';
import { isCalled, severalOf } from '../rest/names.ts';
import { detailOf } from '../rest/problem.ts';
import { fieldsIn, type KommoField } from '../rest/records.ts';
import { optionOf } from '../rest/values.ts';

/** The custom fields of deals that Tributary writes. */
export const EMAIL_ACTIVITY = 'Email activity';
export const EMAIL_STATUS = 'Email status';
export const emailStatuses = ['Subscribed', 'Unsubscribed', 'Bounced'] as const;

const wanted: readonly { name: string; type: string; options?: readonly string[] }[] = [
  { name: EMAIL_ACTIVITY, type: 'text' },
  { name: EMAIL_STATUS, type: 'select', options: emailStatuses },
];

type Wanted = (typeof wanted)[number];

interface LeadFields {
  all: readonly KommoField[];
  /** Ours, by the names we know them by. */
  ours: ReadonlyMap<string, KommoField>;
  made: string[];
  found: string[];
  warnings: string[];
}

/**
 * Our two fields as they are in the account, made where they are missing. A
 * field of that name that somebody made is used whatever its type is; options
 * that it lacks are added, since Kommo makes none from an unknown text (Kommo,
 * "Custom fields").
 */
async function ensureLeadFields(api: Api): Promise<LeadFields> {
  const report = { made: [] as string[], found: [] as string[], warnings: [] as string[] };
  let existing = await readFields(api, 'leads');
  const missing: Wanted[] = [];
  for (const want of wanted) {
    const field = pick(existing, want);
    if (field) await complete(api, field, want.options ?? [], report);
    else missing.push(want);
  }
  if (missing.length > 0) await make(api, missing, report);
  // Answers to writes hold ids and little else (Kommo, REST v4): what came of it is read.
  if (report.made.length > 0) existing = await readFields(api, 'leads');
  const ready = wanted.flatMap((want): [string, KommoField][] => {
    const field = pick(existing, want);
    return field ? [[want.name, field]] : [];
  });
  return { all: existing, ours: new Map(ready), ...report };
}

async function readFields(api: Api, of: 'leads' | 'contacts'): Promise<KommoField[]> {
  return fieldsIn(await list(api, `/${of}/custom_fields`, 'custom_fields'));
}

/** The field of that name, as people write names; the one of the right type where there are several. */
function pick(fields: readonly KommoField[], want: Wanted): KommoField | undefined {
  const same = fields.filter((field) => field.name.trim().toLowerCase() === want.name.toLowerCase());
  return same.find((one) => one.type === want.type) ?? same[0];
}

type Report = Pick<LeadFields, 'made' | 'found' | 'warnings'>;

async function make(api: Api, missing: readonly Wanted[], report: Report): Promise<void> {
  const body = missing.map(({ name, type, options }) => ({
    ...{ name, type },
    ...(options ? { enums: options.map((value, i) => ({ value, sort: i + 1 })) } : {}),
  }));
  const answer = await api.send('POST', '/leads/custom_fields', body, [402, 403]);
  for (const { name } of missing) {
    if (answer.ok) report.made.push(`The deal field “${name}”`);
    else
      report.warnings.push(`The deal field “${name}” could not be made${because(answer)}. It will not be filled in.`);
  }
}

async function complete(api: Api, field: KommoField, options: readonly string[], report: Report): Promise<void> {
  const missing = field.enums ? options.filter((option) => !optionOf(field, option)) : [];
  if (missing.length === 0) {
    report.found.push(`The deal field “${field.name}”`);
    return;
  }
  // The list given may well be taken as the whole list, so that the options there are go with their ids.
  const had = (field.enums ?? []).map(({ id, value, sort, code }) => ({
    ...{ id, value, sort: sort ?? 0 },
    ...(code ? { code } : {}),
  }));
  const last = Math.max(0, ...had.map((one) => one.sort));
  const enums = [...had, ...missing.map((value, i) => ({ value, sort: last + i + 1 }))];
  const answer = await api.send('PATCH', '/leads/custom_fields', [{ id: field.id, enums }], [402, 403]);
  const named = missing.map((one) => `“${one}”`).join(', ');
  if (answer.ok) report.made.push(`${named} in the deal field “${field.name}”`);
  else
    report.warnings.push(`The deal field “${field.name}” lacks ${named}, which could not be added${because(answer)}.`);
}

function because({ status, body }: { status: number; body: unknown }): string {
  const detail = detailOf(body);
  return ` (${detail ? `${detail}, ` : ''}${status})`;
}

/** The custom fields as a session knows them, of deals and of contacts. */
export interface FieldBook {
  /** What was made, and found, of our two fields of deals. */
  report(): Promise<Pick<LeadFields, 'made' | 'found' | 'warnings'>>;
  /** The field that a name or an id means, or why none can be told; read again, now and then, where `lacks` says so. */
  finder(kind: Entity['kind'], lacks: (find: FindField) => boolean): Promise<FindField>;
  forget(): void;
}

export type FindField = (named: string) => KommoField | { why: string };

export function createFieldBook(api: Api, now: () => Date): FieldBook {
  const leads = createKnown(() => ensureLeadFields(api), now);
  const contacts = createKnown(() => readFields(api, 'contacts'), now);
  const inLeads =
    ({ all, ours }: LeadFields): FindField =>
    (named) =>
      isOurs(named)
        ? (ours.get(named) ?? { why: `the deal field “${named}” is not there and could not be made` })
        : findField(all, 'deal', named);
  const inContacts =
    (all: readonly KommoField[]): FindField =>
    (named) =>
      findField(all, 'contact', named);
  return {
    report: () => leads.get(),
    async finder(kind, lacks) {
      if (kind === 'lead') return inLeads(await leads.get((known) => lacks(inLeads(known))));
      return inContacts(await contacts.get((known) => lacks(inContacts(known))));
    },
    forget() {
      leads.forget();
      contacts.forget();
    },
  };
}

/** Whether it is one of the fields that are made where they are missing. */
export function isOurs(named: string): boolean {
  return wanted.some(({ name }) => name === named);
}

/** By its id, its name as people write names, or its code. */
function findField(all: readonly KommoField[], word: string, named: string): KommoField | { why: string } {
  const byId = all.find(({ id }) => String(id) === named);
  if (byId) return byId;
  const same = all.filter(({ name }) => isCalled(name, named));
  const meant = same.length > 0 ? same : all.filter(({ code }) => code && isCalled(code, named));
  const [field, another] = meant;
  if (!field) return { why: `there is no ${word} field “${named}”` };
  if (!another) return field;
  return severalOf(`${word} fields “${named}”`, meant);
}
