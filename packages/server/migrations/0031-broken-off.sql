-- How often whoever took a message broke off before the answer came. Of the times that it was uncertain (uncertain_count), those
-- that were not our own end.
alter table message add broken_off_count smallint not null default 0;
