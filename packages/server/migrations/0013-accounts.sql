-- Owner of all of these: people. Accounts, which Ortto called organizations until June 2025.

-- Whose field and whose activity it is: 'account' for `str:oc:…` and `act:oc:…`.
alter table field add column entity text not null default 'person' check (entity in ('person', 'account'));
alter table activity_definition add column entity text not null default 'person' check (entity in ('person', 'account'));

create sequence account_number;

-- An account's id as it is outside: `publicId` in SQL.
create function public_account_id(id bigint) returns text
  language sql immutable parallel safe
  return concat('10', lpad(to_hex(id >> 31), 8, '0'), lpad(to_hex(id & 2147483647), 12, '0'), '00');

create table account (
  id bigint primary key,
  workspace_id int not null references workspace,
  -- Field id → bare value; empty fields are absent.
  fields jsonb not null,
  tags int[] not null default '{}',
  created_at timestamptz not null,
  edited_at timestamptz not null,
  -- Of its own activities and of those of its people.
  first_seen_at timestamptz,
  last_seen_at timestamptz,
  archived_at timestamptz
) with (fillfactor = 70);
create index account_by_workspace on account (workspace_id, id);
create index account_archived on account (workspace_id, id) where archived_at is not null;

-- Who a value of a key field belongs to, as `identity` is for people.
create table account_identity (
  workspace_id int not null references workspace,
  field_id text not null,
  value text not null,
  account_id bigint not null,
  primary key (workspace_id, field_id, value)
);
create index account_identity_by_account on account_identity (account_id);

-- The people of an account. The first one somebody belongs to is also `idt::o` among their fields.
create table account_person (
  workspace_id int not null references workspace,
  account_id bigint not null,
  person_id bigint not null,
  since timestamptz not null,
  primary key (account_id, person_id)
);
create index account_person_of on account_person (person_id);

-- Their numbers are a series of their own (recorded).
create table account_tag (
  workspace_id int not null references workspace,
  id int not null,
  name text not null,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index account_tag_name on account_tag (workspace_id, lower(name));

-- Partitions by month are made together with those of `activity`.
create table account_activity (
  account_id bigint not null,
  occurred_at timestamptz not null,
  id bigint not null,
  workspace_id int not null,
  definition_id int not null,
  source text,
  key text,
  attributes jsonb not null,
  primary key (account_id, occurred_at, id)
) partition by range (occurred_at);
create unique index account_activity_key on account_activity (account_id, key, occurred_at) where key is not null;
create index account_activity_by_definition on account_activity (definition_id, occurred_at, account_id);

-- The accounts that the absorbed belonged to, and those that the survivor belongs to by that alone.
alter table person_merge_snapshot
  add column account_ids bigint[] not null default '{}',
  add column account_since timestamptz[] not null default '{}',
  add column accounts_gained bigint[] not null default '{}';
