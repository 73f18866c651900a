create index person_archived on person (workspace_id, id) where archived_at is not null;

-- Who is archived can not be found by a key, and whoever brings the same address is somebody new (Ortto's way).
delete from identity i using person p where p.id = i.person_id and p.archived_at is not null;

-- Addresses that get no mail, whoever has them. In small letters.
create table suppression (
  workspace_id int not null references workspace,
  email text not null,
  reason text not null,
  created_at timestamptz not null,
  primary key (workspace_id, email)
);
create index suppression_newest on suppression (workspace_id, created_at, email);
-- Until now a hard bounce was known of the person only.
insert into suppression (workspace_id, email, reason, created_at)
select workspace_id, lower(btrim(fields->>'str::email')), 'Hard bounced', max(edited_at) from person
where fields->>'bol::hb' = 'true' and fields->>'str::email' <> '' group by 1, 2;

-- People to be archived, restored or deleted who are too many for somebody to wait.
create table person_change (
  id bigint generated always as identity primary key,
  workspace_id int not null references workspace,
  kind text not null check (kind in ('archive', 'restore', 'delete')),
  -- Null: everybody but `except_ids`.
  person_ids bigint[],
  except_ids bigint[] not null,
  source text not null,
  -- How far it has come.
  after_id bigint not null default 0,
  requested_at timestamptz not null
);

-- Records taken with `async`: answered, and not recorded yet. Rows live for milliseconds.
create table intake (
  id bigint generated always as identity primary key,
  workspace_id int not null references workspace,
  items jsonb not null,
  received_at timestamptz not null,
  not_before timestamptz not null,
  attempts int not null default 0,
  error text
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- What is kept about a person who is deleted is looked for by person.
create index connector_outbox_of_person on connector_outbox (person_id);
