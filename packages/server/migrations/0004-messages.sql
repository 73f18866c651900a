create table template (
  workspace_id int not null references workspace,
  id int generated always as identity primary key,
  name text not null,
  channel text not null,
  content jsonb not null,
  created_at timestamptz not null,
  -- Grows with every edit: what was compiled from an older one is out of date.
  edited_at timestamptz not null,
  unique (workspace_id, name)
);

create sequence message_number;

-- The outbox, and afterwards what became of each message.
create table message (
  id bigint primary key,
  workspace_id int not null references workspace,
  person_id bigint not null,
  channel text not null,
  -- Null where the template asked for was not there: the message has failed, with that reason.
  template_id int references template,
  journey_id int,
  run_id bigint,
  shape_id text,
  -- The activity that started the run and its attributes, for the template.
  entry_activity_id text,
  entry jsonb not null default '{}',
  -- What every activity about it carries: campaign, shape and run, as Ortto names them.
  attributes jsonb not null default '{}',
  -- Who asked for it; the same request twice is one message.
  request_key text not null,
  state text not null check (state in ('queued', 'sending', 'uncertain', 'sent', 'skipped', 'bounced', 'failed')),
  -- When it is to be sent, or, uncertain, when it may be sent again.
  due_at timestamptz,
  attempts int not null default 0,
  -- The process that is sending it. It stays while the message is uncertain: that
  -- process may yet live, and know.
  claimed_by int,
  -- How often nobody could tell whether it left, because the answer was lost.
  uncertain_count int not null default 0,
  address text,
  subject text,
  reason text,
  queued_at timestamptz not null,
  sent_at timestamptz,
  -- The first time a person did, not a machine.
  opened_at timestamptz,
  clicked_at timestamptz,
  unsubscribed_at timestamptz,
  unique (workspace_id, request_key)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
create index message_due on message (due_at, id) where state = 'queued';
create index message_in_hand on message (claimed_by) where state in ('sending', 'uncertain');
create index message_once_uncertain on message (id) where uncertain_count > 0;
create index message_of_person on message (person_id, queued_at);
create index message_of_journey on message (journey_id);

-- What the built-in mailbox was given; only used where no SMTP server is set.
create table mailbox_mail (
  id bigint generated always as identity primary key,
  received_at timestamptz not null,
  mail_from text not null,
  rcpt_to text[] not null,
  source bytea not null
);
create index mailbox_mail_to on mailbox_mail using gin (rcpt_to);
