import { MAX_KEY_BYTES } from '../backend/key-rule.ts';
import type { Command, MetaCommand } from './command.ts';
import { type LineRules, parseLine, type StoreHeader } from './command-line.ts';
import { type LineLimits, LineReader } from './line-reader.ts';
import type { MetaHeader } from './meta-line.ts';
import { parseInt32 } from './number-token.ts';
import { QuickSet, readQuickSet, scanQuickSet } from './quick-set.ts';
import { matchRead, nextWord, ReadLine, type ReadVerb } from './read-line.ts';
import { BAD_DATA_LINE, BAD_EXPTIME_LINE, BAD_FORMAT_LINE, ERROR_LINE, TOO_LARGE_LINE } from './reply-line.ts';

const LINE_END_BYTES = 2;
const BINARY_MAGIC = 0x80;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
/** The room that a value gets at least before all of it has come; from there on it grows with what comes. */
const FIRST_BYTES = 4096;

/** What the parser accepts and says of itself. */
export interface ParserOptions extends LineLimits, LineRules {
  readonly maxValueBytes: number;
}

/** A value on its way in. */
interface PendingValue {
  readonly header: StoreHeader | MetaHeader;
  bytes: Buffer;
  filled: number;
}

/** Turns bytes into commands, wherever the bytes are cut. What is not pulled stays. */
export class CommandParser {
  readonly #options: ParserOptions;
  readonly #lines: LineReader;
  #chunks: Buffer[] = [];
  #at = 0;
  #skipBytes = 0;
  #value: PendingValue | undefined;
  #read: ReadLine | undefined;
  #maxKeys = Infinity;
  #isClosed = false;
  /** Whether the key that `takeGet` returned has bytes above 0x7f. */
  hasWideKey = false;
  /** What `takeSet` found last. */
  readonly found: QuickSet = new QuickSet();

  constructor(options: ParserOptions) {
    this.#options = options;
    this.#lines = new LineReader(options);
  }

