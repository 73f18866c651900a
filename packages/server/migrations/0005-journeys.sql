create table journey (
  id int generated always as identity primary key,
  workspace_id int not null references workspace,
  name text not null,
  state text not null check (state in ('on', 'off')),
  live_version int not null,
  entry_activity text not null,
  created_at timestamptz not null,
  edited_at timestamptz not null,
  unique (workspace_id, name)
);
create index journey_by_entry on journey (workspace_id, entry_activity) where state = 'on';

-- Written once, never changed: a run goes on in the version it started in.
create table journey_version (
  journey_id int not null references journey,
  version int not null,
  definition jsonb not null,
  published_at timestamptz not null,
  primary key (journey_id, version)
);

create sequence run_number;

-- One person's way through a journey. `due_at` is when the engine has to look
-- at it; `listens` are the activities that make it look sooner. `ended_at` is
-- set once neither matters any more.
create table run (
  id bigint primary key,
  workspace_id int not null,
  journey_id int not null,
  version int not null,
  person_id bigint not null,
  entry_activity_id bigint not null,
  entry_at timestamptz not null,
  entry_key text not null,
  entry jsonb not null,
  held_out boolean not null,
  shape_id text,
  entered_at timestamptz not null,
  -- When the run came to its shape: what delays count from.
  arrived_at timestamptz not null,
  due_at timestamptz,
  listens text[] not null default '{}',
  left_at timestamptz,
  left_reason text,
  goal_at timestamptz,
  ended_at timestamptz,
  -- Not null while the engine can not move it: shown, and not tried again by itself.
  parked_error text
) with (fillfactor = 70);
-- However often its news is handled, an activity enrols once.
create unique index run_by_activity on run (journey_id, person_id, entry_activity_id);
-- One run at a time per key (a deal, or the person).
create unique index run_inside on run (journey_id, person_id, entry_key) where left_at is null;
create index run_due on run (due_at) where due_at is not null;
create index run_watching on run (person_id) where ended_at is null;

-- Every move of a run, with the reason: the answer to "why did she get this".
create table move (
  run_id bigint not null,
  at timestamptz not null,
  number int not null,
  shape_id text,
  -- What it did and why, for people to read.
  did text not null,
  primary key (run_id, at, number)
);
