-- Kept for another room, which hears who enters and leaves it: nobody sees it, and no timeline tells of it.
alter table audience add hidden boolean not null default false;

-- Those who belonged when the journey was published have been let in: not again when it is put on again.
alter table journey add entry_existing boolean not null default false;

-- Owner: journeys. People who are in line to enter a journey or to leave it, each for a moment. In the order of the ids.
create table journey_line (
  id bigint generated always as identity primary key,
  workspace_id int not null,
  person_id bigint not null,
  -- Null where a step of a journey asks, which names it in `asked`.
  journey_id int,
  -- 'enter', 'leave', or 'withdraw': leave what has not begun.
  what text not null,
  at timestamptz not null,
  -- What starts the run, where it has a number that could come again, and when it begins at the earliest.
  begin_id bigint,
  due_at timestamptz,
  -- The step that asks.
  asked jsonb,
  -- One that could not be acted on waits, and holds up nobody.
  attempts int not null default 0,
  error text,
  not_before timestamptz not null
);
create index journey_line_of_person on journey_line (person_id);

-- When its schedule next calls people in; null where it is not on, or has none.
alter table journey add schedule_next_at timestamptz;
create index journey_scheduled on journey (schedule_next_at) where schedule_next_at is not null;

-- Owner: journeys. Many people who are put into a journey, page by page: by hand, or each time a schedule calls. How far
-- it has come is written with those who enter.
create table journey_enrolment (
  id bigint generated always as identity primary key,
  workspace_id int not null,
  journey_id int not null references journey,
  asked_by text not null,
  -- Who: the members of an audience, those for whom a filter holds, both at once, or people by their ids, in order.
  audience text,
  filter jsonb,
  people bigint[],
  -- What the runs are to know.
  entry jsonb not null default '{}',
  -- Of a schedule: the moment, and how many before it were missed since nobody was there.
  occurs_at timestamptz,
  missed int not null default 0,
  -- The same key asks for the same.
  idempotency_key text,
  state text not null default 'running' check (state in ('running', 'done', 'cancelled', 'failed')),
  error text,
  attempts int not null default 0,
  not_before timestamptz not null,
  -- Everyone up to this person has been looked at: so many of about so many, of whom so many entered.
  after bigint not null default 0,
  seen bigint not null default 0,
  total bigint not null,
  entered bigint not null default 0,
  created_at timestamptz not null,
  worked_at timestamptz not null,
  finished_at timestamptz
);
create unique index journey_enrolment_occurrence on journey_enrolment (journey_id, occurs_at) where occurs_at is not null;
create unique index journey_enrolment_key on journey_enrolment (journey_id, idempotency_key)
  where idempotency_key is not null;
create index journey_enrolment_running on journey_enrolment (worked_at) where state = 'running';

-- Owner: journeys. What requests to put people into a journey were answered, by the key they came with: the same again.
create table journey_trigger (
  journey_id int not null references journey,
  key text not null,
  -- Of what was asked: a key names one request.
  asked_sha text not null,
  answer jsonb not null default '[]',
  created_at timestamptz not null,
  primary key (journey_id, key)
);
create index journey_trigger_age on journey_trigger (created_at);
