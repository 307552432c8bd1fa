import Memcached from 'memcached';
import { describe, expect, it } from 'vitest';

import { startPlayground } from './playground.ts';

type Done = (error: unknown, result?: unknown) => void;
const promised = (call: (done: Done) => void): Promise<unknown> =>
  new Promise((resolve, reject) => call((error, result) => (error ? reject(error) : resolve(result))));

describe('npm memcached', () => {
  it('writes in one region what it reads in the other', async () => {
    await using playground = await startPlayground();
    const east = new Memcached(playground.regions[0]!.memcached, { retries: 0 });
    const west = new Memcached(playground.regions[1]!.memcached, { retries: 0 });
    try {
      expect(await promised((done) => east.set('user:npm', 'Ada', 600, done))).toBe(true);
      await expect.poll(() => promised((done) => west.get('user:npm', done)), { timeout: 10_000 }).toBe('Ada');

      const held = (await promised((done) => east.gets('user:npm', done))) as { cas: string };
      expect(await promised((done) => east.cas('user:npm', 'Grace', held.cas, 600, done))).toBe(true);
      await expect.poll(() => promised((done) => west.get('user:npm', done)), { timeout: 10_000 }).toBe('Grace');

      expect(await promised((done) => east.getMulti(['user:npm', 'user:none'], done))).toEqual({ 'user:npm': 'Grace' });
      expect(await promised((done) => east.set('user:npm:n', 1, 600, done))).toBe(true);
      expect(await promised((done) => east.incr('user:npm:n', 41, done))).toBe(42);

      expect(await promised((done) => east.del('user:npm', done))).toBe(true);
      await expect.poll(() => promised((done) => west.get('user:npm', done)), { timeout: 10_000 }).toBeUndefined();
    } finally {
      east.end();
      west.end();
    }
  });
});
