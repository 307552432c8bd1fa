import type { RedisClient, RedisConnection } from '@lockstep/core';

/** A connection of our own, made when it is first needed and again after it was dropped. */
export interface OwnedConnection {
  get(): RedisConnection;
  /** What the connection last complained about, for the cause of a timeout. */
  readonly lastError: Error | undefined;
  /** Closes the connection; the next `get()` makes a new one. */
  drop(): void;
}

/** Makes connections by `client.duplicate()`. */
export function createOwnedConnection(client: RedisClient): OwnedConnection {
  let connection: RedisConnection | undefined;
  let lastError: Error | undefined;
  return {
    get() {
      if (connection === undefined) {
        lastError = undefined;
        connection = client.duplicate();
        connection.on('error', (error) => {
          lastError = error;
        });
      }
      return connection;
    },
    get lastError() {
      return lastError;
    },
    drop() {
      connection?.disconnect();
      connection = undefined;
    },
  };
}
