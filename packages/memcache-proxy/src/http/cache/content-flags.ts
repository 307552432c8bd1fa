import { CONTENT_TYPES, CUSTOM_TYPE_CODES } from './content-types.ts';

/** The encodings that a value can have, by their code in the flags. */
const ENCODINGS = [undefined, 'gzip', 'deflate', 'br', 'zstd'] as const;

/** For how long a value may be served while it is replaced, in seconds, by the code in the flags. */
const WINDOWS = [
  0, 1, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400, 604_800,
] as const satisfies number[];

/** A content coding of HTTP that a value can be stored in. `deflate` is the zlib format, as in HTTP. */
export type ContentEncoding = NonNullable<(typeof ENCODINGS)[number]>;

/** What the flags of a value say of its body. */
export interface BodyFacts {
  /** `application/octet-stream` without one. */
  readonly contentType?: string | undefined;
  readonly contentEncoding?: ContentEncoding | undefined;
  /** For how many seconds at the end of its life the value is stale; 0 never. */
  readonly staleSeconds?: number | undefined;
}

/** The option `contentFlags` of the HTTP face. */
export interface ContentFlagsOptions {
  /** Your own content types, by codes from 48 to 63. A code must keep its type for as long as values live. */
  readonly types?: Readonly<Record<number, string>>;
}

/** Keeps what HTTP says of a body in the 32-bit flags of the value. */
export interface ContentFlags {
  /** The flags for these facts, rounding `staleSeconds` down. A content type that is not in the table is left away. */
  encode(facts: BodyFacts): number;
  /** The longest stale time that the flags can keep which is not longer than this. */
  toWindow(seconds: number): number;
  /** Undefined when no flags of this kind. */
  decode(flags: number): BodyFacts | undefined;
}

const MARK = 0b101 << 13;
const MARK_MASK = 0b111 << 13;

/**
 * The layout of the upper 16 bits, with the lower 16 at 0, so that clients which keep types of their
 * own there (all that we know do) see a plain string:
 *
 *     101 tttttt eee wwww    mark, content type, encoding, window for stale-while-revalidate
 *
 * Flags 0 are a body of `application/octet-stream` with nothing else to say. What other flags look
 * like this by chance, such as user flags of php-memcached from 40960 to 49151, is taken for it.
 *
 * @throws RangeError when a code is not from 48 to 63, TypeError when a type is no media type.
 */
export function createContentFlags({ types = {} }: ContentFlagsOptions = {}): ContentFlags {
  const names = new Map(Object.entries(CONTENT_TYPES).map(([code, type]) => [Number(code), type]));
  for (const [code, type] of Object.entries(types)) names.set(checkCode(Number(code)), checkType(type));
  const codes = new Map([...names].map(([code, type]) => [normalise(type), code]));
  const decoded = new Map<number, BodyFacts | undefined>();

  function decodeUpper(upper: number): BodyFacts | undefined {
    const type = (upper >> 7) & 0b11_1111;
    const encoding = (upper >> 4) & 0b111;
    if (encoding >= ENCODINGS.length || (type !== 0 && !names.has(type))) return undefined;
    return {
      contentType: names.get(type),
      contentEncoding: ENCODINGS[encoding],
      staleSeconds: WINDOWS[upper & 0b1111] ?? 0,
    };
  }

  return {
    encode({ contentType, contentEncoding, staleSeconds = 0 }) {
      const type = codeOf(codes, contentType);
      const window = windowOf(staleSeconds);
      const encoding = Math.max(0, ENCODINGS.indexOf(contentEncoding));
      if (type === 0 && encoding === 0 && window === 0) return 0;
      return (MARK | (type << 7) | (encoding << 4) | window) * 0x1_0000;
    },
    toWindow: (seconds) => WINDOWS[windowOf(seconds)] ?? 0,
    decode(flags) {
      // Most values were not written over HTTP.
      if (flags === 0) return undefined;
      const upper = flags >>> 16;
      if ((upper & MARK_MASK) !== MARK || (flags & 0xffff) !== 0) return undefined;
      // At most 8192 different ones.
      if (!decoded.has(upper)) decoded.set(upper, decodeUpper(upper));
      return decoded.get(upper);
    },
  };
}

function windowOf(staleSeconds: number): number {
  return WINDOWS.findLastIndex((seconds) => seconds <= staleSeconds);
}

/** 0 for a type that has no code. */
function codeOf(codes: ReadonlyMap<string, number>, contentType = ''): number {
  const wanted = normalise(contentType);
  // UTF-8 is what the types that stand there without a charset have anyway.
  return codes.get(wanted) ?? codes.get(wanted.replace(/;charset=utf-8$/, '')) ?? 0;
}

function normalise(contentType: string): string {
  return contentType.toLowerCase().replaceAll(/[\s"]/g, '').replace(/;$/, '');
}

function checkCode(code: number): number {
  const { first, last } = CUSTOM_TYPE_CODES;
  if (code >= first && code <= last) return code;
  throw new RangeError(`contentFlags.types: a code must be from ${first} to ${last}, got ${code}`);
}

function checkType(type: string): string {
  if (/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:; ?[\w-]+=[\w.:-]+)*$/.test(type)) return type;
  throw new TypeError(`contentFlags.types: ${JSON.stringify(type)} is no media type`);
}
