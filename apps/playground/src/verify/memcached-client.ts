import { withDeadline } from '@lockstep/core';
import Memcached from 'memcached';

import type { CacheClient } from './client.ts';

const timeoutMs = 10_000;

/** Talks the memcached text protocol to a proxy, through a client that is not ours: npm `memcached`. */
export function createMemcachedClient(port: number): CacheClient {
  const connect = (): Memcached => new Memcached(`127.0.0.1:${port}`, { timeout: timeoutMs, retries: 0 });
  let client = connect();

  async function settle(call: (client: Memcached, done: Done) => void): Promise<unknown> {
    const answer = new Promise<unknown>((resolve, reject) => {
      call(client, (error, result) => {
        if (error === undefined || error === null) resolve(result);
        // Some of its errors are bare strings, or arrays of them.
        else reject(error instanceof Error ? error : new Error(JSON.stringify(error)));
      });
    });
    try {
      return await withDeadline(answer, {
        ms: timeoutMs,
        onTimeout: () => new Error('npm memcached did not call back'),
      });
    } catch (error) {
      // After one SERVER_ERROR it calls the server unavailable for hours, and some calls never end.
      client.end();
      client = connect();
      throw error;
    }
  }

  return {
    face: 'memcached',
    // It re-encodes buffers on the way in, so it is given text.
    async set(key, value, ttlSeconds) {
      const stored = await settle((to, done) => to.set(key, value.toString('latin1'), ttlSeconds, done));
      if (stored !== true) throw new Error(`set ${key} was answered with ${String(stored)}`);
    },
    async get(key) {
      const value = await settle((to, done) => to.get(key, done));
      if (value === undefined) return undefined;
      if (typeof value === 'string') return Buffer.from(value);
      throw new TypeError(`get ${key} gave ${typeof value}`);
    },
    async delete(key) {
      await settle((to, done) => to.del(key, done));
    },
    close: async () => client.end(),
  };
}

type Done = (error: unknown, result?: unknown) => void;
