-- Owner: audiences. What a survivor had said of an audience before somebody who had said something of it became them:
-- what it takes to tell apart what each of the two has said. Gone when the two can not be separated any more.
create table audience_united (
  workspace_id int not null,
  merge_id bigint not null references person_merge_snapshot on delete cascade,
  audience_id int not null references audience on delete cascade,
  survivor_id bigint not null,
  absorbed_id bigint not null,
  subscribed boolean,
  subscribed_at timestamptz,
  sms_opted_in boolean,
  -- The survivor has said something themselves since, of its mail, of its SMS.
  mail_since boolean not null default false,
  sms_since boolean not null default false,
  primary key (merge_id, audience_id)
);
create index audience_united_of_survivor on audience_united (survivor_id, audience_id);
