-- A journey that was off let nobody in, and whoever was inside went on: it drains.
alter table journey drop constraint journey_state_check;
update journey set state = 'draining' where state = 'off';
alter table journey add constraint journey_state_check
  check (state in ('draft', 'on', 'paused', 'draining', 'archived'));
-- A draft that was never published has no live version.
alter table journey alter live_version drop not null;
-- The activity that starts it; null where something else does.
alter table journey alter entry_activity drop not null;
-- The audience that is kept for the sake of its entry, by its id on the wire: who enters it enters the journey.
alter table journey add entry_audience text;
-- What is being worked on, beside the version that is live.
alter table journey add draft jsonb;
alter table journey add draft_edited_at timestamptz;
alter table journey add draft_edited_by text;

alter table journey_version add published_by text;
-- Made to be tried by one person, and never live.
alter table journey_version add test boolean not null default false;

-- What a run remembers on its way: how often it jumped back, what it has asked for.
alter table run add memory jsonb not null default '{}';
-- Kept where it is, because its journey is paused or its shape is switched off, until that is over.
alter table run add held boolean not null default false;
-- Somebody's try, which figures leave out.
alter table run add test boolean not null default false;
create index run_held on run (journey_id) where held;
-- What of this journey and person has been before: re-entry asks it.
create index run_of_person on run (person_id, journey_id, entered_at);

-- When a person last had a shape that says how often one person may have it. Owned by journeys.
create table shape_done (
  workspace_id int not null,
  journey_id int not null,
  shape_id text not null,
  person_id bigint not null,
  done_at timestamptz not null,
  primary key (person_id, journey_id, shape_id)
);

-- Which way of a levelled split a person was sent, and how many each way. Owned by journeys.
create table split_choice (
  workspace_id int not null,
  journey_id int not null,
  shape_id text not null,
  person_id bigint not null,
  branch text not null,
  primary key (person_id, journey_id, shape_id)
);
create table split_count (
  journey_id int not null references journey,
  shape_id text not null,
  branch text not null,
  people int not null,
  primary key (journey_id, shape_id, branch)
);

-- The version of an e-mail that has won. Owned by journeys.
create table ab_winner (
  journey_id int not null references journey,
  shape_id text not null,
  variant text not null,
  decided_at timestamptz not null,
  -- Who said so, or by which figures.
  why text not null,
  primary key (journey_id, shape_id)
);
