-- Keys of custom fields of type `email` are in small letters from now on, as those of `str::email` are. Where two become
-- one spelling, whoever came first keeps it; the other has the value in the field.
with own as (
  delete from identity i using field f
  where f.display_type = 'email' and i.workspace_id = f.workspace_id and i.field_id = f.id and i.value <> lower(i.value)
  returning i.workspace_id, i.field_id, lower(i.value) as value, i.person_id
)
insert into identity (workspace_id, field_id, value, person_id)
select workspace_id, field_id, value, min(person_id) from own group by workspace_id, field_id, value
on conflict (workspace_id, field_id, value) do update set person_id = least(identity.person_id, excluded.person_id);

with own as (
  delete from account_identity i using field f
  where f.display_type = 'email' and i.workspace_id = f.workspace_id and i.field_id = f.id and i.value <> lower(i.value)
  returning i.workspace_id, i.field_id, lower(i.value) as value, i.account_id
)
insert into account_identity (workspace_id, field_id, value, account_id)
select workspace_id, field_id, value, min(account_id) from own group by workspace_id, field_id, value
on conflict (workspace_id, field_id, value) do update set account_id = least(account_identity.account_id, excluded.account_id);

-- Those that come back with whoever is restored, or separated again.
with own as (
  delete from person_parked_key k using field f
  where f.display_type = 'email' and k.workspace_id = f.workspace_id and k.field_id = f.id and k.value <> lower(k.value)
  returning k.workspace_id, k.person_id, k.field_id, lower(k.value) as value
)
insert into person_parked_key (workspace_id, person_id, field_id, value)
select distinct workspace_id, person_id, field_id, value from own
on conflict do nothing;

update person_merge_snapshot s
set key_values = (
  select array_agg(case when f.id is null then k.value else lower(k.value) end order by k.place)
  from unnest(s.key_fields, s.key_values) with ordinality as k(field_id, value, place)
  left join field f on f.workspace_id = m.workspace_id and f.id = k.field_id and f.display_type = 'email')
from person_merge m
where m.id = s.merge_id
  and exists (select from field f
              where f.workspace_id = m.workspace_id and f.display_type = 'email' and f.id = any(s.key_fields));
