import type { Codec } from './codec.ts';

/** Bytes as they are. What comes back is a Buffer of its own. */
export const bytesCodec: Codec<Uint8Array> = {
  name: 'bytes',
  isText: false,
  encode(value) {
    if (!(value instanceof Uint8Array)) throw new TypeError(`bytesCodec takes bytes, got ${typeof value}`);
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  },
  decode: (bytes) => Buffer.from(bytes as Buffer),
};
