-- A person's open runs are found among all of theirs (`run_of_person`). An index of the open ones alone was one of the seven
-- that are written whenever a run is moved.
drop index run_watching;
