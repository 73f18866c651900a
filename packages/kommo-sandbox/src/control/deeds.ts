import type { Account } from '../state/account.ts';
import { admin } from '../state/account.ts';
import type { Act } from '../state/act.ts';
import { addContact, changeContact, removeContact, restoreContact } from '../state/contacts.ts';
import { addLead, changeLead, removeLead, restoreLead } from '../state/leads.ts';
import type { Contact, Lead, Pipeline } from '../state/model.ts';
import { addNote } from '../state/notes.ts';
import { tagByName } from '../state/tags.ts';
import { changeTask } from '../state/tasks.ts';
import type { Control, Move } from './control.ts';
import { contactFields, valuesOf } from './inputs.ts';
import { contactOf, leadOf, noteOf, taskOf } from './views.ts';

type Deeds = Pick<
  Control,
  | 'addLead'
  | 'addContact'
  | 'moveLead'
  | 'moveLeads'
  | 'updateLead'
  | 'deleteLead'
  | 'restoreLead'
  | 'updateContact'
  | 'deleteContact'
  | 'restoreContact'
  | 'setMainContact'
  | 'addNote'
  | 'completeTask'
  | 'deactivateUser'
>;

/** What people do in Kommo, each as the responsible user of the thing it is done to. */
export function createDeeds(account: Account): Deeds {
  function leadBy(id: number): Lead {
    const lead = account.leads.get(id);
    if (!lead) throw new Error(`There is no lead ${id}.`);
    return lead;
  }
  function contactBy(id: number, among: ReadonlyMap<number, Contact> = account.contacts): Contact {
    const contact = among.get(id);
    if (!contact) throw new Error(`There is no contact ${id}.`);
    return contact;
  }
  function move(act: Act, { id, statusId, pipelineId }: Move): Lead {
    const lead = leadBy(id);
    const has = (pipeline: Pipeline) => pipeline.statuses.some((status) => status.id === statusId);
    const own = account.pipelines.find((one) => one.id === (pipelineId ?? lead.pipeline_id) && has(one));
    const pipeline = own ?? (pipelineId === undefined ? account.pipelines.find(has) : undefined);
    if (!pipeline) throw new Error(`There is no stage ${statusId}${pipelineId ? ` in pipeline ${pipelineId}` : ''}.`);
    changeLead(account, act, lead, { status_id: statusId, pipeline_id: pipeline.id });
    return lead;
  }
  const tags = (names: string[] | undefined) => names?.map((name) => tagByName(account, 'leads', name));
  /** Does one thing to a lead as its responsible user. */
  const onLead = (id: number, work: (act: Act, lead: Lead) => void) => {
    const lead = leadBy(id);
    account.act(lead.responsible_user_id, (act) => work(act, lead));
    return leadOf(account, lead);
  };

  return {
    addLead({ name, price, contact: person, pipelineId, statusId, responsibleUserId, customFields, ...given }) {
      const values = valuesOf(account, 'leads', customFields);
      const personValues = person && valuesOf(account, 'contacts', contactFields(person));
      const inPipeline = ({ id, statuses }: Pipeline) =>
        (pipelineId === undefined || id === pipelineId) &&
        (statusId === undefined || statuses.some((status) => status.id === statusId));
      const pipeline = account.pipelines.find(inPipeline);
      if (!pipeline) throw new Error(`There is no stage ${statusId} in pipeline ${pipelineId}.`);
      const lead = account.act(responsibleUserId ?? admin(account).id, (act) => {
        const contact = person && addContact(account, act, 'contacts', { ...person, values: personValues });
        return addLead(account, act, {
          ...{ name, price, values, pipeline_id: pipeline.id, status_id: statusId, tags: tags(given.tags) },
          contacts: contact && [{ id: contact.id }],
        });
      });
      return leadOf(account, lead);
    },
    addContact(person) {
      const values = valuesOf(account, 'contacts', contactFields(person));
      const { name, first_name, last_name } = person;
      const draft = { name, first_name, last_name, values };
      const contact = account.act(admin(account).id, (act) => addContact(account, act, 'contacts', draft));
      return contactOf(account, contact);
    },
    moveLead(id, statusId, pipelineId) {
      return onLead(id, (act) => move(act, { id, statusId, ...(pipelineId === undefined ? {} : { pipelineId }) }));
    },
    moveLeads(moves) {
      const leads = account.act(admin(account).id, (act) => moves.map((to) => move(act, to)), true);
      return leads.map((lead) => leadOf(account, lead));
    },
    updateLead(id, { name, price, responsibleUserId, ...change }) {
      const values = valuesOf(account, 'leads', change.customFields);
      const draft = { name, price, responsible_user_id: responsibleUserId, tags: tags(change.tags), values };
      return onLead(id, (act, lead) => changeLead(account, act, lead, draft));
    },
    deleteLead(id) {
      onLead(id, (act, lead) => removeLead(account, act, lead));
    },
    restoreLead(id) {
      return onLead(id, (act, lead) => restoreLead(account, act, lead));
    },
    updateContact(id, change) {
      const contact = contactBy(id);
      const { name, first_name, last_name, responsibleUserId } = change;
      const values = valuesOf(account, 'contacts', contactFields(change));
      const draft = { name, first_name, last_name, responsible_user_id: responsibleUserId, values };
      account.act(contact.responsible_user_id, (act) => changeContact(account, act, contact, draft));
      return contactOf(account, contact);
    },
    deleteContact(id) {
      const contact = contactBy(id);
      account.act(contact.responsible_user_id, (act) => removeContact(account, act, contact));
    },
    restoreContact(id) {
      const contact = contactBy(id, account.deletedContacts);
      account.act(contact.responsible_user_id, (act) => restoreContact(account, act, contact));
      return contactOf(account, contact);
    },
    setMainContact(leadId, contactId) {
      const { id } = contactBy(contactId);
      return onLead(leadId, (act, lead) => changeLead(account, act, lead, { contacts: [{ id, is_main: true }] }));
    },
    addNote(leadId, text) {
      const lead = leadBy(leadId);
      const draft = { entity_id: leadId, note_type: 'common', params: { text } };
      return noteOf(
        account,
        account.act(lead.responsible_user_id, (act) => addNote(account, act, 'leads', draft)),
      );
    },
    deactivateUser(id) {
      const user = account.users.find((one) => one.id === id);
      if (!user) throw new Error(`There is no user ${id}.`);
      user.is_active = false;
    },
    completeTask(id, result) {
      const task = account.tasks.get(id);
      if (!task) throw new Error(`There is no task ${id}.`);
      const draft = { is_completed: true, result: result === undefined ? undefined : { text: result } };
      account.act(task.responsible_user_id, (act) => changeTask(account, act, task, draft));
      return taskOf(account, task);
    },
  };
}
