-- The key of an activity tells it apart from others of its kind: an order that is placed and paid at one moment is two
-- activities with one key. What was unique by less is unique by more, so no old row is in the way. All activities are
-- read once: a minute or two for twenty millions, which have to be read in any case to tell those with a key.
create unique index activity_key_of_kind on activity (person_id, key, occurred_at, definition_id) where key is not null;
drop index activity_key;
alter index activity_key_of_kind rename to activity_key;

create unique index account_activity_key_of_kind on account_activity (account_id, key, occurred_at, definition_id)
where key is not null;
drop index account_activity_key;
alter index account_activity_key_of_kind rename to account_activity_key;
