-- News: what became true, left in the transaction that made it true, taken by
-- the transaction that acts on it. Rows live for milliseconds.
create table news (
  id bigint generated always as identity primary key,
  name text not null,
  payload jsonb not null,
  attempts int not null default 0,
  not_before timestamptz not null,
  error text
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index news_due on news (not_before, id);

-- Every running process has a number, and holds an advisory lock on it while it lives.
create sequence process_number as int;
