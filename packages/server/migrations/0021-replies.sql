-- Owner: messages. An answer to a message that is on the timeline, by what tells mails apart (the SHA-256 of a Message-ID):
-- however often it is delivered, it is recorded once.
create table message_reply (
  workspace_id int not null references workspace,
  message_id bigint not null,
  mail bytea not null,
  received_at timestamptz not null,
  primary key (message_id, mail)
);

-- The first time a person answered.
alter table message add replied_at timestamptz;

-- Owner: messages. A mailbox that is watched for answers, and how far it is read.
create table watched_mailbox (
  id int generated always as identity primary key,
  workspace_id int not null references workspace,
  -- user at host:port/folder
  name text not null,
  -- UIDs count within it: with another, the server has numbered the mails anew. Null: never read.
  uid_validity bigint,
  last_uid bigint,
  read_at timestamptz,
  unique (workspace_id, name)
);
