import type { Faults } from '../faults.ts';
import type { LoggedRequest } from '../rest/guard.ts';
import type { Integration } from '../state/model.ts';
import type { Delivery } from '../webhooks/deliver.ts';
import type { ContactChange, LeadChange, NewContact, NewLead } from './inputs.ts';
import type { ContactView, EventView, LeadView, NoteView, TaskView } from './views.ts';

export interface Move {
  id: number;
  statusId: number;
  /** The pipeline the lead is in, or the only other one that has the stage, when not given. */
  pipelineId?: number;
}

export interface Stage {
  pipelineId: number;
  pipeline: string;
  statusId: number;
  status: string;
}

/**
 * What a person at Kommo's own pages can do, and what only a sandbox can. An
 * unknown lead, stage or field is thrown as an Error.
 */
export interface Control {
  addLead(lead: NewLead): LeadView;
  /** Somebody without a deal. */
  addContact(contact: NewContact): ContactView;
  moveLead(id: number, statusId: number, pipelineId?: number): LeadView;
  /** Moves several at once: their webhooks share one body. */
  moveLeads(moves: Move[]): LeadView[];
  updateLead(id: number, change: LeadChange): LeadView;
  deleteLead(id: number): void;
  restoreLead(id: number): LeadView;
  updateContact(id: number, change: ContactChange): ContactView;
  deleteContact(id: number): void;
  restoreContact(id: number): ContactView;
  /** Makes a contact the lead's main one, and links it where it was not; the one before stays linked. */
  setMainContact(leadId: number, contactId: number): LeadView;
  /** A note written by the lead's responsible user. */
  addNote(leadId: number, text: string): NoteView;
  completeTask(id: number, result?: string): TaskView;
  /** They can not log in any more, and nothing new can be theirs. */
  deactivateUser(id: number): void;

  leads(): LeadView[];
  lead(id: number): LeadView | undefined;
  contacts(): ContactView[];
  /** Oldest first; with a lead, only the notes of that lead. */
  notes(leadId?: number): NoteView[];
  tasks(leadId?: number): TaskView[];
  /** What happened, oldest first; with a lead, only to that lead. */
  events(leadId?: number): EventView[];
  stages(): Stage[];
  /** A stage by its name, in the first pipeline unless another is named. */
  stage(name: string, pipeline?: string): Stage;
  users(): { id: number; name: string; email: string }[];
  webhooks(): { destination: string; settings: string[]; disabled: boolean }[];

  webhookDeliveries(): Delivery[];
  requests(): LoggedRequest[];
  clearLogs(): void;
  faults: Pick<Faults, 'set' | 'clear' | 'get'>;
  /** From here on webhooks wait; `release` lets them go, as they were when they were made. */
  hold(): void;
  release(): void;
  /** Resolves when no webhook is on its way; held ones and retries to come do not count. */
  settled(): Promise<void>;
  /** How many webhooks failed and wait to be tried again. */
  retriesToCome(): number;
  /** All webhooks are disabled, as after more than a hundred invalid answers. */
  disableWebhooks(): void;
  /** "Save" in Kommo's settings: what puts a disabled webhook on again. */
  enableWebhook(destination: string): void;
  /** Ends a block for too many requests. */
  unblock(): void;
  registerIntegration(integration: Integration): void;
  /** An authorization code, as the consent page gives it; the first integration's when none is named. */
  issueCode(clientId?: string): string;
}
