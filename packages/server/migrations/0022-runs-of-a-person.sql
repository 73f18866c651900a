-- A person's runs of a journey, and that the same thing starts one of them: one index in place of two, the fifth that is
-- written with a run in place of the sixth.
create unique index run_of_person_and_begin on run (person_id, journey_id, entry_activity_id);
drop index run_by_activity;
drop index run_of_person;
alter index run_of_person_and_begin rename to run_of_person;
