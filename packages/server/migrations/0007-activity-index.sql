-- "Who did this in the last 30 days" is asked of everybody, and new rows come in at the end of it; what one person
-- did is found by the primary key.
drop index activity_of_person;
create index activity_by_definition on activity (definition_id, occurred_at, person_id);
