import * as fc from 'fast-check';

const key = fc.constantFrom('a', 'b', 'c');
const field = fc.constantFrom('e', 's', 'v');
const text = fc.oneof(fc.constantFrom('', '1', '-7', 'x'), fc.string({ maxLength: 4 }));
const number = fc.integer({ min: -5, max: 20 }).map(String);
const id = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(2)).map(([ms, sequence]) => `${ms}-${sequence}`);
const bound = fc.oneof(
  id,
  id.map((each) => `(${each}`),
  fc.constantFrom('-', '+'),
);
const verb = (name: string, ...args: fc.Arbitrary<string>[]): fc.Arbitrary<string[]> =>
  fc.tuple(fc.constant(name), ...args);
const word = (name: string): fc.Arbitrary<string> => fc.constant(name);

/** Commands on a few keys that hold anything. */
export const command: fc.Arbitrary<string[]> = fc.oneof(
  verb('GET', key),
  verb('SET', key, text),
  verb('SET', key, text, fc.constantFrom('NX', 'XX', 'GET', 'KEEPTTL')),
  verb('SET', key, text, word('NX'), word('PX'), fc.constantFrom('100000', '0')),
  verb('MGET', key, key),
  verb('INCR', key),
  verb('STRLEN', key),
  verb('GETRANGE', key, number, number),
  verb('DEL', key),
  verb('UNLINK', key, key),
  verb('EXISTS', key, key),
  verb('TYPE', key),
  verb('PERSIST', key),
  verb('HGET', key, field),
  verb('HSET', key, field, text),
  verb('HSETNX', key, field, text),
  verb('HMGET', key, field, field),
  verb('HINCRBY', key, field, number),
  verb('HDEL', key, field),
  verb('HLEN', key),
  verb('HEXISTS', key, field),
  verb('HGETALL', key),
  verb('XADD', key, id, word('b'), text),
  verb('XADD', key, word('NOMKSTREAM'), fc.constantFrom('0-*', '3-*', '9-*'), word('b'), text),
  verb('XADD', key, fc.constantFrom('0-*', '3-*'), word('b'), text),
  verb('XADD', key, word('MAXLEN'), word('~'), word('3'), id, word('b'), text),
  verb('XADD', key, word('MINID'), fc.constantFrom('~', '='), id, id, word('b'), text),
  verb('XLEN', key),
  verb('XRANGE', key, bound, bound),
  verb('XRANGE', key, bound, bound, word('COUNT'), word('2')),
  verb('XREVRANGE', key, bound, bound),
  verb('XREAD', word('COUNT'), word('2'), word('STREAMS'), key, id),
  verb('XTRIM', key, word('MAXLEN'), word('2')),
  verb('XDEL', key, id),
  verb('PUBLISH', key, text),
  verb('DBSIZE'),
);
