/** `up` is from the client to the server, `down` from the server to the client. */
export type Direction = 'up' | 'down';

/** One byte of a stream, counted from the start of each connection. */
export interface BytePosition {
  readonly direction: Direction;
  /** 0 is the first byte that a connection carries in that direction. */
  readonly offset: number;
}

/** Some bytes of a stream. */
export interface ByteRange extends BytePosition {
  readonly count: number;
}

/** A byte range that is dropped, or one whose bytes are inverted. */
export interface ByteFault extends ByteRange {
  readonly effect: 'drop' | 'corrupt';
}

/** Checks a range that a caller gave. */
export function checkByteRange({ direction, offset, count }: ByteRange): void {
  if (direction !== 'up' && direction !== 'down')
    throw new TypeError(`direction must be 'up' or 'down', got ${String(direction)}`);
  if (!(Number.isSafeInteger(offset) && offset >= 0)) throw new RangeError(`offset must be 0 or more, got ${offset}`);
  if (!(Number.isSafeInteger(count) && count >= 1)) throw new RangeError(`count must be at least 1, got ${count}`);
}

/** What is left of `chunk`, which starts at `position` of its stream, after the faults. */
export function applyByteFaults(chunk: Buffer, position: number, faults: readonly ByteFault[]): Buffer {
  const hits = faults.filter(
    (fault) => fault.offset < position + chunk.length && fault.offset + fault.count > position,
  );
  if (hits.length === 0) return chunk;
  const corrupted = new Set<number>();
  const dropped = new Set<number>();
  for (const { effect, offset, count } of hits) {
    const first = Math.max(0, offset - position);
    const end = Math.min(chunk.length, offset + count - position);
    for (let index = first; index < end; index++) (effect === 'drop' ? dropped : corrupted).add(index);
  }
  const bytes = [...chunk.entries()];
  return Buffer.from(
    bytes.filter(([index]) => !dropped.has(index)).map(([index, byte]) => (corrupted.has(index) ? byte ^ 0xff : byte)),
  );
}
