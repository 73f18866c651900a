-- Owner: messages. What a message says that is made from no template, once for all that say the same; never changed.
create table message_content (
  id int generated always as identity primary key,
  workspace_id int not null references workspace,
  -- Of what it says.
  hash bytea not null,
  content jsonb not null,
  created_at timestamptz not null,
  unique (workspace_id, hash)
);

-- Owner: messages. Under which rules messages go that bring none of their own; a workspace without a row has those the
-- code begins with. Null: no cap; no hours.
create table sending_default (
  workspace_id int primary key references workspace,
  cap jsonb,
  when_capped text not null check (when_capped in ('delay', 'skip')),
  hours jsonb,
  -- Of people of whom no time zone is known.
  timezone text not null,
  edited_at timestamptz not null
);

-- Null: it is made from a template.
alter table message add content_id int references message_content;
-- The rules it brings. What was asked for before there were any goes as it would have gone: without a cap.
alter table message add rules jsonb not null default '{"cap": "none"}';
alter table message alter rules set default '{}';
-- Which line it stands in: mail, or web, so that a slow server of one does not hold up the other.
alter table message add lane text not null default 'mail' check (lane in ('mail', 'web'));
-- Since when it counts for the caps of its person. Null: it does not.
alter table message add counted_at timestamptz;
-- The rule because of which it is not due yet.
alter table message add waits_for text check (waits_for in ('cap', 'hours'));

drop index message_due;
create index message_due on message (lane, due_at, id) where state = 'queued';
create index message_counted on message (person_id, counted_at) where counted_at is not null;
create index message_waiting on message (person_id) where waits_for is not null;
