-- The number of the exit rule by which a run left, from 1, where it was one: kept by itself, for an exit shape may give the
-- same words as its reason. Of moves from before, the words tell it, but at an exit shape.
alter table move add exit_rule smallint;
update move m set exit_rule = coalesce(substring(m.did from '\d+$'), '1')::smallint
from run r join journey_version v on v.journey_id = r.journey_id and v.version = r.version
where r.id = m.run_id and m.did ~ '^left: exit rule( \d{1,3})?$'
  and v.definition #>> array['shapes', m.shape_id, 'kind'] is distinct from 'exit';
