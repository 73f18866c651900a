/** Something a move sets off. It is written in the same transaction as the move. */
export type Effect =
  | { kind: 'email'; template: string }
  | { kind: 'action'; connector: string; action: string; input: Readonly<Record<string, string | number | boolean>> };

/** What a shape makes of a moment: on to the next, waiting here, or the end. `did` is for people to read. */
export type Move =
  | { do: 'go'; to: string; did: string; effect?: Effect }
  | { do: 'wait'; until: Date; did: string }
  | { do: 'leave'; reason: string };
