import type { SyncCodec } from './codec.ts';
import { guardDecode } from './decode-error.ts';
import { requireFlags } from './flagged.ts';
import { decodeUtf8 } from './utf8.ts';

/**
 * JSON, by the rules of `JSON.stringify`: what it leaves away or changes (`undefined` in objects,
 * `NaN`, dates) is not read back as it was. What comes back is `unknown`; `checked` gives it a type.
 * Writes flags 0 and reads no others.
 */
export const jsonCodec: SyncCodec<unknown> = {
  name: 'json',
  encode(value) {
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) throw new TypeError(`a value of type ${typeof value} has no JSON form`);
    return { data: Buffer.from(text, 'utf8'), flags: 0 };
  },
  decode: (data, flags) =>
    guardDecode('json', flags, () => {
      requireFlags(flags, 0);
      return JSON.parse(decodeUtf8(data)) as unknown;
    }),
};
