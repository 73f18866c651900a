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
