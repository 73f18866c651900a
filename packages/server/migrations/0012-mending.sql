-- How often a write was tried, and, for one whose tries together with others came to nothing, when it is tried alone.
alter table connector_outbox add attempts int not null default 0;
alter table connector_outbox add alone_at timestamptz;
-- What `doctor` shows: the writes that failed.
create index connector_outbox_failed on connector_outbox (connection_id, id) where state = 'failed';
