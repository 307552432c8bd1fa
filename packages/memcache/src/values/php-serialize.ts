import { formatPhpFloat, formatPhpInteger, type PhpValue } from './php-value.ts';
import { encodeUtf8 } from './utf8.ts';

const maxDepth = 200;

/**
 * The value as PHP's `serialize` writes it.
 *
 * @throws TypeError for what has no counterpart in PHP, RangeError for what is too deep or too large.
 */
export function phpSerialize(value: PhpValue): Buffer {
  const parts: Buffer[] = [];
  write(value, parts, 0);
  return Buffer.concat(parts);
}

function write(value: unknown, parts: Buffer[], depth: number): void {
  if (depth > maxDepth) throw new RangeError(`the value is nested deeper than ${maxDepth}, or contains itself`);
  if (typeof value === 'string') writeString(encodeUtf8(value), parts);
  else if (Buffer.isBuffer(value)) writeString(value, parts);
  else if (Array.isArray(value)) writeArray([...value.entries()], parts, depth);
  else if (isPlainObject(value)) writeArray(Object.entries(value), parts, depth);
  else parts.push(Buffer.from(scalar(value), 'latin1'));
}

function scalar(value: unknown): string {
  if (value === null) return 'N;';
  if (typeof value === 'boolean') return value ? 'b:1;' : 'b:0;';
  if (typeof value === 'number') {
    const integer = formatPhpInteger(value);
    return integer === undefined ? `d:${formatPhpFloat(value, 'INF', 'NAN')};` : `i:${integer};`;
  }
  if (typeof value === 'bigint') return `i:${formatPhpInteger(value)};`;
  throw new TypeError(`a value of type ${typeof value} has no counterpart in PHP that could be read back`);
}

function writeString(bytes: Buffer, parts: Buffer[]): void {
  parts.push(Buffer.from(`s:${bytes.length}:"`, 'latin1'), bytes, Buffer.from('";', 'latin1'));
}

function writeArray(entries: readonly (readonly [string | number, unknown])[], parts: Buffer[], depth: number): void {
  parts.push(Buffer.from(`a:${entries.length}:{`, 'latin1'));
  for (const [key, item] of entries) {
    // PHP makes an integer of every key that looks like one.
    if (typeof key === 'number' || isIntegerKey(key)) parts.push(Buffer.from(`i:${key};`, 'latin1'));
    else writeString(encodeUtf8(key), parts);
    write(item, parts, depth + 1);
  }
  parts.push(Buffer.from('}', 'latin1'));
}

function isIntegerKey(key: string): boolean {
  return /^(?:0|-?[1-9]\d{0,18})$/.test(key) && BigInt.asIntN(64, BigInt(key)) === BigInt(key);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
