import { MemcacheError } from '../driver/memcache-error.ts';
import { readPlainReply } from './plain-reply.ts';
import { readLine } from './reply-line.ts';
import { createReply, type Reply } from './reply.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** No reply line of memcached comes near this many bytes. */
const maxLineBytes = 4096;

/** How many bytes of a chunk are copied at a time. */
const copyBytes = 8192;
/** How many times its own size a value may keep in memory. */
const maxShare = 16;

/** What a parser is given. */
export interface ReplyParserOptions {
  /** Called for each complete reply, in order, with an object that is valid during the call only. */
  readonly onReply: (reply: Reply) => void;
  /**
   * Called first for a reply whose data block is whole: where it lies, which is valid during the call only. True when
   * that is all that is wanted of it; `onReply` is not called then. @default never
   */
  readonly onBlock?: (reply: Reply, bytes: Buffer, start: number, end: number) => boolean;
  /** The longest data block to accept. */
  readonly maxValueBytes: number;
}

/**
 * Cuts a byte stream into replies of the meta and text protocols, wherever the chunks end. One
 * parser serves one connection; after it threw, the stream has no meaning any more.
 */
export class ReplyParser {
  readonly #onReply: (reply: Reply) => void;
  readonly #onBlock: ReplyParserOptions['onBlock'];
  readonly #maxValueBytes: number;
  readonly #reply: Reply = createReply();
  /** The beginning of a line whose end has not arrived. */
  #partialLine: Buffer | undefined;
  /** Where the rest of the current data block goes. */
  #block: Buffer | undefined;
  #blockFilled = 0;
  /** A copy of a part of the chunk that is being read, from `#copyStart` on. */
  #copy: Buffer = Buffer.alloc(0);
  #copyOf: Buffer | undefined;
  #copyStart = 0;
  /** How many bytes of the line break after the data block are still to come. */
  #breakBytes = 0;

  constructor(options: ReplyParserOptions) {
    this.#onReply = options.onReply;
    this.#onBlock = options.onBlock;
    this.#maxValueBytes = options.maxValueBytes;
  }

  /**
   * Takes the next bytes of the stream.
   *
   * @throws MemcacheError ERR_MEMCACHE_PROTOCOL when they are no reply, and whatever `onReply` throws.
   */
  push(chunk: Buffer): void {
    let at = 0;
    if (this.#block !== undefined) at = this.#fillBlock(chunk, 0);
    while (at < chunk.length) {
      at = this.#block === undefined ? this.#readReply(chunk, at) : this.#fillBlock(chunk, at);
    }
    this.#copyOf = undefined;
    // A line keeps its chunk in memory, and is needed until its value is complete.
    if (this.#block === undefined) this.#reply.line = undefined;
  }

  #readReply(chunk: Buffer, start: number): number {
    if (this.#partialLine === undefined) {
      const next = readPlainReply(chunk, start, this.#reply);
      if (next > 0) return this.#takeReply(chunk, next);
    }
    let end = start;
    while (end < chunk.length && chunk[end] !== lineFeed) end++;
    const lineBytes = end - start + (this.#partialLine?.length ?? 0);
    if (lineBytes > maxLineBytes) throw protocolError(`a line of more than ${maxLineBytes} bytes`);
    const isComplete = end < chunk.length;
    if (this.#partialLine !== undefined || !isComplete) {
      const part = chunk.subarray(start, end);
      const line = this.#partialLine === undefined ? Buffer.from(part) : Buffer.concat([this.#partialLine, part]);
      this.#partialLine = isComplete ? undefined : line;
      return isComplete ? this.#takeLine(line, 0, line.length, chunk, end + 1) : end;
    }
    return this.#takeLine(chunk, start, end, chunk, end + 1);
  }

  /** Reads a whole line; what comes behind it starts at `next`. */
  #takeLine(line: Buffer, start: number, end: number, chunk: Buffer, next: number): number {
    if (end === start || line[end - 1] !== carriageReturn) throw protocolError('a line that does not end with CR LF');
    this.#reply.size = readLine(line, start, end - 1, this.#reply);
    return this.#takeReply(chunk, next);
  }

  /** Takes the reply whose line has been read, with the data block that starts at `next` where there is one. */
  #takeReply(chunk: Buffer, next: number): number {
    const { size } = this.#reply;
    if (size < 0) {
      this.#onReply(this.#reply);
      return next;
    }
    if (size > this.#maxValueBytes) throw protocolError(`a value of ${size} bytes, more than ${this.#maxValueBytes}`);
    const stop = next + size;
    if (stop + 2 > chunk.length) {
      this.#block = Buffer.allocUnsafeSlow(size);
      this.#blockFilled = 0;
      this.#breakBytes = 2;
      return next;
    }
    if (chunk[stop] !== carriageReturn || chunk[stop + 1] !== lineFeed) throw unterminated();
    if (this.#onBlock?.(this.#reply, chunk, next, stop) === true) return stop + 2;
    this.#reply.value = this.#takeBlock(chunk, next, stop);
    this.#onReply(this.#reply);
    return stop + 2;
  }

  /**
   * A view keeps its whole chunk in memory for as long as the caller holds the value. So that this is
   * never more than a small multiple of the value, or a block of the size of which Node cuts its own
   * small buffers, values that are small beside their chunk are copied, as many as fit at a time.
   */
  #takeBlock(chunk: Buffer, start: number, end: number): Buffer {
    if (chunk.length <= Math.max(copyBytes, maxShare * (end - start))) return chunk.subarray(start, end);
    if (this.#copyOf !== chunk || end > this.#copyStart + this.#copy.length) {
      this.#copyOf = chunk;
      this.#copyStart = start;
      const bytes = Math.max(copyBytes, end - start);
      this.#copy = Buffer.allocUnsafeSlow(Math.min(bytes, chunk.length - start));
      chunk.copy(this.#copy, 0, start);
    }
    return this.#copy.subarray(start - this.#copyStart, end - this.#copyStart);
  }

  #fillBlock(chunk: Buffer, start: number): number {
    const block = this.#block!;
    let at = start;
    const take = Math.min(block.length - this.#blockFilled, chunk.length - at);
    if (take > 0) {
      chunk.copy(block, this.#blockFilled, at, at + take);
      this.#blockFilled += take;
      at += take;
    }
    while (this.#breakBytes > 0 && this.#blockFilled === block.length && at < chunk.length) {
      if (chunk[at] !== (this.#breakBytes === 2 ? carriageReturn : lineFeed)) throw unterminated();
      this.#breakBytes--;
      at++;
    }
    if (this.#blockFilled === block.length && this.#breakBytes === 0) {
      this.#block = undefined;
      this.#reply.value = block;
      this.#onReply(this.#reply);
    }
    return at;
  }
}

function unterminated(): MemcacheError {
  return protocolError('a value without a line break after it');
}

function protocolError(what: string): MemcacheError {
  return new MemcacheError('ERR_MEMCACHE_PROTOCOL', `the server sent ${what}`);
}
