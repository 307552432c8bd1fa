/** A block that Redis confirmed a moment ago. */
export interface RecentBlock {
  readonly sequence: number;
  readonly block: Buffer;
  /** Monotonic moment of the confirmation. */
  readonly confirmedAt: number;
}

/** The newest blocks of a producer: what Redis may still lose although it confirmed it. Bounded in bytes. */
export class RecentBlocks {
  readonly #maxBytes: number;
  #blocks: RecentBlock[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#blocks.length;
  }

  /** Adds the newest block; the oldest ones go where there is no room for all. */
  push(block: RecentBlock): void {
    this.#blocks.push(block);
    this.#bytes += block.block.length;
    let surplus = 0;
    while (this.#bytes > this.#maxBytes && surplus < this.#blocks.length - 1) {
      this.#bytes -= this.#blocks[surplus]?.block.length ?? 0;
      surplus += 1;
    }
    if (surplus > 0) this.#blocks.splice(0, surplus);
  }

  /** Puts another block in the place of the one that has its sequence. */
  replace(block: RecentBlock): void {
    const at = this.#blocks.findIndex(({ sequence }) => sequence === block.sequence);
    const former = this.#blocks[at];
    if (former === undefined) return;
    this.#bytes += block.block.length - former.block.length;
    this.#blocks[at] = block;
  }

  /** Forgets the one that has this sequence. */
  drop(sequence: number): void {
    const at = this.#blocks.findIndex((block) => block.sequence === sequence);
    if (at === -1) return;
    this.#bytes -= this.#blocks.splice(at, 1)[0]?.block.length ?? 0;
  }

  /** Those behind `sequence`, oldest first. */
  after(sequence: number): RecentBlock[] {
    return this.#blocks.filter((block) => block.sequence > sequence);
  }

  /** Forgets those that were confirmed before `moment`. */
  forgetBefore(moment: number): void {
    let gone = 0;
    for (const { confirmedAt, block } of this.#blocks) {
      if (confirmedAt >= moment) break;
      this.#bytes -= block.length;
      gone += 1;
    }
    if (gone > 0) this.#blocks.splice(0, gone);
  }
}
