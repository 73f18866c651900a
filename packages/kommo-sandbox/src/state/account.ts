import type { IdKind, Seed, SeedField, SeedPipeline } from '../seed.ts';
import type { Act, Change, Publish } from './act.ts';
import type {
  Contact,
  CustomField,
  EventRecord,
  Integration,
  Lead,
  Note,
  Owner,
  Pipeline,
  Tag,
  Task,
  User,
  Webhook,
} from './model.ts';
import { LOST, WON } from './model.ts';

export interface Account {
  readonly id: number;
  readonly name: string;
  readonly subdomain: string;
  readonly createdAt: number;
  /** Where the sandbox listens; known once it does. */
  url: string;
  /** Counts up with every act, so that a page can see that it is out of date. */
  version: number;
  readonly users: User[];
  readonly pipelines: Pipeline[];
  readonly fields: CustomField[];
  readonly leads: Map<number, Lead>;
  readonly contacts: Map<number, Contact>;
  /** Contacts in the bin: of them REST says nothing. */
  readonly deletedContacts: Map<number, Contact>;
  readonly companies: Map<number, Contact>;
  readonly notes: Map<number, Note>;
  readonly tasks: Map<number, Task>;
  readonly tags: Record<Owner, Tag[]>;
  readonly events: EventRecord[];
  readonly webhooks: Webhook[];
  readonly integrations: Integration[];
  /** Webhook names this account answers with a 400, for the disputed ones. */
  readonly refusedSettings: readonly string[];
  now(): Date;
  nextId(kind: IdKind): number;
  /** Does some work as a user and then tells what changed; `together` puts items of one kind into one body. */
  act<T>(by: number, work: (act: Act) => T, together?: boolean): T;
}

const firstIds: Record<IdKind, number> = {
  lead: 18_420_001,
  contact: 21_730_001,
  note: 40_110_001,
  task: 6_120_001,
  tag: 51_001,
  field: 992_001,
  enum: 881_001,
  webhook: 730_001,
  event: 1,
};

export function createAccount(seed: Seed, now: () => Date, publish: Publish): Account {
  const ids = { ...firstIds, ...seed.firstIds };
  const nextId = (kind: IdKind): number => ids[kind]++;
  const account: Account = {
    id: seed.account.id,
    name: seed.account.name,
    subdomain: seed.account.subdomain,
    createdAt: seconds(now()) - 200 * 86_400,
    url: '',
    version: 1,
    users: seed.users.map((user) => ({ is_admin: false, is_active: true, ...user })),
    pipelines: seed.pipelines.map(pipelineOf),
    fields: [...predefinedFields, ...(seed.fields ?? [])].map((field, i) => fieldOf(field, i, nextId)),
    leads: new Map(),
    contacts: new Map(),
    deletedContacts: new Map(),
    companies: new Map(),
    notes: new Map(),
    tasks: new Map(),
    tags: { leads: [], contacts: [], companies: [] },
    events: [],
    webhooks: [],
    integrations: [...(seed.integrations ?? [])],
    refusedSettings: seed.refusedSettings ?? [],
    now,
    nextId,
    act(by, work, together = false) {
      const changes: Change[] = [];
      const result = work({ by, at: seconds(now()), tell: (change) => changes.push(change) });
      account.version += 1;
      if (changes.length > 0) publish(changes, together);
      return result;
    },
  };
  return account;
}

export function seconds(moment: Date): number {
  return Math.floor(moment.getTime() / 1000);
}

/** Whether something can be written to it: what is in the bin can not be. */
export function isThere(account: Account, owner: Owner, id: number): boolean {
  return owner === 'leads' ? account.leads.get(id)?.is_deleted === false : account[owner].has(id);
}

/** The user integrations act as: tokens belong to an administrator. */
export function admin(account: Account): User {
  const found = account.users.find((user) => user.is_admin) ?? account.users[0];
  if (!found) throw new Error('The account has no users.');
  return found;
}

/** Every pipeline has "Incoming leads" first, and won and lost last, whatever the seed says. */
function pipelineOf(seed: SeedPipeline, i: number): Pipeline {
  const palette = ['#98cbff', '#87f2c0', '#ffce5a', '#eb93ff', '#ff8f92', '#ccc8f9', '#deff81'];
  return {
    id: seed.id,
    name: seed.name,
    is_main: i === 0,
    statuses: [
      { id: seed.incomingId, name: 'Incoming leads', color: '#c1c1c1', type: 1 },
      ...seed.stages.map((stage, n) => ({
        color: palette[n % palette.length] ?? '#99ccff',
        ...stage,
        type: 0 as const,
      })),
      { id: WON, name: 'Closed - won', color: '#ccff66', type: 0 },
      { id: LOST, name: 'Closed - lost', color: '#d5d8db', type: 0 },
    ],
  };
}

function fieldOf(seed: SeedField, i: number, nextId: (kind: IdKind) => number): CustomField {
  return {
    id: seed.id,
    owner: seed.owner,
    name: seed.name,
    type: seed.type,
    code: seed.code ?? null,
    sort: 500 + i,
    enums:
      seed.enums?.map((option, n) => ({
        id: option.id ?? nextId('enum'),
        value: option.value,
        sort: n + 1,
        code: option.code ?? null,
      })) ?? null,
    is_predefined: seed.predefined ?? false,
    is_api_only: false,
    by_integration: false,
  };
}

const phoneKinds = ['WORK', 'WORKDD', 'MOB', 'FAX', 'HOME', 'OTHER'];
const emailKinds = ['WORK', 'PRIV', 'OTHER'];
const kindEnums = (kinds: string[], first: number) => kinds.map((code, i) => ({ id: first + i, value: code, code }));

/** What every account has without anybody creating it: phone and e-mail are custom fields (Kommo, "Contacts"). */
const predefinedFields: SeedField[] = [
  { id: 980_101, owner: 'contacts', name: 'Position', type: 'text', code: 'POSITION', predefined: true },
  {
    id: 980_102,
    owner: 'contacts',
    name: 'Phone',
    type: 'multitext',
    code: 'PHONE',
    predefined: true,
    enums: kindEnums(phoneKinds, 870_101),
  },
  {
    id: 980_103,
    owner: 'contacts',
    name: 'Email',
    type: 'multitext',
    code: 'EMAIL',
    predefined: true,
    enums: kindEnums(emailKinds, 870_121),
  },
  {
    id: 980_202,
    owner: 'companies',
    name: 'Phone',
    type: 'multitext',
    code: 'PHONE',
    predefined: true,
    enums: kindEnums(phoneKinds, 870_201),
  },
  {
    id: 980_203,
    owner: 'companies',
    name: 'Email',
    type: 'multitext',
    code: 'EMAIL',
    predefined: true,
    enums: kindEnums(emailKinds, 870_221),
  },
];
