/** Milliseconds on a clock that all processes of this machine share, so that one can stamp what another began. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
