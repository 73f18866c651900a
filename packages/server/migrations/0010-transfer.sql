-- One file to be taken in. Owned by imports.
create table import (
  id bigint generated always as identity primary key,
  workspace_id int not null references workspace,
  kind text not null check (kind in ('people', 'activities')),
  name text not null,
  -- uploading, ready, running, stopped, done, failed
  state text not null,
  -- Delimiter, quote, encoding, header.
  dialect jsonb,
  columns text[] not null default '{}',
  -- The first rows, to show and to guess from.
  sample jsonb not null default '[]',
  mapping jsonb,
  -- The file as UTF-8: how much of it is there, and how much has been taken.
  bytes bigint not null default 0,
  position bigint not null default 0,
  -- As a spreadsheet counts: 1 is the header.
  row_number bigint not null default 0,
  -- Where it was when it was last started, for its speed.
  started_row bigint not null default 0,
  created int not null default 0,
  merged int not null default 0,
  untouched int not null default 0,
  duplicate int not null default 0,
  rejected int not null default 0,
  error text,
  created_at timestamptz not null,
  edited_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz
);
create index import_of_workspace on import (workspace_id, id);
create index import_running on import (id) where state = 'running';

-- A piece of the file, by the byte it begins at; gone when the import is done.
create table import_chunk (
  workspace_id int not null,
  import_id bigint not null references import on delete cascade,
  start bigint not null,
  body bytea not null,
  primary key (import_id, start)
);
-- Text that PostgreSQL can do little to make smaller in passing.
alter table import_chunk alter column body set storage external;

-- A row that was not taken, with what was wrong with it.
create table import_rejected (
  workspace_id int not null,
  import_id bigint not null references import on delete cascade,
  row_number bigint not null,
  reason text not null,
  cells jsonb not null,
  primary key (import_id, row_number)
);
