import { join, resolve } from 'node:path';

import { ask, type Endpoint } from './ask.ts';
import { LOOPBACK } from './free-port.ts';
import { startServer } from './start-server.ts';
import type { ServerKind } from './supervised-server.ts';
import type { ServerOptions, TestServer } from './test-server.ts';

/** How to start memcached. */
export interface MemcachedOptions extends ServerOptions {
  /** Megabytes for items (`-m`). @default 64 */
  readonly memoryMb?: number;
  /** Worker threads (`-t`). @default 1 */
  readonly threads?: number;
  /** More arguments, as on the command line. */
  readonly args?: readonly string[];
}

/** A running memcached. With `unixSocket` it listens only there, and `port` is 0. */
export interface MemcachedServer extends TestServer {
  /** `127.0.0.1:PORT`, or the path of the Unix socket. */
  readonly address: string;
}

/**
 * Starts a real `memcached` from the PATH on the loopback interface. It answers when the promise
 * resolves. With `-S` or `-B binary` in `args` it is asked in the binary protocol.
 *
 * @throws TestingError `ERR_TESTING_NO_SERVER` when `memcached` is not on the PATH,
 *   `ERR_TESTING_PORT_IN_USE` when the `port` you named is taken, `ERR_TESTING_START_FAILED` when it
 *   ends at once, `ERR_TESTING_TIMEOUT` when it is not ready in time.
 * @throws the signal's reason when it aborts first.
 */
export async function startMemcached(options: MemcachedOptions = {}): Promise<MemcachedServer> {
  const { memoryMb = 64, threads = 1 } = options;
  if (!(memoryMb >= 1)) throw new RangeError(`memoryMb must be at least 1, got ${memoryMb}`);
  if (!(Number.isInteger(threads) && threads >= 1)) throw new RangeError(`threads must be at least 1, got ${threads}`);
  const server = await startServer(options, (port, site) => {
    const socketPath = options.unixSocket === true ? join(site.dir, 'memcached.sock') : undefined;
    return memcachedKind(options, {
      port,
      socketPath,
      dir: options.dir === undefined ? site.dir : resolve(options.dir),
    });
  });
  return Object.assign(server, { address: server.socketPath ?? `${server.host}:${server.port}` });
}

interface MemcachedPlace {
  readonly port: number;
  readonly socketPath: string | undefined;
  readonly dir: string;
}

function memcachedKind(options: MemcachedOptions, { port, socketPath, dir }: MemcachedPlace): ServerKind {
  const { memoryMb = 64, threads = 1, args = [], timeoutMs = 10_000 } = options;
  const endpoint: Endpoint = socketPath === undefined ? { host: LOOPBACK, port } : { path: socketPath };
  const listen = socketPath === undefined ? ['-l', LOOPBACK, '-p', String(port), '-U', '0'] : ['-s', socketPath];
  // As root it refuses to run unless told under which name.
  const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  const isBinary = args.includes('-S') || args.includes('--enable-sasl') || args.includes('binary');
  return {
    name: 'memcached',
    port: socketPath === undefined ? port : 0,
    socketPath,
    timeoutMs,
    losesNothingByKill: true,
    async prepare() {
      const install = '`apt-get install memcached` or `brew install memcached`';
      const own = [...listen, ...user, '-m', String(memoryMb), '-t', String(threads)];
      return { file: 'memcached', args: [...own, ...args], cwd: dir, install };
    },
    isReady: (pid) => (isBinary ? answersInBinary(endpoint) : answersInText(endpoint, pid)),
  };
}

async function answersInText(endpoint: Endpoint, pid: number): Promise<boolean> {
  const reply = await ask(endpoint, {
    request: 'stats\r\n',
    isWhole: (text) => /^(END|ERROR|CLIENT_ERROR.*)\r\n/m.test(text),
  });
  if (reply === undefined) return false;
  const answering = /^STAT pid (\d+)\r\n/m.exec(reply)?.[1];
  // With `-Y` it refuses to say who it is, but it answers.
  return answering === undefined || Number(answering) === pid;
}

/** The version command is the one that a server with SASL answers before a login. */
async function answersInBinary(endpoint: Endpoint): Promise<boolean> {
  const request = Buffer.alloc(24);
  request.writeUInt8(0x80, 0);
  request.writeUInt8(0x0b, 1);
  const reply = await ask(endpoint, { request, isWhole: (text) => text.length >= 24 });
  return reply?.startsWith('\x81') === true;
}
