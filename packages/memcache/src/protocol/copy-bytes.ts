/** Copying fewer bytes than these one by one is cheaper than a call, and the object that names them. */
const maxCopiedByHand = 64;

/** Copies what `source` has from `start` to `end` to `target`; returns where it ends there. */
export function copyBytes(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  const size = end - start;
  if (size > maxCopiedByHand) target.set(source.subarray(start, end), at);
  else for (let index = 0; index < size; index++) target[at + index] = source[start + index]!;
  return at + size;
}
