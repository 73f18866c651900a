/**
 * The parts of a statement that write what `moved (audience_id, person_id, belongs)` says, with the figures. Takes the
 * parameters of the workspace, the moment and its day, as "$1".
 */
export function writingMoves(of: { workspace: string; now: string; day: string }): string {
  return `entered as (
      insert into audience_member (workspace_id, audience_id, person_id, since)
      select ${of.workspace}, audience_id, person_id, ${of.now}::timestamptz from moved where belongs
    ), gone as (
      delete from audience_member m using moved
      where not moved.belongs and m.audience_id = moved.audience_id and m.person_id = moved.person_id
    ), counted as (
      select audience_id, (count(*) filter (where belongs))::int as entered,
             (count(*) filter (where not belongs))::int as "left"
      from moved group by audience_id
    ), sized as (
      update audience set members = members + counted.entered - counted."left"
      from counted where audience.id = counted.audience_id
    ), grown as (
      insert into audience_growth as g (audience_id, day, entered, "left")
      select audience_id, ${of.day}::date, entered, "left" from counted
      on conflict (audience_id, day) do update
        set entered = g.entered + excluded.entered, "left" = g."left" + excluded."left"
    )`;
}
