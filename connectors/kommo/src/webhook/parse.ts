import { BadWebhook, type Hint } from '@tributary/connector-kit';
import { at, type FormNode, items, parseJsonForm, parsePhpForm, text } from './php-form.ts';

/** Every group Kommo puts into a webhook; `leads`, `contacts` and `task` are the ones read here (Kommo, webhooks-general). */
const groups = [
  ...['leads', 'contacts', 'companies', 'customers', 'task', 'unsorted', 'catalogs', 'message', 'talk'],
  ...['outgoing_message', 'chat_template_reviews', 'account'],
];
const leadActions = ['add', 'update', 'status', 'responsible', 'restore', 'delete', 'note'];
const contactActions = ['add', 'update', 'restore', 'delete'];

/** What of an item is kept. Webhooks carry the old v2 names: `last_modified` is `updated_at` (amoCRM SDK, issue 195). */
const keptOfLead = [
  ...['status_id', 'old_status_id', 'pipeline_id', 'old_pipeline_id'],
  ...['price', 'name', 'responsible_user_id', 'updated_at', 'last_modified', 'account_id'],
];
const keptOfContact = ['updated_at', 'last_modified', 'account_id'];
const keptOfTask = keptOfContact;

/**
 * The leads, contacts and tasks a webhook names: several items, and several actions,
 * may share one body. Companies come as `contacts` of type `company` and are
 * passed over. Kommo sends forms; its Digital Pipeline is documented in JSON
 * and seen as forms, so both are read. Throws `BadWebhook`.
 */
export function parseWebhook(body: string, contentType: string): Hint[] {
  const json = /\bjson\b/i.test(contentType) || /^\s*[[{]/.test(body);
  const root = json ? parseJsonForm(body) : parsePhpForm(body);
  const hints = [...leadHints(root), ...contactHints(root), ...taskHints(root), ...triggerHints(root)];
  if (hints.length > 0) return hints;
  if (json) throw new BadWebhook('A JSON body that names no lead: Kommo sends webhooks as forms.');
  if (!groups.some((group) => root.children.has(group))) {
    throw new BadWebhook('This is no webhook of Kommo: none of its groups (leads, contacts, …) is in the body.');
  }
  return [];
}

function leadHints(root: FormNode): Hint[] {
  return leadActions.flatMap((action) =>
    items(at(root, 'leads', action)).flatMap((item) => {
      const note = at(item, 'note');
      // A note names its lead as element 2 of the old numbering: 1 contact, 2 lead, 3 company.
      if (action === 'note' && text(note, 'element_type') !== '2') return [];
      const id = action === 'note' ? text(note, 'element_id') : text(item, 'id');
      return hint('lead', id, { ...kept(item, keptOfLead), action, ...account(root, item) });
    }),
  );
}

function contactHints(root: FormNode): Hint[] {
  return contactActions.flatMap((action) =>
    items(at(root, 'contacts', action)).flatMap((item) =>
      text(item, 'type') === 'company'
        ? []
        : hint('contact', text(item, 'id'), { ...kept(item, keptOfContact), action, ...account(root, item) }),
    ),
  );
}

/** Tasks on leads that are done: of the others nothing is read. Status 1 is done, element 2 is a lead. */
function taskHints(root: FormNode): Hint[] {
  return items(at(root, 'task', 'update')).flatMap((item) =>
    text(item, 'status') === '1' && text(item, 'element_type') === '2'
      ? hint('task', text(item, 'id'), { ...kept(item, keptOfTask), action: 'done', ...account(root, item) })
      : [],
  );
}

/** A widget's trigger in a pipeline: `{event: {data: {id, element_type: 2, …}}, account_id, subdomain}` (Kommo, Digital Pipeline). */
function triggerHints(root: FormNode): Hint[] {
  const data = at(root, 'event', 'data');
  if (!data || text(data, 'element_type') !== '2') return [];
  const said = { ...kept(data, keptOfLead), action: 'status', ...account(root, root) };
  return hint('lead', text(data, 'id'), said);
}

function hint(kind: string, id: string | undefined, said: Record<string, string>): Hint[] {
  // Ids are whole numbers over there; as numbers they also have to survive JSON.
  return id !== undefined && /^[1-9]\d{0,14}$/.test(id) ? [{ kind, id, said }] : [];
}

function kept(item: FormNode, keys: readonly string[]): Record<string, string> {
  const said: Record<string, string> = {};
  for (const key of keys) {
    const value = text(item, key);
    if (value !== undefined) said[key === 'last_modified' ? 'updated_at' : key] ??= value.slice(0, 1_000);
  }
  return said;
}

function account(root: FormNode, item: FormNode): Record<string, string> {
  const id = text(root, 'account', 'id') ?? text(item, 'account_id');
  const subdomain = text(root, 'account', 'subdomain') ?? text(root, 'subdomain');
  return { ...(id === undefined ? {} : { account_id: id }), ...(subdomain === undefined ? {} : { subdomain }) };
}
