-- Custom fields of people (`str:cm:…`). Built-in ones are in the code.
create table field (
  workspace_id int not null references workspace,
  id text not null,
  name text not null,
  display_type text not null,
  -- The choices of a select.
  choices jsonb,
  track_changes boolean not null default false,
  -- People can be found by it: its values are kept in `identity`.
  is_key boolean not null default false,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);

-- A number for each activity id, so that 20 million activities do not repeat its text.
create table activity_definition (
  id int generated always as identity primary key,
  workspace_id int not null references workspace,
  activity_id text not null,
  name text not null,
  built_in boolean not null,
  -- Moves the person's "last seen".
  touch boolean not null,
  -- What the wire tells of it beside: icon, display style, switches.
  details jsonb not null default '{}',
  attributes jsonb not null default '[]',
  created_at timestamptz not null,
  edited_at timestamptz not null,
  unique (workspace_id, activity_id)
);

create sequence person_number;
create sequence activity_number;

-- 32 bits of unix seconds, then 31 of a sequence: time-ordered, unique as long
-- as fewer than two billion are made in a second.
create function time_ordered_id(at timestamptz, number bigint) returns bigint
  language sql immutable parallel safe
  return (floor(extract(epoch from at))::bigint << 31) | (number & 2147483647);

create table person (
  id bigint primary key,
  workspace_id int not null references workspace,
  -- Field id → bare value; empty fields are absent.
  fields jsonb not null,
  created_at timestamptz not null,
  edited_at timestamptz not null,
  first_seen_at timestamptz,
  last_seen_at timestamptz,
  subscribed_at timestamptz,
  unsubscribed_at timestamptz,
  archived_at timestamptz,
  tags int[] not null default '{}'
) with (fillfactor = 85);
create index person_by_workspace on person (workspace_id, id);

-- Who a value of a key field belongs to. One row, one person: what makes twenty
-- clients that merge the same new address at once make one person.
create table identity (
  workspace_id int not null,
  field_id text not null,
  value text not null,
  person_id bigint not null,
  primary key (workspace_id, field_id, value)
);
create index identity_by_person on identity (person_id);

create table tag (
  workspace_id int not null references workspace,
  id int not null,
  name text not null,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index tag_name on tag (workspace_id, lower(name));

-- Partitions by month are made by the server, ahead of time and on demand.
create table activity (
  person_id bigint not null,
  occurred_at timestamptz not null,
  id bigint not null,
  workspace_id int not null,
  definition_id int not null,
  source text,
  -- The sender's own id of it; the same key at the same moment is the same activity.
  key text,
  attributes jsonb not null,
  primary key (person_id, occurred_at, id)
) partition by range (occurred_at);
create unique index activity_key on activity (person_id, key, occurred_at) where key is not null;
create index activity_of_person on activity (person_id, definition_id, occurred_at);
