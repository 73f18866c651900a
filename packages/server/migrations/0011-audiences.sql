-- Owner: audiences. One row a workspace that has its default audiences. Whoever writes memberships holds it: there is
-- one writer at a time, so what was judged last is what stands. The version counts every change of any audience.
create table audience_set (
  workspace_id int primary key references workspace,
  version bigint not null
);

-- Owner: audiences. A live group of people: those for whom the filter holds; with an exit filter, those for whom it
-- once held, until the exit filter does.
create table audience (
  id int generated always as identity primary key,
  workspace_id int not null references workspace,
  name text not null,
  filter jsonb not null,
  exit_filter jsonb,
  public_name text not null default '',
  public_description text not null default '',
  is_public boolean not null default false,
  sms_is_public boolean not null default false,
  -- It is being built: everyone up to this person has been judged, so many of so many.
  building boolean not null default true,
  build_after bigint not null default 0,
  build_done bigint not null default 0,
  build_total bigint not null default 0,
  -- Its first building enters nobody on their timeline: it came with the workspace.
  quiet boolean not null default false,
  ready boolean not null default false,
  members bigint not null default 0,
  created_at timestamptz not null,
  edited_at timestamptz not null,
  last_built_at timestamptz,
  archived_at timestamptz
);
create index audience_by_workspace on audience (workspace_id, id);
create index audience_building on audience (workspace_id, build_after) where building and archived_at is null;

-- Owner: audiences. Who belongs now, since when.
create table audience_member (
  workspace_id int not null,
  audience_id int not null,
  person_id bigint not null,
  since timestamptz not null,
  primary key (audience_id, person_id)
);
create index audience_member_of_person on audience_member (person_id);

-- Owner: audiences. When time alone may change whether somebody belongs. Sometimes too early, never too late.
create table audience_check (
  workspace_id int not null,
  audience_id int not null,
  person_id bigint not null,
  due_at timestamptz not null,
  primary key (audience_id, person_id)
);
create index audience_check_due on audience_check (due_at);
create index audience_check_of_person on audience_check (person_id);

-- Owner: audiences. What people said of an audience's mail and SMS; null where they said nothing.
create table audience_subscriber (
  workspace_id int not null,
  audience_id int not null,
  person_id bigint not null,
  subscribed boolean,
  subscribed_at timestamptz,
  sms_opted_in boolean,
  primary key (audience_id, person_id)
);
create index audience_subscriber_of_person on audience_subscriber (person_id);

-- Owner: audiences. How many entered and left on each day (UTC).
create table audience_growth (
  audience_id int not null references audience on delete cascade,
  day date not null,
  entered int not null,
  "left" int not null,
  primary key (audience_id, day)
);
