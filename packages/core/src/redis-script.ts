import { createHash } from 'node:crypto';

import type { RedisArgument, RedisClient } from './redis.ts';

/** A Lua script that Redis runs as one atomic step. */
export interface RedisScript {
  /** Runs the script by its digest, and sends its text only when the server does not know it. */
  run(client: RedisClient, keys: readonly RedisArgument[], args: readonly RedisArgument[]): Promise<unknown>;
}

/** Wraps the text of a Lua script. */
export function createScript(lua: string): RedisScript {
  const digest = createHash('sha1').update(lua).digest('hex');
  return {
    async run(client, keys, args) {
      try {
        return await client.call('EVALSHA', digest, keys.length, ...keys, ...args);
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return client.call('EVAL', lua, keys.length, ...keys, ...args);
      }
    },
  };
}
