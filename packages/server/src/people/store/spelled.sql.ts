/** What `p` has in the field `f`, which is $2, as `keyValue` spells it. */
export const spelled = `case when f.display_type = 'email' then lower(p.fields->>$2)
                 when jsonb_typeof(p.fields->$2) = 'object' then concat(p.fields->$2->>'c', p.fields->$2->>'n')
                 else p.fields->>$2 end`;
