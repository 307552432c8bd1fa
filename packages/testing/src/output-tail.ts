import type { Readable } from 'node:stream';

const MAX_LINES = 100;

/** The last lines that a server printed. */
export class OutputTail {
  readonly #lines: string[] = [];
  #seen = 0;

  /** How many lines there were so far, for `since`. */
  get seen(): number {
    return this.#seen;
  }

  /** Collects a stream until it ends. Both streams of a process may feed one tail. */
  collect(stream: Readable): void {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      this.#add(lines);
    });
    stream.on('end', () => {
      if (rest !== '') this.#add([rest]);
    });
  }

  /** What was printed after `seen` had the given value, as far as it is still kept. */
  since(seen: number): string {
    const count = Math.min(this.#lines.length, this.#seen - seen);
    return this.#lines.slice(this.#lines.length - count).join('\n');
  }

  toString(): string {
    return this.#lines.join('\n');
  }

  #add(lines: readonly string[]): void {
    this.#lines.push(...lines);
    this.#seen += lines.length;
    this.#lines.splice(0, Math.max(0, this.#lines.length - MAX_LINES));
  }
}
