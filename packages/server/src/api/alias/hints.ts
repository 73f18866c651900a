import type { Log } from '../../platform/log.ts';

/** How each kind is written properly. No values: they may be personal. */
const proper = {
  path: () => 'POST /v1/persons/merge is an alias: call POST /v1/person/merge, whose answer has person_id',
  wrapped: (id: string) => `values are not wrapped: write "${id}": … instead of "${id}": {"v": …}`,
  field: (given: string, id?: string) => `"${given}" is an alias: the field is called "${id}"`,
  activity: (given: string, id?: string) => `"${given}" is an alias: the activity is called "${id}"`,
  attributes: () => `what belongs to an activity stands in "attributes", not in "fields", which are the person's`,
} as const;

/** Notes that something was written in the guide's way. */
export type Hint = (kind: keyof typeof proper, given?: string, id?: string) => void;

/** Says it in the log, of each kind once as long as the process runs. */
export function createHints(log: Log): Hint {
  const said = new Set<string>();
  return (kind, given = '', id) => {
    if (said.has(kind)) return;
    said.add(kind);
    log.warn({ alias: kind }, `${proper[kind](given, id)} (docs/ortto-wire.md, "Aliases"; said once)`);
  };
}
