import { matchRead } from './read-line.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** The first byte of a request in the binary protocol. */
const BINARY_MAGIC = 0x80;
/** memcached looks past this many spaces for the `get` that may make a line long. */
const MAX_LEADING_SPACES = 100;

const MAX_PIECES = 1024;

/** How long a line may be. */
export interface LineLimits {
  readonly maxLineBytes: number;
  readonly maxReadLineBytes: number;
}

/** Puts lines together from chunks. A line that is too long, or no text at all, is an overflow. */
export class LineReader {
  readonly #limits: LineLimits;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #isRead = false;

  constructor(limits: LineLimits) {
    this.#limits = limits;
  }

  /** True between lines. */
  get isEmpty(): boolean {
    return this.#bytes === 0 && this.#pieces.length === 0;
  }

  /**
   * Reads on in `chunk` from `at`.
   *
   * @returns the line without its line end, and where the next one starts; `undefined` as the line
   * when it goes on in the next chunk; 'overflow' when there is no point in reading on.
   */
  read(chunk: Buffer, at: number): { readonly line: Buffer | undefined; readonly next: number } | 'overflow' {
    const lineFeed = chunk.indexOf(LINE_FEED, at);
    const end = lineFeed === -1 ? chunk.length : lineFeed;
    this.#pieces.push(chunk.subarray(at, end));
    this.#bytes += end - at;
    // A line that trickles in byte by byte must not cost an object per byte.
    if (this.#pieces.length > MAX_PIECES) this.#join();
    if (this.#isOverflow()) return 'overflow';
    if (lineFeed === -1) return { line: undefined, next: end };
    const line = this.#join();
    this.#pieces = [];
    this.#bytes = 0;
    this.#isRead = false;
    return { line: line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line, next: end + 1 };
  }

  #isOverflow(): boolean {
    if (this.#pieces[0]?.[0] === BINARY_MAGIC) return true;
    if (this.#bytes <= this.#limits.maxLineBytes) return false;
    if (this.#bytes > this.#limits.maxReadLineBytes) return true;
    // Looked at once per line: a long `get` that trickles in must not be joined for every byte.
    this.#isRead ||= isLongRead(this.#join());
    return !this.#isRead;
  }

  #join(): Buffer {
    const [first] = this.#pieces;
    if (this.#pieces.length > 1 || first === undefined) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0] as Buffer;
  }
}

function isLongRead(line: Buffer): boolean {
  const read = matchRead(line);
  return read !== undefined && read.wordsStart <= MAX_LEADING_SPACES + 'gats'.length;
}
