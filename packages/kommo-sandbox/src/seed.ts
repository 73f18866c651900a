import type { Integration, Owner } from './state/model.ts';

/** What an account begins with. Stages won, lost and "Incoming leads", and the fields e-mail and phone, are always added. */
export interface Seed {
  account: { id: number; name: string; subdomain: string };
  /** The first administrator is the user integrations act as. */
  users: { id: number; name: string; email: string; is_admin?: boolean; is_active?: boolean }[];
  pipelines: SeedPipeline[];
  fields?: SeedField[];
  integrations?: Integration[];
  /** Webhook names to answer with a 400: sources disagree on `update_task` and a few others. */
  refusedSettings?: string[];
  /** The first id of each kind of thing that will be made. */
  firstIds?: Partial<Record<IdKind, number>>;
}

export type IdKind = 'lead' | 'contact' | 'note' | 'task' | 'tag' | 'field' | 'enum' | 'webhook' | 'event';

export interface SeedPipeline {
  id: number;
  name: string;
  incomingId: number;
  stages: { id: number; name: string; color?: string }[];
}

export interface SeedField {
  id: number;
  owner: Owner;
  name: string;
  /** One of Kommo's field types: text, numeric, checkbox, select, multiselect, date, radiobutton, … */
  type: string;
  code?: string;
  enums?: { id?: number; value: string; code?: string }[];
  predefined?: boolean;
}

/** A B2B software company selling in Kommo: three people, two pipelines, and no deals yet. */
export const defaultSeed: Seed = {
  account: { id: 32_184_507, name: 'Larkspur Software', subdomain: 'larkspur' },
  users: [
    { id: 11_087_101, name: 'Maya Torres', email: 'maya.torres@larkspur.example', is_admin: true },
    { id: 11_087_102, name: 'Daniel Novak', email: 'daniel.novak@larkspur.example' },
    { id: 11_087_103, name: 'Priya Shah', email: 'priya.shah@larkspur.example' },
  ],
  pipelines: [
    {
      id: 7_301_001,
      name: 'Sales',
      incomingId: 61_200_100,
      stages: [
        { id: 61_200_101, name: 'New lead' },
        { id: 61_200_102, name: 'Qualification' },
        { id: 61_200_103, name: 'Proposal sent' },
        { id: 61_200_104, name: 'Negotiation' },
      ],
    },
    {
      id: 7_301_002,
      name: 'Renewals',
      incomingId: 61_200_200,
      stages: [
        { id: 61_200_201, name: 'Renewal due' },
        { id: 61_200_202, name: 'Offer sent' },
        { id: 61_200_203, name: 'In discussion' },
      ],
    },
  ],
  fields: [
    select(991_901, 'Industry', ['Logistics', 'Manufacturing', 'Retail', 'Financial services', 'Health care']),
    select(991_902, 'Segment', ['Start-up', 'Mid-market', 'Enterprise']),
    { id: 991_903, owner: 'leads', name: 'Seats', type: 'numeric' },
    { id: 991_904, owner: 'leads', name: 'Decision date', type: 'date' },
    { id: 991_905, owner: 'leads', name: 'Trial started', type: 'checkbox' },
    { id: 991_906, owner: 'leads', name: 'Use case', type: 'text' },
    { ...select(991_907, 'Billing', ['Monthly', 'Yearly']), type: 'radiobutton' },
    { ...select(991_908, 'Products', ['Core', 'Analytics', 'API access']), type: 'multiselect' },
    { id: 991_909, owner: 'leads', name: 'utm_source', type: 'tracking_data', code: 'UTM_SOURCE' },
    { ...select(991_951, 'Role', ['Decision maker', 'User', 'Buyer']), owner: 'contacts' },
    {
      ...select(991_952, 'Interests', ['Webinars', 'Case studies', 'Pricing']),
      owner: 'contacts',
      type: 'multiselect',
    },
    { id: 991_953, owner: 'contacts', name: 'Score', type: 'numeric' },
    { id: 991_954, owner: 'contacts', name: 'Newsletter', type: 'checkbox' },
    { id: 991_955, owner: 'contacts', name: 'Last visit', type: 'date_time' },
  ],
  integrations: [
    {
      client_id: '01d01160-d7a0-4087-b4af-6a1bb83fcd1d',
      client_secret: 'sandbox-client-secret',
      redirect_uri: 'http://127.0.0.1:3000/connect/kommo/callback',
      name: 'Tributary',
    },
  ],
};

function select(id: number, name: string, options: string[]): SeedField {
  return { id, owner: 'leads', name, type: 'select', enums: options.map((value, i) => ({ id: id * 10 + i, value })) };
}
