/** What a Redis command takes. Strings are sent as UTF-8, buffers as they are. */
export type RedisArgument = string | Buffer | number;

/**
 * The calls that Lockstep makes on a Redis client, written by hand so that both `Redis` and
 * `Cluster` of ioredis 5 and 6 satisfy it. You own the client you pass; nothing here closes it.
 */
export interface RedisClient {
  /** Sends any command and decodes replies as UTF-8 strings. */
  call(command: string, ...args: RedisArgument[]): Promise<unknown>;
  /** Sends any command and leaves bulk replies as buffers. */
  callBuffer(command: string, ...args: RedisArgument[]): Promise<unknown>;
  /** A second connection with the same settings, for commands that block. */
  duplicate(): RedisConnection;
}

/** A connection that Lockstep made by `duplicate()`, and therefore closes. */
export interface RedisConnection extends RedisClient {
  /** Drops the connection at once and does not reconnect. */
  disconnect(): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** `ready`: each time that it is connected and takes commands. `close`: each time that it is not any more. */
  on(event: 'ready' | 'close', listener: () => void): unknown;
  /** What comes over the channels that it subscribed to. */
  on(event: 'message' | 'smessage', listener: (channel: string, message: string) => void): unknown;
}
