/** One item of a reply to `get`. */
export interface TextItem {
  readonly key: string;
  readonly flags: number;
  readonly value: Buffer;
  readonly cas?: string;
}

/** One reply of the memcached text protocol. */
export interface TextReply {
  /** Its line; `END` of a `get`. */
  readonly line: string;
  /** Of a `get`. */
  readonly items: readonly TextItem[];
  /** Of a `VA`. */
  readonly value?: Buffer;
}

/** Cuts what a memcached server sends into replies. */
export class TextReplyReader {
  #rest: Buffer = Buffer.alloc(0);
  #items: TextItem[] = [];
  #wanted = 0;

  /** The replies that are whole with these bytes. */
  push(chunk: Buffer): TextReply[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const replies: TextReply[] = [];
    while (this.#rest.length >= this.#wanted) {
      const end = this.#rest.indexOf('\r\n');
      if (end === -1) break;
      const line = this.#rest.toString('latin1', 0, end);
      const words = line.split(' ');
      const size = words[0] === 'VALUE' ? Number(words[3]) : words[0] === 'VA' ? Number(words[1]) : undefined;
      this.#wanted = size === undefined ? 0 : end + 2 + size + 2;
      if (this.#rest.length < this.#wanted) break;
      const value = size === undefined ? undefined : this.#block(end + 2, size);
      this.#rest = this.#rest.subarray(size === undefined ? end + 2 : this.#wanted);
      this.#wanted = 0;
      if (words[0] === 'VALUE') {
        const [, key = '', flags, , cas] = words;
        this.#items.push({ key, flags: Number(flags), value: value!, ...(cas === undefined ? {} : { cas }) });
        continue;
      }
      replies.push({ line, items: this.#items, ...(value === undefined ? {} : { value }) });
      this.#items = [];
    }
    return replies;
  }

  #block(start: number, size: number): Buffer {
    const end = this.#rest.toString('latin1', start + size, start + size + 2);
    // A copy, so that no large chunk is kept for a small value.
    const value = Buffer.from(this.#rest.subarray(start, start + size));
    return end === '\r\n' ? value : Buffer.from('a block without an end');
  }
}
