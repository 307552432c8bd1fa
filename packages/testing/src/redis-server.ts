import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { ask } from './ask.ts';
import { LOOPBACK } from './free-port.ts';
import { redisConfigFile, type RedisDirectives, redisDirectives } from './redis-config.ts';
import { startServer } from './start-server.ts';
import type { ServerKind } from './supervised-server.ts';
import type { ServerOptions, TestServer } from './test-server.ts';
import { TestingError } from './testing-error.ts';

/** How to start Redis. */
export interface RedisOptions extends ServerOptions {
  /** Whether Redis writes an append-only file, so that data survives `kill()`. @default false */
  readonly appendonly?: boolean;
  /** Directives as in redis.conf; they win over everything that is set here. */
  readonly config?: Readonly<Record<string, string>>;
}

/** A running Redis. */
export interface RedisServer extends TestServer {
  /** `redis://127.0.0.1:PORT` */
  readonly url: string;
}

/**
 * Starts a real `redis-server` from the PATH on the loopback interface. It answers when the promise
 * resolves. By default it keeps its data in memory only.
 *
 * @throws TestingError `ERR_TESTING_NO_SERVER` when `redis-server` is not on the PATH,
 *   `ERR_TESTING_PORT_IN_USE` when the `port` you named is taken, `ERR_TESTING_START_FAILED` when it
 *   ends at once, `ERR_TESTING_TIMEOUT` when it is not ready in time.
 * @throws the signal's reason when it aborts first.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const server = await startServer(options, (port, site) => {
    const socketPath = options.unixSocket === true ? join(site.dir, 'redis.sock') : undefined;
    const dir = options.dir === undefined ? join(site.dir, 'data') : resolve(options.dir);
    const directives = redisDirectives({ port, dir, socketPath, ...options });
    return redisKind({
      port,
      dir,
      socketPath,
      directives,
      configPath: join(site.dir, 'redis.conf'),
      ...timeoutOf(options),
    });
  });
  return Object.assign(server, { url: `redis://${server.host}:${server.port}` });
}

interface RedisPlan {
  readonly port: number;
  readonly dir: string;
  readonly socketPath: string | undefined;
  readonly directives: RedisDirectives;
  readonly configPath: string;
  readonly timeoutMs: number;
}

function redisKind(plan: RedisPlan): ServerKind {
  const { port, dir, socketPath, directives, configPath, timeoutMs } = plan;
  const endpoint = { host: LOOPBACK, port };
  const password = directives.get('requirepass');
  const login = password === undefined ? '' : `AUTH ${password}\r\n`;
  const dumpPath = join(dir, directives.get('dbfilename') ?? 'dump.rdb');
  const isMemoryOnly = directives.get('appendonly') !== 'yes' && isNothing(directives.get('save'));
  let hasDump = false;
  return {
    name: 'redis-server',
    port,
    socketPath,
    timeoutMs,
    losesNothingByKill: false,
    async prepare() {
      await writeFile(configPath, redisConfigFile(directives));
      const install = '`apt-get install redis-server` or `brew install redis`';
      return { file: 'redis-server', args: [configPath], cwd: dir, install };
    },
    async isReady(pid) {
      const reply = await ask(endpoint, { request: `${login}PING\r\nINFO server\r\n`, isWhole: isStartupReply });
      if (reply === undefined || /^-LOADING/m.test(reply)) return false;
      const answering = /process_id:(\d+)\r\n/.exec(reply)?.[1];
      // A server that refuses to say who it is may still be ours: an ACL in `config` can do that.
      return answering === undefined ? /^-/m.test(reply) : Number(answering) === pid;
    },
    async save() {
      if (!isMemoryOnly) return;
      const question = { request: `${login}SAVE\r\n`, isWhole: isStatus, timeoutMs };
      const reply = await ask(endpoint, question);
      hasDump = reply?.endsWith('+OK\r\n') === true;
      if (!hasDump)
        throw new TestingError('ERR_TESTING_SAVE_FAILED', `redis-server did not save its data: ${reply ?? 'no reply'}`);
    },
    // A server without persistence forgets at its next crash; the dump was for this restart only.
    async started() {
      if (hasDump) await rm(dumpPath, { force: true });
      hasDump = false;
    },
    async dropData() {
      await rm(dumpPath, { force: true });
      await rm(join(dir, directives.get('appenddirname') ?? 'appendonlydir'), { recursive: true, force: true });
    },
  };
}

function timeoutOf({ timeoutMs = 10_000 }: ServerOptions): { timeoutMs: number } {
  return { timeoutMs };
}

function isNothing(save: string | undefined): boolean {
  return save === '' || save === '""';
}

/** The reply to PING and INFO, or an error: a server that still loads its data answers a PING with one. */
function isStartupReply(reply: string): boolean {
  return /process_id:\d+\r\n/.test(reply) || /^-.*\r\n/m.test(reply);
}

function isStatus(reply: string): boolean {
  return /^(?:\+OK\r\n)*(?:\+OK|-.*)\r\n$/.test(reply);
}
