-- An enrolment that is over needs no longer know whom it asked for, nor what their runs were to know: both may be
-- personal, and nobody could take them back when a person is deleted. What tells whether a key came with the same request
-- is kept as its hash; `filtered` says of one that is over that there was a filter.
alter table journey_enrolment add filtered boolean not null default false;
alter table journey_enrolment add asked_sha text;
update journey_enrolment
set asked_sha = encode(sha256(convert_to(jsonb_build_array(audience, filter, entry, people)::text, 'UTF8')), 'hex')
where idempotency_key is not null;
update journey_enrolment set filtered = filter is not null, filter = null, entry = '{}' where state <> 'running';
