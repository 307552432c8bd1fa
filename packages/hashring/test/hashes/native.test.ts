import { createHash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it, type Mock, vi } from 'vitest';

const short = 'k'.repeat(200);
const long = 'k'.repeat(5000);
const word = (key: string): number => createHash('md5').update(key).digest().readInt32LE(0);

/** Has the platform answer with stand-ins of its modules, and counts how often they were asked for. */
function platform(modules: Readonly<Record<string, object>>): () => number {
  const real: (id: string) => object = Reflect.get(process, 'getBuiltinModule');
  const spy = vi.spyOn(process, 'getBuiltinModule') as unknown as Mock<(id: string) => object>;
  spy.mockImplementation((id) => modules[id] ?? real.call(process, id));
  return () => spy.mock.calls.filter(([id]) => id in modules).length;
}

beforeEach(() => {
  vi.resetModules();
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('md5 of a long key', () => {
  it('is asked of node:crypto, and that of a short one is not', async () => {
    const hash = vi.fn<() => string>(() => '01020304'.repeat(4));
    platform({ 'node:crypto': { hash } });
    const { md5 } = await import('../../src/hashes/md5.ts');
    expect(md5.key(short)).toBe(word(short));
    expect(hash).not.toHaveBeenCalled();
    expect(md5.key(long)).toBe(0x04030201);
    expect(md5.key(Buffer.from(long))).toBe(0x04030201);
    expect(hash).toHaveBeenCalledTimes(2);
  });

  it('is the same without crypto.hash', async () => {
    platform({ 'node:crypto': { createHash } });
    const { md5 } = await import('../../src/hashes/md5.ts');
    expect(md5.key(long)).toBe(word(long));
  });

  it('is the same where MD5 is forbidden, which is found out once', async () => {
    const hash = vi.fn<() => string>(() => {
      throw new Error('error:0308010C:digital envelope routines::unsupported');
    });
    const asked = platform({ 'node:crypto': { hash } });
    const { md5 } = await import('../../src/hashes/md5.ts');
    expect(md5.key(long)).toBe(word(long));
    expect(md5.key(`${long}é`)).toBe(word(`${long}é`));
    expect(hash).toHaveBeenCalledTimes(1);
    expect(asked()).toBe(1);
  });
});

describe('crc32 of a long key', () => {
  it('is asked of node:zlib, and that of a short one is not', async () => {
    const crc32 = vi.fn<() => number>(() => 0xfffffffe);
    platform({ 'node:zlib': { crc32 } });
    const ours = (await import('../../src/hashes/crc32.ts')).crc32;
    expect(ours.key(short)).toBe(zlibCrc32(short) | 0);
    expect(crc32).not.toHaveBeenCalled();
    expect(ours.key(long)).toBe(-2);
  });

  it('is the same without zlib.crc32', async () => {
    const asked = platform({ 'node:zlib': {} });
    const { crc32 } = await import('../../src/hashes/crc32.ts');
    expect(crc32.key(long)).toBe(zlibCrc32(long) | 0);
    expect(crc32.key(`${long}é`)).toBe(zlibCrc32(`${long}é`) | 0);
    expect(asked()).toBe(1);
  });
});
