import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Account } from '../state/account.ts';
import type { ContactDraft } from '../state/contacts.ts';
import { addContact, changeContact } from '../state/contacts.ts';
import type { Complaint } from '../state/field-values.ts';
import { notSupportedChoice, readFieldValues } from '../state/field-values.ts';
import type { Contact } from '../state/model.ts';
import { hal, origin, Problem, self, sendPage } from './answers.ts';
import { fieldValues, int, readList, readOne, stamps } from './check.ts';
import { apiBase, notAllowed } from './context.ts';
import { ownFields, tagRef, tagsOf, userComplaints } from './lead-body.ts';
import { selectContacts } from './lead-filter.ts';
import { parseQuery } from './query.ts';
import { contactView } from './views.ts';

type Kind = Contact['kind'];

export const contactBody = z.object({
  ...stamps,
  name: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  custom_fields_values: fieldValues,
  tags_to_add: z.array(tagRef).optional(),
  tags_to_delete: z.array(tagRef).nullish(),
  _embedded: z.object({ tags: z.array(tagRef).nullish() }).optional(),
});
type ContactBody = z.infer<typeof contactBody>;

const patchMany = contactBody.extend({ id: int });

/** Contacts, and companies by the same rules. */
export function contactRoutes(app: FastifyInstance, account: Account, kind: Kind): void {
  const one = `/${kind}/:id(^\\d+$)`;
  const existing = (id: string | number): Contact => {
    const contact = account[kind].get(Number(id));
    if (!contact) throw new Problem(404, 'Entity not found');
    return contact;
  };

  app.get(`/${kind}`, (request, reply) => {
    const query = parseQuery(request.url);
    const also = query.words('with');
    return sendPage(request, reply, query, {
      name: kind,
      rows: selectContacts(account, account[kind].values(), query),
      show: (contact) => contactView(account, contact, apiBase(request), also),
    });
  });

  app.get<{ Params: { id: string } }>(one, (request, reply) => {
    const also = parseQuery(request.url).words('with');
    return hal(reply, contactView(account, existing(request.params.id), apiBase(request), also));
  });

  app.post(`/${kind}`, (request, reply) => {
    const items = readList(contactBody, request.body, (item) => contactComplaints(account, kind, item));
    const base = apiBase(request);
    const added = account.act(request.actor, (act) =>
      items.map(({ item, request_id }) => {
        const { id } = addContact(account, act, kind, contactDraft(account, kind, item));
        return { id, request_id, ...self(`${base}/${kind}/${id}`) };
      }),
    );
    return hal(reply, { ...self(origin(request) + request.url), _embedded: { [kind]: added } });
  });

  app.patch(`/${kind}`, (request, reply) => {
    const items = readList(patchMany, request.body, (item) => [
      ...(account[kind].has(item.id) ? [] : [notSupportedChoice('id')]),
      ...contactComplaints(account, kind, item),
    ]);
    const base = apiBase(request);
    const changed = account.act(request.actor, (act) =>
      items.map(({ item }) => {
        const contact = existing(item.id);
        changeContact(account, act, contact, contactDraft(account, kind, item, contact));
        return {
          id: contact.id,
          name: contact.name,
          updated_at: contact.updated_at,
          ...self(`${base}/${kind}/${item.id}`),
        };
      }),
    );
    return hal(reply, { ...self(origin(request) + request.url), _embedded: { [kind]: changed } });
  });

  app.patch<{ Params: { id: string } }>(one, (request, reply) => {
    const contact = existing(request.params.id);
    const item = readOne(contactBody, request.body, (given) => contactComplaints(account, kind, given));
    account.act(request.actor, (act) =>
      changeContact(account, act, contact, contactDraft(account, kind, item, contact)),
    );
    const { id, name, updated_at } = contact;
    return hal(reply, { id, name, updated_at, ...self(`${apiBase(request)}/${kind}/${id}`) });
  });

  notAllowed(app, 'DELETE', `/${kind}`);
  notAllowed(app, 'DELETE', one);
}

export function contactComplaints(account: Account, kind: Kind, body: ContactBody): Complaint[] {
  const { complaints } = readFieldValues(ownFields(account, kind), body.custom_fields_values);
  return [...complaints, ...userComplaints(account, body)];
}

export function contactDraft(account: Account, kind: Kind, body: ContactBody, had?: Contact): ContactDraft {
  const { name, first_name, last_name, responsible_user_id, created_by, created_at } = body;
  return {
    ...{ name, first_name, last_name, responsible_user_id, created_by, created_at },
    values: readFieldValues(ownFields(account, kind), body.custom_fields_values).values,
    tags: tagsOf(account, kind, body, had?.tags),
  };
}
