-- Owner: people. Two people that turned out to be one: the id of the absorbed goes on to find the survivor. Chains are
-- flattened, so one look-up is enough.
create table person_alias (
  workspace_id int not null references workspace,
  old_id bigint not null,
  person_id bigint not null,
  primary key (workspace_id, old_id)
);
create index person_alias_to on person_alias (person_id);

create sequence person_merge_number;

-- Owner: people. Who became one with whom, when, and by whose doing. Kept for good.
create table person_merge (
  id bigint primary key,
  workspace_id int not null references workspace,
  survivor_id bigint not null,
  absorbed_id bigint not null,
  -- 'by hand' or 'anonymous id'.
  reason text not null,
  asked_by text not null,
  merged_at timestamptz not null,
  separated_at timestamptz
);
create index person_merge_of_survivor on person_merge (survivor_id, merged_at);
create index person_merge_of_absorbed on person_merge (absorbed_id, merged_at);

-- Owner: people. All that is needed to separate them again; gone after thirty days.
create table person_merge_snapshot (
  merge_id bigint primary key references person_merge on delete cascade,
  merged_at timestamptz not null,
  -- Whole rows of `person`: whatever columns it has by then.
  survivor_before jsonb not null,
  survivor_after jsonb,
  absorbed jsonb not null,
  -- The keys that found the absorbed.
  key_fields text[] not null default '{}',
  key_values text[] not null default '{}',
  -- The ids that led to the absorbed, from earlier merges.
  aliases bigint[] not null default '{}',
  -- The activities that moved, and whole rows of those that the survivor had already.
  activity_at timestamptz[] not null default '{}',
  activity_ids bigint[] not null default '{}',
  activities_left_out jsonb not null default '[]'
);
create index person_merge_snapshot_age on person_merge_snapshot (merged_at);

-- Owner: people. Two people that something said are one; nobody has decided yet. The smaller id first.
create table person_duplicate (
  workspace_id int not null references workspace,
  person_id bigint not null,
  other_id bigint not null,
  -- The key fields by which one record named both.
  fields text[] not null,
  times int not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  -- Somebody has said that they are two.
  dismissed_at timestamptz,
  primary key (workspace_id, person_id, other_id)
);
create index person_duplicate_of_other on person_duplicate (workspace_id, other_id);
create index person_duplicate_open on person_duplicate (workspace_id, last_seen_at) where dismissed_at is null;

-- Owner: people. The keys that found somebody who is archived now: those that no field has, such as an address of one
-- they absorbed, would else be lost when they are restored.
create table person_parked_key (
  workspace_id int not null references workspace,
  person_id bigint not null,
  field_id text not null,
  value text not null,
  primary key (person_id, field_id, value)
);

-- Owner: journeys. The runs that followed a person into another, so that they can be given back.
create table run_united (
  merge_id bigint not null references person_merge_snapshot on delete cascade,
  run_id bigint not null,
  primary key (merge_id, run_id)
);

-- Owner: messages. The messages that followed.
create table message_united (
  merge_id bigint not null references person_merge_snapshot on delete cascade,
  message_id bigint not null,
  primary key (merge_id, message_id)
);

insert into activity_definition (workspace_id, activity_id, name, built_in, touch, created_at, edited_at)
select w.id, d.activity_id, d.name, true, false, now(), now()
from workspace w, (values ('act::united', 'United with another profile'),
                          ('act::separated', 'Separated from another profile')) as d(activity_id, name)
on conflict do nothing;
