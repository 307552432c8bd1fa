/** Milliseconds on the clock that all processes of this machine share. */
export function machineNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A key that says when it was published, and which one it is. */
export function sentKey(index: number): string {
  return `bench:user:${index % 10_000}:${machineNow().toFixed(4)}`;
}

/** How long ago such a key was published, in milliseconds. */
export function ageOfKey(key: string): number {
  return machineNow() - Number(key.slice(key.lastIndexOf(':') + 1));
}
