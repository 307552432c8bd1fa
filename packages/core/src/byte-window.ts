/**
 * Shows a few bytes of a larger piece of memory as a Buffer of their own, without making one each time: to make a view
 * costs several times what it takes to copy the bytes of a key.
 */
export class ByteWindow {
  readonly #memory: Buffer;
  /** By length, made when first asked for. */
  readonly #views: (Buffer | undefined)[] = [];

  /** @param maxBytes how much it can show at once. */
  constructor(maxBytes: number) {
    this.#memory = Buffer.alloc(maxBytes);
  }

  /**
   * A copy of the bytes from `start` to `end`, in memory that the next call writes to: whoever keeps it must copy it.
   *
   * @throws RangeError when they are more than it can show.
   */
  show(bytes: Uint8Array, start: number, end: number): Buffer {
    const length = end - start;
    const view = (this.#views[length] ??= this.#view(length));
    for (let at = 0; at < length; at += 1) view[at] = bytes[start + at] as number;
    return view;
  }

  #view(length: number): Buffer {
    const { length: most } = this.#memory;
    if (length >= 0 && length <= most) return this.#memory.subarray(0, length);
    throw new RangeError(`a window of ${most} bytes cannot show ${length}`);
  }
}
