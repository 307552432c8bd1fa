import type { Socket } from 'node:net';

import { MemcacheError } from './memcache-error.ts';

/** How memjs answers. A failed connection arrives as an Error or a string, a refusal as an Error. */
export type MemjsCallback<T> = (error: unknown, result: T) => void;

/** The calls that this package makes on a client of memjs 1.3. */
export interface MemjsClient {
  get(key: string | Buffer, callback: (error: unknown, value: Buffer | null, extras: Buffer | null) => void): void;
  set(key: string | Buffer, value: Buffer, options: MemjsExpiry, callback: MemjsCallback<boolean | null>): void;
  add(key: string | Buffer, value: Buffer, options: MemjsExpiry, callback: MemjsCallback<boolean | null>): void;
  replace(key: string | Buffer, value: Buffer, options: MemjsExpiry, callback: MemjsCallback<boolean | null>): void;
  delete(key: string | Buffer, callback: MemjsCallback<boolean | null>): void;
  touch(key: string | Buffer, expires: number, callback: MemjsCallback<boolean | null>): void;
  flush(callback: MemjsCallback<unknown>): void;
  stats(callback: (error: unknown, server: string, stats: Record<string, string> | null) => void): void;
}

/** What memjs takes the time to live in. */
export interface MemjsExpiry {
  readonly expires: number;
}

/** The parts of the one server behind such a client that are needed to end its connection for good. */
export interface MemjsServer {
  username: string;
  password: string;
  /** The current socket. Private in memjs, and the only way to see it close. */
  readonly _socket?: Socket | undefined;
  /** Destroys the socket and fails everything that waits. */
  error(error: Error): void;
}

/** A client with the server and the serializer it was made with. */
export interface MemjsParts {
  readonly client: MemjsClient;
  readonly server: MemjsServer;
  /** The client flags of the store that is made in this very moment. */
  readonly outgoing: { flags: number };
}

/** Where to connect, and as whom. */
export interface MemjsTarget {
  readonly host: string;
  /** @default 11211 */
  readonly port?: number;
  /** For SASL PLAIN. @default none */
  readonly username?: string;
  readonly password?: string;
}

/** What memjs exports, as far as it is used. */
export interface MemjsModule {
  readonly Client: new (servers: readonly MemjsServer[], options: object) => MemjsClient;
  readonly Server: new (host: string, port: number, username: string, password: string, options: object) => MemjsServer;
}

/** Long enough never to matter: the deadlines of this package are the ones that count. */
const neverSeconds = 24 * 60 * 60;

/**
 * Loads memjs.
 *
 * @throws MemcacheError ERR_MEMCACHE_UNSUPPORTED when it is not installed.
 */
export async function loadMemjs(): Promise<MemjsModule> {
  try {
    return (await import('memjs')) as unknown as MemjsModule;
  } catch (cause) {
    throw new MemcacheError('ERR_MEMCACHE_UNSUPPORTED', 'memjs is not installed: npm install memjs', { cause });
  }
}

/** A fresh client. It connects with its first call. */
export function createMemjsClient(memjs: MemjsModule, target: MemjsTarget): MemjsParts {
  const { host, port = 11_211, username = '', password = '' } = target;
  const outgoing = { flags: 0 };
  const server = new memjs.Server(host, port, username, password, { timeout: neverSeconds, conntimeout: neverSeconds });
  // memjs falls back to environment variables of its own.
  server.username = username;
  server.password = password;
  const serializer = {
    serialize(_opcode: number, value: unknown, extras: Buffer | string) {
      if (typeof extras !== 'string') extras.writeUInt32BE(outgoing.flags, 0);
      return { value, extras };
    },
    deserialize: (_opcode: number, value: unknown, extras: unknown) => ({ value, extras }),
  };
  // `retries` counts attempts: 1 is no retry, and memjs would take 0 for its default of 2.
  const client = new memjs.Client([server], { retries: 1, failover: false, serializer, logger: { log() {} } });
  return { client, server, outgoing };
}
