import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Account } from '../state/account.ts';
import type { Act } from '../state/act.ts';
import { addContact } from '../state/contacts.ts';
import type { Complaint } from '../state/field-values.ts';
import { addLead } from '../state/leads.ts';
import { hal } from './answers.ts';
import { readList } from './check.ts';
import { contactBody, contactComplaints, contactDraft } from './contacts.ts';
import { leadBody, leadComplaints, leadDraft } from './lead-body.ts';

const mostItems = 50;

/** One contact and one company at most, given whole; an `id` links one that is there. */
const linked = contactBody.extend({ id: z.int().optional() });
const complexBody = leadBody.extend({
  _embedded: leadBody.shape._embedded
    .unwrap()
    .extend({ contacts: z.array(linked).max(1).optional(), companies: z.array(linked).max(1).optional() })
    .optional(),
});
type Linked = z.infer<typeof linked>;

/** Leads with a contact and a company in one request; answers a bare array. Duplicates are not merged here. */
export function complexRoutes(app: FastifyInstance, account: Account): void {
  app.post('/leads/complex', (request, reply) => {
    const items = readList(complexBody, request.body, (item) => complaintsOf(account, item), mostItems);
    const added = account.act(request.actor, (act) =>
      items.map(({ item, request_id }) => {
        const contact_id = ensure(account, act, 'contacts', item._embedded?.contacts?.[0]);
        const company_id = ensure(account, act, 'companies', item._embedded?.companies?.[0]);
        const lead = addLead(account, act, {
          ...leadDraft(account, { ...item, _embedded: { tags: item._embedded?.tags } }),
          contacts: contact_id === null ? undefined : [{ id: contact_id }],
          company_id: company_id ?? undefined,
        });
        return { id: lead.id, contact_id, company_id, request_id: [request_id], merged: false };
      }),
    );
    return hal(reply, added);
  });
}

function complaintsOf(account: Account, item: z.infer<typeof complexBody>): Complaint[] {
  const nested = (['contacts', 'companies'] as const).flatMap((kind) =>
    (item._embedded?.[kind] ?? []).flatMap((one, i) =>
      contactComplaints(account, kind, one).map((complaint) => ({
        ...complaint,
        path: `_embedded.${kind}.${i}.${complaint.path}`,
      })),
    ),
  );
  return [...leadComplaints(account, { ...item, _embedded: undefined }), ...nested];
}

function ensure(account: Account, act: Act, kind: 'contacts' | 'companies', given: Linked | undefined): number | null {
  if (!given) return null;
  if (given.id !== undefined && account[kind].has(given.id)) return given.id;
  return addContact(account, act, kind, contactDraft(account, kind, given)).id;
}
