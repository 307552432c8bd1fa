import type { Command } from './command.ts';
import { parseLine, type StoreHeader } from './command-line.ts';
import { type LineLimits, LineReader } from './line-reader.ts';
import { hasWord, matchRead, ReadLine } from './read-line.ts';
import { BAD_DATA_LINE, BAD_FORMAT_LINE, ERROR_LINE, TOO_LARGE_LINE } from './reply-line.ts';

const LINE_END_BYTES = 2;

/** What the parser accepts and says of itself. */
export interface ParserOptions extends LineLimits {
  readonly maxValueBytes: number;
  readonly version: string;
}

/** A value on its way in. */
interface PendingValue {
  readonly header: StoreHeader;
  readonly bytes: Buffer;
  filled: number;
}

/** Turns bytes into commands, wherever the bytes are cut. Pull commands after each push until there is none. */
export class CommandParser {
  readonly #options: ParserOptions;
  readonly #lines: LineReader;
  #chunks: Buffer[] = [];
  #at = 0;
  #skipBytes = 0;
  #value: PendingValue | undefined;
  #read: ReadLine | undefined;
  #isClosed = false;

  constructor(options: ParserOptions) {
    this.#options = options;
    this.#lines = new LineReader(options);
  }

  /** Takes bytes as they came from the socket. */
  push(chunk: Buffer): void {
    if (!this.#isClosed && chunk.length > 0) this.#chunks.push(chunk);
  }

  /** The next whole command, or undefined until more bytes come. After a `close` there is none. */
  next(): Command | undefined {
    if (this.#read !== undefined) return this.#nextPart(this.#read);
    for (let chunk = this.#chunks[0]; chunk !== undefined; chunk = this.#chunks[0]) {
      const command = this.#consume(chunk);
      if (this.#at >= chunk.length) {
        this.#chunks.shift();
        this.#at = 0;
      }
      if (command !== undefined) return command;
    }
    return undefined;
  }

  #consume(chunk: Buffer): Command | undefined {
    if (this.#skipBytes > 0) {
      const skipped = Math.min(this.#skipBytes, chunk.length - this.#at);
      this.#skipBytes -= skipped;
      this.#at += skipped;
      return undefined;
    }
    if (this.#value !== undefined) return this.#fill(this.#value, chunk);
    const found = this.#lines.read(chunk, this.#at);
    if (found === 'overflow') return this.#close();
    this.#at = found.next;
    return found.line === undefined ? undefined : this.#interpret(found.line);
  }

  #interpret(line: Buffer): Command | undefined {
    const read = matchRead(line);
    if (read !== undefined) return this.#startRead(line, read.withCas, read.keysStart);
    const meaning = parseLine(line, this.#options.version);
    if (meaning.kind === 'header') return this.#startValue(meaning);
    if (meaning.kind === 'close') return this.#close();
    if (meaning.kind !== 'skip') return meaning;
    this.#skipBytes = meaning.length + LINE_END_BYTES;
    return { kind: 'answer', line: meaning.line };
  }

  #startRead(line: Buffer, withCas: boolean, keysStart: number): Command {
    if (!hasWord(line, keysStart)) return { kind: 'answer', line: ERROR_LINE };
    if (!ReadLine.hasValidKeys(line, keysStart)) return { kind: 'answer', line: BAD_FORMAT_LINE };
    return this.#nextPart(new ReadLine(line, withCas, keysStart));
  }

  #nextPart(read: ReadLine): Command {
    const part = read.next();
    this.#read = part.isLast ? undefined : read;
    return part;
  }

  #startValue(header: StoreHeader): Command | undefined {
    const { verb, key, length, noreply } = header;
    if (length <= this.#options.maxValueBytes) {
      // The system hands out pages as they are written: a client pays for what it sends, not for what it announces.
      this.#value = { header, bytes: Buffer.allocUnsafe(length + LINE_END_BYTES), filled: 0 };
      return undefined;
    }
    this.#skipBytes = length + LINE_END_BYTES;
    // As memcached does: only a `set` that fails this way takes the old value with it.
    if (verb === 'set') return { kind: 'discard', key, noreply };
    return { kind: 'answer', line: noreply ? '' : TOO_LARGE_LINE };
  }

  #fill(value: PendingValue, chunk: Buffer): Command | undefined {
    const copied = chunk.copy(value.bytes, value.filled, this.#at);
    this.#at += copied;
    value.filled += copied;
    const { header, bytes } = value;
    if (value.filled < bytes.length) return undefined;
    this.#value = undefined;
    if (bytes.at(-2) !== 0x0d || bytes.at(-1) !== 0x0a) {
      return { kind: 'answer', line: header.noreply ? '' : BAD_DATA_LINE };
    }
    const { verb, key, flags, ttlSeconds, cas, length, noreply } = header;
    return { kind: 'store', verb, key, value: bytes.subarray(0, length), flags, ttlSeconds, cas, noreply };
  }

  #close(): Command {
    this.#isClosed = true;
    this.#chunks = [];
    this.#at = 0;
    return { kind: 'close' };
  }
}
