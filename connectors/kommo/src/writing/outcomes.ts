import type { DueWrite, WriteOutcome } from '@tributary/connector-kit';

type Writes = readonly Pick<DueWrite, 'id'>[];

export function failed(writes: Writes, why: string): WriteOutcome[] {
  return writes.map(({ id }) => ({ id, done: false, why }));
}

/** With what it came to over there, where there is something to name. */
export function done(writes: Writes, reference: string | undefined): WriteOutcome[] {
  return writes.map(({ id }) => ({ id, done: true, ...(reference === undefined ? {} : { reference }) }));
}
