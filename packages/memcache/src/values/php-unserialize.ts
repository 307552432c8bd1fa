import { parsePhpFloat, parsePhpInteger, type PhpValue } from './php-value.ts';

const maxDepth = 200;

/**
 * Reads what PHP's `serialize` wrote: null, booleans, integers, floats, strings and arrays. Objects
 * and references are refused. `toText` turns the bytes of a string into what stands for it.
 *
 * @throws Error for everything else.
 */
export function phpUnserialize(data: Buffer, toText: (bytes: Buffer) => string | Buffer): PhpValue {
  const reader = new Reader(data, toText);
  const value = reader.read(0);
  reader.expectEnd();
  return value;
}

class Reader {
  readonly #data: Buffer;
  readonly #toText: (bytes: Buffer) => string | Buffer;
  #offset = 0;

  constructor(data: Buffer, toText: (bytes: Buffer) => string | Buffer) {
    this.#data = data;
    this.#toText = toText;
  }

  read(depth: number): PhpValue {
    const type = this.#take(2);
    if (type === 'N;') return null;
    if (type === 'b:') return this.#boolean();
    if (type === 'i:') return parsePhpInteger(this.#until(';'));
    if (type === 'd:') return parsePhpFloat(this.#until(';'), 'INF');
    if (type === 's:') return this.#string();
    if (type === 'a:') return this.#array(depth);
    if (/^[OCErRS]:$/.test(type)) throw new Error('it holds an object or a reference of PHP');
    throw this.#malformed();
  }

  expectEnd(): void {
    if (this.#offset !== this.#data.length) throw this.#malformed();
  }

  #boolean(): boolean {
    const digit = this.#until(';');
    if (digit !== '0' && digit !== '1') throw this.#malformed();
    return digit === '1';
  }

  #string(): string | Buffer {
    const length = this.#length();
    const start = this.#offset + 1;
    if (this.#take(1) !== '"') throw this.#malformed();
    this.#offset += length;
    if (this.#take(2) !== '";') throw this.#malformed();
    return this.#toText(this.#data.subarray(start, start + length));
  }

  #array(depth: number): PhpValue {
    if (depth >= maxDepth) throw new Error(`it is nested deeper than ${maxDepth}`);
    const count = this.#length();
    if (this.#take(1) !== '{') throw this.#malformed();
    const entries: [string, PhpValue][] = [];
    let isList = true;
    while (entries.length < count) {
      const key = this.#key();
      isList &&= key === entries.length;
      entries.push([`${key}`, this.read(depth + 1)]);
    }
    if (this.#take(1) !== '}') throw this.#malformed();
    // `fromEntries` defines keys such as `__proto__` instead of assigning them.
    return isList ? entries.map(([, item]) => item) : Object.fromEntries(entries);
  }

  #key(): string | number | bigint {
    const type = this.#take(2);
    if (type === 'i:') return parsePhpInteger(this.#until(';'));
    if (type !== 's:') throw this.#malformed();
    const key = this.#string();
    if (typeof key === 'string') return key;
    throw new Error('it has an array key that is no UTF-8 text');
  }

  #length(): number {
    const text = this.#until(':');
    if (!/^\d{1,10}$/.test(text)) throw this.#malformed();
    return Number(text);
  }

  #take(count: number): string {
    const end = this.#offset + count;
    if (end > this.#data.length) throw new Error('it ends too early');
    const text = this.#data.toString('latin1', this.#offset, end);
    this.#offset = end;
    return text;
  }

  #until(mark: string): string {
    const end = this.#data.indexOf(mark, this.#offset, 'latin1');
    // No number is longer, and a search to the end of the value for each of many would be slow.
    if (end < 0 || end - this.#offset > 64) throw this.#malformed();
    const text = this.#data.toString('latin1', this.#offset, end);
    this.#offset = end + 1;
    return text;
  }

  #malformed(): Error {
    return new Error(`it is not what PHP's serialize writes, at byte ${this.#offset}`);
  }
}
