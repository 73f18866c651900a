-- When whoever got a message called it spam, as their provider tells (RFC 5965).
alter table message add complained_at timestamptz;
