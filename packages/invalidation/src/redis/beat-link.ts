import type { RedisClient } from '@lockstep/core';

import type { OwnedConnection } from './owned-connection.ts';

/** After so many failures in a row the client that was given is not relied on any more. */
const PATIENCE = 2;

/** Over what a follower asks the log. */
export interface BeatLink {
  /** The client to ask over now. */
  readonly client: RedisClient;
  /** What an own connection last complained about. */
  readonly lastError: Error | undefined;
  /** A call over that client was answered. */
  succeeded(client: RedisClient): void;
  failed(client: RedisClient): void;
  close(): void;
}

/**
 * Asks over the client that was given while it answers. A client that waits on a dead connection may do so for
 * minutes, and is not ours to close: then the link makes a connection of its own, and another one when that fails too.
 */
export function createBeatLink(given: RedisClient, own: OwnedConnection): BeatLink {
  let failures = 0;
  let isOwn = false;
  let current = given;
  return {
    get client() {
      current = isOwn ? own.get() : given;
      return current;
    },
    get lastError() {
      return own.lastError;
    },
    succeeded(client) {
      if (client === current) failures = 0;
    },
    failed(client) {
      // What was asked over a connection that was given up says nothing about the one in its place.
      if (client !== current) return;
      failures++;
      if (failures < PATIENCE) return;
      failures = 0;
      isOwn = true;
      own.drop();
    },
    close: () => own.drop(),
  };
}
