-- Of a field that has just become a key: when everybody knows of it, and the keys of whoever was recorded meanwhile can be
-- looked over; `infinity` until somebody has seen that it is one. Nothing where that is done.
alter table field add column key_settles_at timestamptz;
