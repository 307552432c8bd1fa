import type { SyncCodec } from './codec.ts';

/** Bytes as they are, whatever their flags: the default, and the same as no codec. Writes flags 0. */
export const bufferCodec: SyncCodec<Buffer> = {
  name: 'buffer',
  encode: (data) => ({ data, flags: 0 }),
  decode: (data) => data,
};