  /** Takes bytes as they came from the socket. */
  push(chunk: Buffer): void {
    if (!this.#isClosed && chunk.length > 0) this.#chunks.push(chunk);
  }

  /**
   * The key, one character per byte, when what comes next is all of a `get` of one plain key. It is what clients
   * send most, and this makes nothing but the key of it. Whatever it does not know, `next` does.
   */
  takeGet(): string | undefined {
    const chunk = this.#chunks[0];
    if (chunk === undefined || this.#skipBytes > 0) return undefined;
    const start = this.#at + 4;
    if (chunk[start - 4] !== 0x67 || chunk[start - 3] !== 0x65 || chunk[start - 2] !== 0x74) return undefined;
    if (chunk[start - 1] !== 0x20 || this.#value !== undefined || this.#read !== undefined || !this.#lines.isEmpty) {
      return undefined;
    }
    const { length } = chunk;
    let end = start;
    let bits = 0;
    for (; end < length; end += 1) {
      const byte = chunk[end] as number;
      if (byte <= 0x20 || byte === 0x7f) break;
      bits |= byte;
    }
    if (end === start || end - start > MAX_KEY_BYTES) return undefined;
    let next = end + 1;
    if (chunk[end] === CARRIAGE_RETURN) next += 1;
    if (chunk[next - 1] !== LINE_FEED) return undefined;
    this.hasWideKey = bits > 0x7f;
    this.#advance(chunk, next);
    return chunk.toString('latin1', start, end);
  }

  /** As `takeGet`, of a `set` with its value: its key, and the rest of it in `found`. */
  takeSet(): string | undefined {
    const chunk = this.#chunks[0];
    const at = this.#at;
    if (chunk === undefined || this.#skipBytes > 0 || chunk[at] !== 0x73) return undefined;
    if (this.#value !== undefined || this.#read !== undefined || !this.#lines.isEmpty) return undefined;
    const { found } = this;
    const end = scanQuickSet(chunk, at, chunk.length, found);
    const { maxLineBytes, maxValueBytes } = this.#options;
    if (end === -1 || end - at >= maxLineBytes || found.length > maxValueBytes) return undefined;
    const valueStart = chunk[end] === CARRIAGE_RETURN ? end + 2 : end + 1;
    const valueEnd = valueStart + found.length;
    if (chunk[valueStart - 1] !== LINE_FEED || valueEnd + LINE_END_BYTES > chunk.length) return undefined;
    if (chunk[valueEnd] !== CARRIAGE_RETURN || chunk[valueEnd + 1] !== LINE_FEED) return undefined;
    found.chunk = chunk;
    found.valueStart = valueStart;
    this.hasWideKey = found.hasWideKey;
    this.#advance(chunk, valueEnd + LINE_END_BYTES);
    return chunk.toString('latin1', found.keyStart, found.keyEnd);
  }

  /**
   * The next whole command, or undefined until more bytes come. After a `close` there is none. One that reads more
   * than `maxKeys` keys comes in parts.
   */
  next(maxKeys: number = Infinity): Command | undefined {
    this.#maxKeys = maxKeys;
    if (this.#read !== undefined) return this.#nextPart(this.#read);
    for (let chunk = this.#chunks[0]; chunk !== undefined; chunk = this.#chunks[0]) {
      const command = this.#consume(chunk);
      if (command !== undefined) return command;
    }
    return undefined;
  }

  #advance(chunk: Buffer, at: number): void {
    if (at < chunk.length) {
      this.#at = at;
      return;
    }
    this.#chunks.shift();
    this.#at = 0;
  }

  #consume(chunk: Buffer): Command | undefined {
    if (this.#skipBytes > 0) {
      const skipped = Math.min(this.#skipBytes, chunk.length - this.#at);
      this.#skipBytes -= skipped;
      this.#advance(chunk, this.#at + skipped);
      return undefined;
    }
    if (this.#value !== undefined) return this.#fill(this.#value, chunk);
    const at = this.#at;
    if (this.#lines.isEmpty && chunk[at] !== BINARY_MAGIC) {
      const end = chunk.indexOf(LINE_FEED, at);
      if (end !== -1 && end - at <= this.#options.maxLineBytes) {
        const lineEnd = end > at && chunk[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
        const set = readQuickSet(chunk, at, lineEnd);
        this.#advance(chunk, end + 1);
        return set === undefined ? this.#interpret(chunk.subarray(at, lineEnd)) : this.#startValue(set);
      }
    }
    const found = this.#lines.read(chunk, at);
    if (found === 'overflow') return this.#close();
    this.#advance(chunk, found.next);
    return found.line === undefined ? undefined : this.#interpret(found.line);
  }

  #interpret(line: Buffer): Command | undefined {
    const read = matchRead(line);
    if (read !== undefined) return this.#startRead(line, read.verb, read.wordsStart);
    const meaning = parseLine(line, this.#options);
    if (meaning.kind === 'header' || meaning.kind === 'meta-header') return this.#startValue(meaning);
    if (meaning.kind === 'close') return this.#close();
    if (meaning.kind !== 'skip') return meaning;
    this.#skipBytes = meaning.length + LINE_END_BYTES;
    return { kind: 'answer', line: meaning.line };
  }

  #startRead(line: Buffer, verb: ReadVerb, wordsStart: number): Command {
    const first = nextWord(line, wordsStart);
    if (first === undefined) return { kind: 'answer', line: ERROR_LINE };
    const touches = verb === 'gat' || verb === 'gats';
    const ttlSeconds = touches ? parseInt32(line.subarray(first.start, first.end)) : undefined;
    if (touches && ttlSeconds === undefined) return { kind: 'answer', line: BAD_EXPTIME_LINE };
    const keysStart = touches ? first.end : wordsStart;
    if (!ReadLine.hasValidKeys(line, keysStart)) return { kind: 'answer', line: BAD_FORMAT_LINE };
    return this.#nextPart(new ReadLine(line, verb, keysStart, ttlSeconds));
  }

  #nextPart(read: ReadLine): Command {
    const part = read.next(this.#maxKeys);
    this.#read = part.isLast ? undefined : read;
    return part;
  }

  #startValue(header: StoreHeader | MetaHeader): Command | undefined {
    const { length } = header;
    if (length <= this.#options.maxValueBytes) {
      // A client gets memory for what it sends, not for what it announces.
      const readyBytes = (this.#chunks[0]?.length ?? 0) - this.#at;
      const bytes = Buffer.allocUnsafe(Math.min(length + LINE_END_BYTES, Math.max(FIRST_BYTES, readyBytes)));
      this.#value = { header, bytes, filled: 0 };
      return undefined;
    }
    this.#skipBytes = length + LINE_END_BYTES;
    if (header.kind === 'meta-header') return { kind: 'discard', key: header.command.key, noreply: false };
    const { verb, key, noreply } = header;
    // As memcached does: only a `set` that fails this way takes the old value with it.
    if (verb === 'set') return { kind: 'discard', key, noreply };
    return { kind: 'answer', line: noreply ? '' : TOO_LARGE_LINE };
  }

  #fill(value: PendingValue, chunk: Buffer): Command | undefined {
    const wanted = value.header.length + LINE_END_BYTES;
    const take = Math.min(wanted - value.filled, chunk.length - this.#at);
    if (value.filled + take > value.bytes.length) {
      const room = Math.min(wanted, Math.max(value.filled + take, 2 * value.bytes.length));
      const larger = Buffer.allocUnsafe(room);
      value.bytes.copy(larger, 0, 0, value.filled);
      value.bytes = larger;
    }
    chunk.copy(value.bytes, value.filled, this.#at, this.#at + take);
    this.#advance(chunk, this.#at + take);
    value.filled += take;
    if (value.filled < wanted) return undefined;
    this.#value = undefined;
    return toStore(value.header, value.bytes);
  }

  #close(): Command {
    this.#isClosed = true;
    this.#chunks = [];
    this.#at = 0;
    return { kind: 'close' };
  }
}

function toStore(header: StoreHeader | MetaHeader, bytes: Buffer): Command {
  const { length } = header;
  const noreply = header.kind === 'header' && header.noreply;
  if (bytes[length] !== CARRIAGE_RETURN || bytes[length + 1] !== LINE_FEED) {
    return { kind: 'answer', line: noreply ? '' : BAD_DATA_LINE };
  }
  const value = bytes.subarray(0, length);
  if (header.kind === 'meta-header') {
    const { command } = header;
    return { ...command, request: { ...command.request, value } } satisfies MetaCommand;
  }
  const { verb, key, flags, ttlSeconds, cas } = header;
  return { kind: 'store', verb, key, value, flags, ttlSeconds, cas, noreply };
}
