import type { RedisArgument, RedisClient } from '@lockstep/core';

/** A Redis that answers as the test says. */
export function scriptedClient(answer: (command: string, ...args: RedisArgument[]) => Promise<unknown>): RedisClient {
  return {
    call: answer,
    callBuffer: () => Promise.reject(new Error('not used')),
    duplicate: () => {
      throw new Error('not used');
    },
  };
}
