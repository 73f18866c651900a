-- Grows with everything that is done to the draft: whoever saves or publishes says which they have seen.
alter table journey add draft_edit int not null default 0;
-- The live version when the draft was begun: another may have been published beside it since.
alter table journey add draft_from int;
-- Of a paused journey: what it goes on as.
alter table journey add paused_from text check (paused_from in ('on', 'draining'));

-- Owned by journeys. What was done to a journey, and by whom.
create table journey_history (
  id bigint generated always as identity primary key,
  journey_id int not null references journey,
  at timestamptz not null,
  -- The name of an API key, or the command line.
  who text not null,
  -- Such as 'published'.
  what text not null,
  -- What there is to say of it, such as the version.
  details jsonb not null default '{}'
);
create index journey_history_of on journey_history (journey_id, id);

-- Owned by journeys. How often runs have gone on from a shape. A row of its own for each process, so that none waits
-- for another; the count is the sum.
create table shape_passed (
  journey_id int not null references journey,
  shape_id text not null,
  process int not null,
  runs bigint not null,
  primary key (journey_id, shape_id, process)
) with (fillfactor = 50);

-- Owned by journeys. E-mails in several versions of which one is to win by itself, and when to look next.
create table ab_check (
  journey_id int not null references journey,
  shape_id text not null,
  due_at timestamptz not null,
  primary key (journey_id, shape_id)
);
create index ab_check_due on ab_check (due_at);
-- The figures by which it won; null where somebody said so.
alter table ab_winner add figures jsonb;
alter table ab_winner add decided_by text;

-- Counting who stands where reads this index alone.
drop index run_inside;
create unique index run_inside on run (journey_id, person_id, entry_key)
  include (shape_id, version, held, test) where left_at is null;
-- The runs of a journey, newest first.
create index run_of_journey on run (journey_id, id);
create index run_parked on run (journey_id, id) where parked_error is not null and ended_at is null;
