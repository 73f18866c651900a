create table connection (
  id int generated always as identity primary key,
  workspace_id int not null references workspace,
  connector text not null,
  -- Encrypted with the workspace's secret: it holds tokens.
  settings bytea not null,
  -- The last part of the webhook's address. Who knows it may knock.
  webhook_secret text not null unique,
  state text not null check (state in ('on', 'needs_reconnect')),
  note text,
  account jsonb,
  created_at timestamptz not null,
  unique (workspace_id, connector)
);

-- Webhooks as they came, written down before they are answered.
create table connector_inbox (
  id bigint generated always as identity primary key,
  connection_id int not null references connection,
  received_at timestamptz not null,
  content_type text not null,
  body text not null,
  -- Set where it can not be read: kept for a person to see, not tried again.
  error text
);
create index connector_inbox_open on connector_inbox (connection_id, id) where error is null;

-- What is to be written over there, and afterwards what became of it.
create table connector_outbox (
  id bigint generated always as identity primary key,
  connection_id int not null references connection,
  key text not null,
  kind text not null,
  target text not null,
  body jsonb not null,
  person_id bigint,
  -- What the activity about it carries when a journey asked for it: campaign, shape and run.
  about jsonb,
  state text not null check (state in ('queued', 'writing', 'done', 'failed')),
  uncertain boolean not null default false,
  requested_at timestamptz not null,
  settled_at timestamptz,
  reference text,
  error text,
  unique (connection_id, key)
);
create index connector_outbox_open on connector_outbox (connection_id, id) where state in ('queued', 'writing');

-- What a connector keeps between calls.
create table connector_memory (
  connection_id int not null references connection,
  kind text not null,
  key text not null,
  value jsonb not null,
  remembered_at timestamptz not null,
  primary key (connection_id, kind, key)
);
