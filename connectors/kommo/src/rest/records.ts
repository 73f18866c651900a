import { z } from 'zod';

/** What is read of Kommo's records. Everything else is passed over, and a record that is not like this is left out. */
const id = z.number().int().positive();
const words = z.string().nullish().catch(null);
const whole = z.number().int().nullish().catch(null);

const fieldValues = z
  .array(
    z.object({
      field_code: words,
      values: z.array(z.object({ value: z.unknown() })).catch([]),
    }),
  )
  .nullish()
  .catch(null);

const lead = z.object({
  id,
  name: words,
  price: z.number().nullish().catch(null),
  status_id: id,
  pipeline_id: id,
  responsible_user_id: whole,
  updated_at: z.number().int(),
  account_id: whole,
  /** In the bin. Whether a list shows such deals without `with=only_deleted` is not documented. */
  is_deleted: z.boolean().nullish().catch(null),
  /** Only with `with=contacts`, and then ids only: no e-mail (Kommo, "Leads"). */
  _embedded: z
    .object({
      contacts: z
        .array(z.object({ id, is_main: z.boolean().nullish().catch(null) }))
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
});
export type KommoLead = z.infer<typeof lead>;

/** E-mail and phone are custom fields of contacts, with the codes EMAIL and PHONE (Kommo, "Contacts"). */
const contact = z.object({
  id,
  name: words,
  first_name: words,
  last_name: words,
  updated_at: whole,
  custom_fields_values: fieldValues,
  /** Only with `with=leads` (Kommo, "Contacts"). */
  _embedded: z
    .object({
      leads: z.array(z.object({ id })).nullish().catch(null),
    })
    .nullish()
    .catch(null),
});
export type KommoContact = z.infer<typeof contact>;

const pipeline = z.object({
  id,
  name: z.string(),
  is_archive: z.boolean().nullish().catch(null),
  _embedded: z.object({ statuses: z.array(z.object({ id, name: z.string() })) }),
});
export type KommoPipeline = z.infer<typeof pipeline>;

const customField = z.object({
  id,
  name: z.string(),
  type: z.string(),
  code: words,
  enums: z
    .array(z.object({ id, value: z.string(), sort: whole, code: words }))
    .nullish()
    .catch(null),
});
export type KommoField = z.infer<typeof customField>;

const webhook = z.object({
  destination: z.string(),
  disabled: z.boolean().nullish().catch(null),
  settings: z.array(z.string()).catch([]),
});
export type KommoWebhook = z.infer<typeof webhook>;

const stage = z.object({ lead_status: z.object({ id, pipeline_id: id }) });
/** Something that happened to a deal. What it came from and to is there for changes of stage only (Kommo, "Events"). */
const event = z.object({
  id: z.string(),
  type: z.string(),
  entity_id: id,
  created_at: z.number().int(),
  value_before: z.array(stage).catch([]),
  value_after: z.array(stage).catch([]),
});
export type KommoEvent = z.infer<typeof event>;

const user = z.object({
  id,
  name: z.string().catch(''),
  email: z.string().catch(''),
  /** Nobody can be responsible who may not log in any more. */
  rights: z
    .object({ is_active: z.boolean().nullish().catch(null) })
    .nullish()
    .catch(null),
});
export type KommoUser = z.infer<typeof user>;

/** A change of who is responsible, as events tell of it (amoCRM, "Events"). */
const handover = z.object({
  entity_id: id,
  created_at: z.number().int(),
  value_after: z.array(z.object({ responsible_user: z.object({ id }) })),
});

const note = z.object({ id, entity_id: id, params: z.object({ text: words }).nullish().catch(null) });
export type KommoNote = z.infer<typeof note>;

const task = z.object({
  id,
  entity_id: whole,
  entity_type: words,
  text: words,
  complete_till: whole,
  is_completed: z.boolean().nullish().catch(null),
  /** An empty list where there is none. */
  result: z.object({ text: words }).nullish().catch(null),
  responsible_user_id: whole,
  updated_at: whole,
});
export type KommoTask = z.infer<typeof task>;

export const account = z.object({
  id,
  name: z.string().catch(''),
  subdomain: z.string().catch(''),
  is_api_filter_enabled: z.boolean().optional().catch(undefined),
});

const allOf =
  <T>(schema: z.ZodType<T>) =>
  (rows: readonly unknown[]): T[] =>
    rows.flatMap((row) => {
      const read = schema.safeParse(row);
      return read.success ? [read.data] : [];
    });

export const leadsIn = allOf(lead);
export const contactsIn = allOf(contact);
export const pipelinesIn = allOf(pipeline);
export const fieldsIn = allOf(customField);
export const webhooksIn = allOf(webhook);
export const eventsIn = allOf(event);
export const usersIn = allOf(user);
export const handoversIn = allOf(handover);
export const notesIn = allOf(note);
export const tasksIn = allOf(task);
