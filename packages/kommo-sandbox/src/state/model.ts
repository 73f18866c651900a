/**
 * The records of one Kommo account, under the names Kommo's REST v4 gives them,
 * so that an answer is a record plus links. All moments are Unix seconds, as on
 * the wire (Kommo, "Dates").
 */
export type Owner = 'leads' | 'contacts' | 'companies';

export interface User {
  id: number;
  name: string;
  email: string;
  is_admin: boolean;
  /** May log in. */
  is_active: boolean;
}

export interface Status {
  id: number;
  name: string;
  color: string;
  /** 1 is "Incoming leads", which every pipeline has; every other stage is 0. */
  type: 0 | 1;
}

export interface Pipeline {
  id: number;
  name: string;
  is_main: boolean;
  statuses: Status[];
}

/** The two closing stages have the same ids in every pipeline (Kommo, "Pipelines and stages"). */
export const WON = 142;
export const LOST = 143;

export interface EnumOption {
  id: number;
  value: string;
  sort: number;
  code: string | null;
}

export interface CustomField {
  id: number;
  owner: Owner;
  name: string;
  type: string;
  code: string | null;
  sort: number;
  enums: EnumOption[] | null;
  is_predefined: boolean;
  is_api_only: boolean;
  /** Created over REST, not by the seed: what an integration brought along. */
  by_integration: boolean;
}

export interface StoredValue {
  value: unknown;
  enum_id?: number;
  enum_code?: string | null;
}

/** Values by field id; a field without values is not in the map. */
export type FieldValues = Map<number, StoredValue[]>;

export interface Tag {
  id: number;
  name: string;
}

/** A partial record: what is left out, or undefined, stays as it is. */
export type Draft<T> = { [K in keyof T]?: T[K] | undefined };

interface Stamped {
  id: number;
  responsible_user_id: number;
  created_by: number;
  updated_by: number;
  created_at: number;
  updated_at: number;
}

export interface Lead extends Stamped {
  name: string;
  price: number;
  status_id: number;
  pipeline_id: number;
  loss_reason_id: number | null;
  closed_at: number | null;
  is_deleted: boolean;
  fields: FieldValues;
  tags: Tag[];
  contacts: { id: number; is_main: boolean }[];
  company_id: number | null;
}

/** A contact or a company: Kommo gives both the same fields and the same webhook group. */
export interface Contact extends Stamped {
  kind: 'contacts' | 'companies';
  name: string;
  first_name: string;
  last_name: string;
  fields: FieldValues;
  tags: Tag[];
  lead_ids: number[];
}

export interface Note extends Stamped {
  owner: Owner;
  entity_id: number;
  note_type: string;
  params: Record<string, unknown>;
}

export interface Task extends Stamped {
  entity_type: Owner | null;
  entity_id: number | null;
  text: string;
  task_type_id: number;
  duration: number;
  complete_till: number;
  is_completed: boolean;
  result: { text: string } | null;
}

export interface EventRecord {
  id: string;
  type: string;
  entity_type: 'lead' | 'contact' | 'company' | 'task';
  entity_id: number;
  created_by: number;
  created_at: number;
  value_before: Record<string, unknown>[];
  value_after: Record<string, unknown>[];
}

export interface Webhook {
  id: number;
  destination: string;
  settings: string[];
  sort: number;
  disabled: boolean;
  created_by: number;
  created_at: number;
  updated_at: number;
  /** When invalid answers came, in milliseconds; only the last two hours matter. */
  invalid: number[];
}

export interface Integration {
  client_id: string;
  client_secret: string;
  redirect_uri: string;
  name: string;
}
