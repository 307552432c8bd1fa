import type { SyncCodec } from './codec.ts';
import { guardDecode } from './decode-error.ts';
import { requireFlags } from './flagged.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

/** Strings as UTF-8. Writes flags 0 and reads no others. */
export const stringCodec: SyncCodec<string> = {
  name: 'string',
  encode: (text) => ({ data: encodeUtf8(text), flags: 0 }),
  decode: (data, flags) =>
    guardDecode('string', flags, () => {
      requireFlags(flags, 0);
      return decodeUtf8(data);
    }),
};
