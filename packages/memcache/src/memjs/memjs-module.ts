import type { Socket } from 'node:net';

import { MemcacheError } from '../driver/memcache-error.ts';

/** Where to connect, and as whom. */
export interface MemjsTarget {
  readonly host: string;
  /** @default 11211 */
  readonly port?: number;
  /** For SASL PLAIN. @default none */
  readonly username?: string;
  readonly password?: string;
}

/** A reply as memjs cuts it from the stream. `val` and `extras` are views of its receive buffer. */
export interface MemjsResponse {
  readonly header: {
    readonly magic: number;
    readonly opcode: number;
    readonly status: number;
    readonly opaque: number;
    readonly totalBodyLength: number;
    /** 8 bytes. */
    readonly cas: Buffer;
  };
  readonly key: Buffer;
  readonly extras: Buffer;
  readonly val: Buffer;
}

/**
 * What is used of the connection of memjs 1.3: it connects, authenticates and cuts replies. Its
 * queues, deadlines and retries (where its defects are) stay out of use: the methods that would
 * feed them are replaced, which is why they are writable here.
 */
export interface MemjsServer {
  username: string;
  password: string;
  /** The socket. Private in memjs, and the only way to see it close. */
  readonly _socket?: Socket | undefined;
  /** What has arrived of a reply that is not whole yet. */
  readonly responseBuffer: Buffer;
  /** Connects and authenticates if need be, then hands out the socket. */
  sock: (sasl: boolean, go: (socket: Socket) => void) => void;
  /** Called with each chunk. */
  responseHandler: (chunk: Buffer) => void;
  /** Called with each whole reply that is not part of the authentication. */
  respond: (response: MemjsResponse) => void;
  /** Called when the connection or the authentication has failed. */
  error: (error: unknown) => void;
}

/** What memjs exports, as far as it is used. */
export interface MemjsModule {
  readonly Server: new (host: string, port: number, username: string, password: string, options: object) => MemjsServer;
  readonly Utils: {
    makeRequestBuffer(opcode: number, key: Buffer, extras: Buffer, value: Buffer, opaque: number): Buffer;
  };
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

/** A connection to be. It is made with the first `sock`. */
export function createMemjsServer(memjs: MemjsModule, target: MemjsTarget): MemjsServer {
  const { host, port = 11_211, username = '', password = '' } = target;
  const server = new memjs.Server(host, port, username, password, { timeout: neverSeconds, conntimeout: neverSeconds });
  // memjs falls back to environment variables of its own.
  server.username = username;
  server.password = password;
  return server;
}
