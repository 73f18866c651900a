create table workspace (
  id int generated always as identity primary key,
  name text not null,
  -- As Ortto's error messages name an account.
  instance text not null unique,
  -- Signs links in e-mails and encrypts the settings of connections.
  secret bytea not null,
  created_at timestamptz not null
);

create table api_key (
  id int generated always as identity primary key,
  workspace_id int not null references workspace,
  name text not null,
  -- The first characters, to tell keys apart; the key itself is not kept.
  prefix text not null,
  hash bytea not null unique,
  created_at timestamptz not null,
  revoked_at timestamptz
);
