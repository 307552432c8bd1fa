import { createHash } from 'node:crypto';

import type { RedisArgument, RedisClient } from './redis.ts';

/** A Lua script that Redis runs as one atomic step. */
export interface RedisScript {
  /**
   * Runs the script by its digest, and sends its text only when the server does not know it. With the text go
   * `argsWhenUnknown` in place of `args`: a server that does not know a script that was run before is another process.
   */
  run(
    client: RedisClient,
    keys: readonly RedisArgument[],
    args: readonly RedisArgument[],
    argsWhenUnknown?: readonly RedisArgument[],
  ): Promise<unknown>;
}

/** Wraps the text of a Lua script. */
export function createScript(lua: string): RedisScript {
  const digest = createHash('sha1').update(lua).digest('hex');
  return {
    async run(client, keys, args, argsWhenUnknown = args) {
      try {
        return await client.call('EVALSHA', digest, keys.length, ...keys, ...args);
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return client.call('EVAL', lua, keys.length, ...keys, ...argsWhenUnknown);
      }
    },
  };
}
