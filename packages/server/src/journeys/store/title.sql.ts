/** The title of a shape in the version of a run, or null; `run` is how the statement calls the run, `shape` the id, as SQL. */
export const titleSql = (run: string, shape: string): string =>
  `(select v.definition #>> array['shapes', ${shape}, 'title'] from journey_version v
    where v.journey_id = ${run}.journey_id and v.version = ${run}.version)`;
