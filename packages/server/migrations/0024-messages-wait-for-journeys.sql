-- A message waits where its journey, or the shape that asked for it, stands still.
alter table message drop constraint message_waits_for_check;
alter table message add constraint message_waits_for_check check (waits_for in ('cap', 'hours', 'journey'));
