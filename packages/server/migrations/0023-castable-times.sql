-- Times that no timestamptz can be, and dates of years that it has not: one of them made every search and sort by its
-- field fail, for everybody. They are not set from now on; new ones are refused. To guard the cast in each search costs
-- more than a tenth of it.
create function castable(given jsonb) returns jsonb language plpgsql as $$
declare
  field text;
  value jsonb;
begin
  for field, value in select * from jsonb_each(given) where key like 'tme:%' or key like 'dtz:%' loop
    begin
      if field like 'tme:%' then
        perform (value #>> '{}')::timestamptz;
      elsif (value ->> 'year')::numeric not between 1 and 9999 then
        given := given - field;
      end if;
    exception when data_exception then
      given := given - field;
    end;
  end loop;
  return given;
end $$;

-- To look closer takes half a minute for a million that have times: what has none is passed by.
create function doubtful(given jsonb) returns boolean language sql immutable
  return given::text like '%"tme:%' or given::text like '%"dtz:%';

update person set fields = castable(fields) where doubtful(fields) and castable(fields) <> fields;
update account set fields = castable(fields) where doubtful(fields) and castable(fields) <> fields;
update activity set attributes = castable(attributes) where doubtful(attributes) and castable(attributes) <> attributes;
update account_activity set attributes = castable(attributes)
where doubtful(attributes) and castable(attributes) <> attributes;

-- Or they would come back with whom they belong to, when two people are separated again.
update person_merge_snapshot set
  survivor_before = jsonb_set(survivor_before, '{fields}', castable(survivor_before -> 'fields')),
  survivor_after = jsonb_set(survivor_after, '{fields}', castable(survivor_after -> 'fields')),
  absorbed = jsonb_set(absorbed, '{fields}', castable(absorbed -> 'fields')),
  activities_left_out = (
    select coalesce(jsonb_agg(jsonb_set(left_out, '{attributes}', castable(left_out -> 'attributes')) order by place), '[]')
    from jsonb_array_elements(activities_left_out) with ordinality one(left_out, place));

drop function doubtful(jsonb);
drop function castable(jsonb);
