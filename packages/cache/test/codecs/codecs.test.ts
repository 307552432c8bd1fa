import { describe, expect, it } from 'vitest';

import { compressed } from '../../src/codecs/compressed.ts';
import { encrypted } from '../../src/codecs/encrypted.ts';
import { jsonCodec } from '../../src/codecs/json-codec.ts';
import { msgpackCodec } from '../../src/codecs/msgpack-codec.ts';
import { v8Codec } from '../../src/codecs/v8-codec.ts';

const keys = { k1: Buffer.alloc(32, 1), k2: Buffer.alloc(32, 2) };
const code = 'ERR_CACHE_DECODE';

describe('jsonCodec', () => {
  it('refuses what has no JSON form, and foreign bytes', () => {
    for (const value of [undefined, () => 1, Symbol('x')])
      expect(() => jsonCodec.encode(value, 'k')).toThrow(TypeError);
    expect(() => jsonCodec.decode('{', 'k')).toThrow(expect.objectContaining({ code }));
  });
});

describe('v8Codec and msgpackCodec', () => {
  it('keep dates, bytes and large integers', async () => {
    const value = { at: new Date(5), big: 2n ** 60n, bytes: Buffer.from([0, 255]) };
    for (const codec of [v8Codec, msgpackCodec()]) {
      const back = (await codec.decode(Buffer.from(await codec.encode(value, 'k')), 'k')) as typeof value;
      expect(back.at).toEqual(value.at);
      expect(back.big).toBe(value.big);
      expect(Buffer.from(back.bytes)).toEqual(value.bytes);
    }
  });

  it('refuse an object that would come back as another one', () => {
    const value = JSON.parse('{"a":[{"__proto__":1}]}') as unknown;
    expect(() => msgpackCodec().encode(value, 'k')).toThrow(/__proto__/);
  });
});

describe('compressed', () => {
  it('makes large values smaller, and leaves small and dense ones as they are', async () => {
    const codec = compressed(jsonCodec);
    expect((await codec.encode('x'.repeat(10_000), 'k')).length).toBeLessThan(200);
    expect((await codec.encode('x'.repeat(1000), 'k')).length).toBe(1003);
    expect(codec.encode('x'.repeat(100_000), 'k')).toBeInstanceOf(Promise);
  });

  it('refuses to inflate to more than it may', async () => {
    const bomb = await compressed(jsonCodec).encode('x'.repeat(2_000_000), 'k');
    const codec = compressed(jsonCodec, { maxInflatedBytes: 100_000 });
    await expect(codec.decode(bomb, 'k')).rejects.toMatchObject({ code });
    expect(() => codec.encode('x'.repeat(100_000), 'k')).toThrow(RangeError);
  });

  it('refuses options that make no sense', () => {
    expect(() => compressed(jsonCodec, { algorithm: 'lzw' as never })).toThrow(/algorithm/);
    expect(() => compressed(jsonCodec, { aboveBytes: -1 })).toThrow(/aboveBytes/);
    expect(() => compressed(jsonCodec, { maxInflatedBytes: 0 })).toThrow(/maxInflatedBytes/);
  });
});

describe('encrypted', () => {
  const codec = encrypted(jsonCodec, { keys, current: 'k1' });

  it('hides the value, and writes the same value differently each time', async () => {
    const [one, two] = [await codec.encode('secret', 'k'), await codec.encode('secret', 'k')];
    expect(String(one)).not.toContain('secret');
    expect(one).not.toEqual(two);
  });

  it('reads with every key it has, writes with the current one, and not without the key', async () => {
    const bytes = await codec.encode('v', 'k');
    const next = encrypted(jsonCodec, { keys, current: 'k2' });
    expect(await next.decode(bytes, 'k')).toBe('v');
    expect(await codec.decode(await next.encode('w', 'k'), 'k')).toBe('w');
    const gone = encrypted(jsonCodec, { keys: { k2: keys.k2 }, current: 'k2' });
    expect(() => gone.decode(bytes, 'k')).toThrow(expect.objectContaining({ code }));
    const wrong = encrypted(jsonCodec, { keys: { k1: keys.k2 }, current: 'k1' });
    expect(() => wrong.decode(bytes, 'k')).toThrow(expect.objectContaining({ code }));
  });

  it('refuses bytes that belong to another key of the cache, and any damaged bit', async () => {
    const bytes = (await codec.encode('v', 'user:1')) as Buffer;
    expect(() => codec.decode(bytes, 'user:2')).toThrow(expect.objectContaining({ code }));
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] = damaged[at]! ^ 1;
      expect(() => codec.decode(damaged, 'user:1')).toThrow(expect.objectContaining({ code }));
    }
  });

  it('refuses keys that are none', () => {
    expect(() => encrypted(jsonCodec, { keys, current: 'k3' })).toThrow(/k3/);
    expect(() => encrypted(jsonCodec, { keys: { k1: Buffer.alloc(16) }, current: 'k1' })).toThrow(/32 bytes/);
    expect(() => encrypted(jsonCodec, { keys: { '': keys.k1 }, current: '' })).toThrow(/key id/);
  });
});
