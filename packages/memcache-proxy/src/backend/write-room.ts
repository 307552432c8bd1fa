/** Bounds how many writes wait, and with how many bytes. */
export class WriteRoom {
  readonly #maxWrites: number;
  readonly #maxBytes: number;
  #writes = 0;
  #bytes = 0;

  constructor(maxWrites: number, maxBytes: number) {
    this.#maxWrites = maxWrites;
    this.#maxBytes = maxBytes;
  }

  /** False, and nothing taken, when there is no room; else `give` must follow once. */
  take(bytes: number): boolean {
    if (this.#writes >= this.#maxWrites || this.#bytes + bytes > this.#maxBytes) return false;
    this.#writes++;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#writes--;
    this.#bytes -= bytes;
  }
}
