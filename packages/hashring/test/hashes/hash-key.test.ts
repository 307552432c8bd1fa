import { describe, expect, it } from 'vitest';

import { type HashName, hashKey } from '../../src/index.ts';

const rows: readonly (readonly [HashName, string, number])[] = (
  [
    ['crc32', 0xe8b7be43, 0x7c680b7a, 0x0e048d3e],
    ['crc', 0x68b7, 0x7c68, 0x0e04],
    ['one_at_a_time', 0xca2e9442, 0xc0d4cec1, 0x019148ae],
    ['fnv1_32', 0x050c5d7e, 0x8964f7a4, 0x16769ffd],
    ['fnv1a_32', 0xe40c292c, 0x57140e16, 0x3cfa68c1],
    ['fnv1_64', 0x8601b7be, 0xfdc93304, 0xb4eb783d],
    ['fnv1a_64', 0x8601ec8c, 0x962f5916, 0xb4cc3001],
    ['md5', 0xb975c10c, 0x82ab86df, 0x97cddd66],
    ['murmur', 0x4b41757c, 0x70f6b624, 0x7ddc1147],
    ['jenkins', 0xe0a38690, 0x0dd56618, 0x37ac74de],
    ['hsieh', 0x93642e87, 0xc3c83853, 0xbeea177b],
    ['crc16', 0x00007c87, 0x70128a20, 0x00e967c4],
    ['murmur3', 0x8872dbc8, 0xdf5d20cc, 0xb51fde2d],
  ] as const
).flatMap(([name, ...values]) => ['a', 'key:0', 'é'].map((key, i) => [name, key, values[i]!] as const));

describe('hashKey', () => {
  it.each(rows)('%s of %j is what libhashkit or twemproxy computes', (name, key, value) => {
    expect(hashKey(name, key)).toBe(value);
    expect(hashKey(name, Buffer.from(key))).toBe(value);
  });

  it.each([
    ['md5', 0xd98c1dd4],
    ['murmur', 0],
    ['jenkins', 0xdeadbefc],
    ['one_at_a_time', 0],
  ] as const)('%s of the empty key is what libhashkit computes', (name, value) => {
    expect(hashKey(name, '')).toBe(value);
  });

  it.each([
    ['one_at_a_time', 0xae8600ef],
    ['fnv1a_32', 0x1e9de8c1],
    ['fnv1a_64', 0xb7181e01],
  ] as const)('%s of é is another value where char is unsigned', (name, value) => {
    expect(hashKey(name, 'é', { charSignedness: 'unsigned' })).toBe(value);
  });

  it('names a hash or a signedness that it does not know', () => {
    expect(() => hashKey('sha1' as 'md5', 'key')).toThrow('hash must be one of one_at_a_time, md5, ');
    expect(() => hashKey('sha1' as 'md5', 'key')).toThrow('got "sha1"');
    expect(() => hashKey('md5', 'key', { charSignedness: 'ARM' as 'signed' })).toThrow(
      'charSignedness must be signed or unsigned, got "ARM"',
    );
  });
});
