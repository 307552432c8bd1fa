/** Milliseconds on the clock that all processes of this machine share. */
export function machineNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** The key with this number. */
export function sentKey(index: number): string {
  return `bench:user:${1_000_000 + index}`;
}
