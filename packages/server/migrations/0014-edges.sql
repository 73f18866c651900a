-- Archived: nothing of it is recorded any more, what was recorded stays and is shown.
alter table activity_definition add archived_at timestamptz;

-- Fields whose changes are tracked have an activity for it from now on; those that asked for it before get theirs here.
insert into activity_definition (workspace_id, activity_id, name, built_in, touch, attributes, created_at, edited_at)
select f.workspace_id,
       'act:cm:' || trim(both '-' from regexp_replace(regexp_replace(lower(normalize('Custom: ' || f.name || ' changed', NFKD)),
                                                                     '[\u0300-\u036f]', '', 'g'), '[^[:alnum:]]+', '-', 'g')),
       'Custom: ' || f.name || ' changed', false, false,
       jsonb_build_array(
         jsonb_build_object('name', 'Previous value', 'field_id', split_part(f.id, ':', 1) || ':cm:previous-value',
                            'display_type', f.display_type),
         jsonb_build_object('name', 'New value', 'field_id', split_part(f.id, ':', 1) || ':cm:new-value',
                            'display_type', f.display_type)),
       f.created_at, f.created_at
from field f
where f.track_changes and f.entity = 'person' and f.display_type <> 'multi_select'
on conflict do nothing;
update field set track_changes = false where entity = 'person' and display_type = 'multi_select';
