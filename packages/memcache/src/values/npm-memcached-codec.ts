import type { SyncCodec } from './codec.ts';
import { guardDecode } from './decode-error.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

/** The flags by which npm memcached tells what a value was. */
const kinds = { string: 0, json: 2, binary: 4, number: 8 } as const;

/**
 * What npm memcached 2.2 writes and reads: strings, numbers, bytes as Buffer, and all else as JSON. It puts a backslash
 * before every line break, and sends bytes as the UTF-8 of the characters 0 to 255, so that half of them take two.
 */
export const npmMemcachedCodec: SyncCodec<unknown> = {
  name: 'npm-memcached',
  encode(value) {
    const [text, flags] = encodePlain(value);
    return { data: encodeUtf8(text.replaceAll(/[\r\n]/g, String.raw`\$&`)), flags };
  },
  decode: (data, flags) =>
    guardDecode('npm-memcached', flags, () => decodePlain(decodeUtf8(data).replaceAll(/\\([\r\n])/g, '$1'), flags)),
};

function encodePlain(value: unknown): [text: string, flags: number] {
  if (typeof value === 'string') return [value, kinds.string];
  if (typeof value === 'number') return [String(value), kinds.number];
  if (Buffer.isBuffer(value)) return [value.toString('latin1'), kinds.binary];
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`a value of type ${typeof value} has no JSON form`);
  return [text, kinds.json];
}

function decodePlain(text: string, flags: number): unknown {
  if (flags === kinds.string) return text;
  if (flags === kinds.json) return JSON.parse(text) as unknown;
  if (flags === kinds.binary) return decodeBytes(text);
  if (flags === kinds.number) return decodeNumber(text);
  throw new Error('no value has such flags');
}

function decodeBytes(text: string): Buffer {
  if (/[^\0-\u00ff]/u.test(text)) throw new Error('a character stands for no byte');
  return Buffer.from(text, 'latin1');
}

function decodeNumber(text: string): number {
  const number = Number(text);
  if (text === '' || (Number.isNaN(number) && text !== 'NaN')) throw new Error('the bytes are no number');
  return number;
}
