import { RefreshError } from '../refresh-error.ts';

/** Turns a value, or one element, into bytes and back. */
export interface RefreshCodec<T> {
  /** What it is called in messages. */
  readonly name: string;
  /** @throws RefreshError ERR_REFRESH_CONTENT for what it has no form for. */
  encode(value: T): Buffer;
  /** @throws RefreshError ERR_REFRESH_CONTENT for what `encode` has not made. */
  decode(bytes: Buffer): T;
}

const json: RefreshCodec<unknown> = {
  name: 'json',
  encode(value) {
    const text = attempt(() => JSON.stringify(value), 'the source returned what JSON has no form for');
    // JSON.stringify answers undefined for a function, a symbol and undefined, whatever its type says.
    if (text === undefined)
      throw new RefreshError('ERR_REFRESH_CONTENT', 'the source returned what JSON has no form for');
    return Buffer.from(text);
  },
  decode: (bytes) => attempt(() => JSON.parse(bytes.toString()) as unknown, 'what is stored is no JSON'),
};

/** JSON. What it has no form for inside of a value (`undefined`, NaN, a Map) is lost or changed as JSON does it. */
export function jsonCodec<T>(): RefreshCodec<T> {
  return json as RefreshCodec<T>;
}

/** Bytes as they are. */
export const bytesCodec: RefreshCodec<Buffer> = {
  name: 'bytes',
  encode(value) {
    if (Buffer.isBuffer(value)) return value;
    throw new RefreshError('ERR_REFRESH_CONTENT', `the codec bytes takes a Buffer, got ${typeof value}`);
  },
  decode: (bytes) => bytes,
};

function attempt<T>(run: () => T, message: string): T {
  try {
    return run();
  } catch (error) {
    throw new RefreshError('ERR_REFRESH_CONTENT', message, { cause: error });
  }
}
