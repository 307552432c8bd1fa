import type { Codec } from './codec.ts';
import { decodeError } from './decode-error.ts';

/**
 * JSON, by the rules of `JSON.stringify`: null, 0, false and '' come back as they are; what it leaves away or changes
 * does not: undefined and functions in objects, NaN, -0, dates (as text), Map, Set, class instances. undefined itself,
 * functions, symbols and bigint are refused.
 */
export const jsonCodec: Codec<unknown> = {
  name: 'json',
  isText: true,
  encode(value) {
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) throw new TypeError(`a value of type ${typeof value} has no JSON form`);
    return text;
  },
  decode(bytes) {
    try {
      return JSON.parse(typeof bytes === 'string' ? bytes : bytes.toString('utf8')) as unknown;
    } catch (error) {
      throw decodeError('json', error);
    }
  },
};
