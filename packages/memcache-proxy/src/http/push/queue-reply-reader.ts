import { MemcacheProxyError } from '../../memcache-proxy-error.ts';

/** What a queue server answers to a read: an item, or that there is none now. */
export type QueueReply = Buffer | undefined;

const LINE_END = Buffer.from('\r\n');
const TAIL = Buffer.from('\r\nEND\r\n');
/** A queue name, flags and a length fit well within it. */
const MAX_LINE_BYTES = 512;

/** Reads one reply after the other from the stream of a queue server. */
export class QueueReplyReader {
  readonly #queue: string;
  readonly #maxItemBytes: number;
  #line: Buffer = Buffer.alloc(0);
  /** The item that is being read, with what must follow it. */
  #item: Buffer | undefined;
  #filled = 0;

  constructor(queue: string, maxItemBytes: number) {
    this.#queue = queue;
    this.#maxItemBytes = maxItemBytes;
  }

  /**
   * Takes what arrived. Returns the reply in a box once it is complete; nothing may follow it, as one
   * request is under way at a time.
   *
   * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_QUEUE_PROTOCOL or QUEUE_ITEM_TOO_LARGE: drop the connection.
   */
  push(chunk: Buffer): { readonly reply: QueueReply } | undefined {
    let rest = chunk;
    if (this.#item === undefined) {
      const seen = this.#line.length === 0 ? chunk : Buffer.concat([this.#line, chunk]);
      const end = seen.indexOf(LINE_END);
      if (end === -1) {
        if (seen.length > MAX_LINE_BYTES) throw protocolError('a line without an end');
        this.#line = seen;
        return undefined;
      }
      const line = seen.toString('latin1', 0, Math.min(end, MAX_LINE_BYTES));
      rest = seen.subarray(end + LINE_END.length);
      this.#line = Buffer.alloc(0);
      if (line === 'END') {
        if (rest.length > 0) throw protocolError('bytes after END');
        return { reply: undefined };
      }
      this.#item = Buffer.allocUnsafe(this.#itemBytes(line) + TAIL.length);
      this.#filled = 0;
    }
    return this.#fill(this.#item, rest);
  }

  #fill(item: Buffer, rest: Buffer): { readonly reply: QueueReply } | undefined {
    this.#filled += rest.copy(item, this.#filled);
    if (this.#filled < item.length) return undefined;
    const size = item.length - TAIL.length;
    if (!item.subarray(size).equals(TAIL)) throw protocolError('an item that does not end where it should');
    this.#item = undefined;
    return { reply: item.subarray(0, size) };
  }

  #itemBytes(line: string): number {
    const [, key, digits] = /^VALUE ([^ ]+) \d+ (\d{1,10})$/.exec(line) ?? [];
    if (key === undefined) throw protocolError(/^(CLIENT_|SERVER_)?ERROR/.test(line) ? line.slice(0, 100) : 'no reply');
    if (key !== this.#queue) {
      // memcached answers with the key as it was asked for, which has the options in it.
      throw protocolError('a value of a cache: it is no queue server, or does not know the options of a read');
    }
    const size = Number(digits);
    if (size <= this.#maxItemBytes) return size;
    const message = `an item of ${size} bytes is larger than the ${this.#maxItemBytes} that are passed on`;
    throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_QUEUE_ITEM_TOO_LARGE', message);
  }
}

function protocolError(what: string): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_QUEUE_PROTOCOL', `the queue server answered with ${what}`);
}
