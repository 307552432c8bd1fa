import { askRedis } from './ask-redis.ts';
import { LOOPBACK } from './free-port.ts';
import { pollUntil } from './poll-until.ts';
import type { FailoverOptions } from './redis-cluster.ts';
import { replicationState } from './redis-replication.ts';
import { startSentinel } from './redis-sentinel-process.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { closeAll, startAll } from './start-all.ts';
import type { TestServer } from './test-server.ts';

/** How to start a master with replicas and sentinels. */
export interface RedisSentinelOptions {
  /** @default 1 */
  readonly replicas?: number;
  /** More than half of them must agree on a failover. @default 3 */
  readonly sentinels?: number;
  /** The name of the master. @default 'lockstep' */
  readonly name?: string;
  /** After this time without an answer a node counts as down, in milliseconds. @default 500 */
  readonly downAfterMs?: number;
  /** Directives for the master and every replica, as in redis.conf. */
  readonly config?: Readonly<Record<string, string>>;
  /** Milliseconds that the start, and a failover, may take. @default 30000 */
  readonly timeoutMs?: number;
  /** Gives up the start. */
  readonly signal?: AbortSignal | undefined;
}

/** A running master with its replicas, and the sentinels that watch them. */
export interface RedisSentinel extends AsyncDisposable {
  /** What to ask the sentinels for. */
  readonly name: string;
  /** The master of the start first, then the replicas. Kill, freeze and restart them as any server. */
  readonly nodes: readonly RedisServer[];
  readonly sentinels: readonly TestServer[];
  /** Where the sentinels listen, as `new Redis({ sentinels, name })` of ioredis takes it. */
  readonly endpoints: readonly { readonly host: string; readonly port: number }[];
  /** The master that most of the sentinels name now. */
  master(): Promise<RedisServer>;
  /** The nodes that answer and are no master. */
  replicas(): Promise<RedisServer[]>;
  /**
   * Lets a replica take over, and resolves with the new master when it takes writes and most sentinels name it.
   *
   * @throws TestingError `ERR_TESTING_TIMEOUT`.
   */
  failover(options?: FailoverOptions): Promise<RedisServer>;
  /** Ends every process. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts a real master, replicas that have copied it, and sentinels that know all of them, on the loopback interface.
 *
 * @throws RangeError for a count or time that makes no sense, and the errors of `startRedis`.
 */
export async function startRedisSentinel(options: RedisSentinelOptions = {}): Promise<RedisSentinel> {
  const {
    replicas = 1,
    sentinels = 3,
    name = 'lockstep',
    downAfterMs = 500,
    config = {},
    timeoutMs = 30_000,
    signal,
  } = options;
  if (!(Number.isInteger(replicas) && replicas >= 1))
    throw new RangeError(`replicas must be at least 1, got ${replicas}`);
  if (!(Number.isInteger(sentinels) && sentinels >= 1))
    throw new RangeError(`sentinels must be at least 1, got ${sentinels}`);
  if (!(downAfterMs >= 100)) throw new RangeError(`downAfterMs must be at least 100, got ${downAfterMs}`);
  if (!(timeoutMs > 0)) throw new RangeError(`timeoutMs must be positive, got ${timeoutMs}`);
  if (!/^[\w.-]+$/.test(name))
    throw new TypeError(`name must be of letters, digits, dots and dashes, got ${JSON.stringify(name)}`);
  const bounds = { timeoutMs, signal };
  const started: { close(): Promise<void> }[] = [];
  try {
    const directives = { 'repl-diskless-sync-delay': '0', 'repl-ping-replica-period': '1', ...config };
    const first = await startRedis({ config: directives, ...bounds });
    started.push(first);
    const copy = { ...directives, replicaof: `${LOOPBACK} ${first.port}` };
    const copies = await startAll(
      Array.from({ length: replicas }, () => () => startRedis({ config: copy, ...bounds })),
    );
    started.push(...copies);
    await pollUntil(async () => ((await areCopying(copies)) ? true : undefined), {
      what: 'every replica has copied its master',
      ...bounds,
    });
    const quorum = Math.floor(sentinels / 2) + 1;
    const watch = { name, masterPort: first.port, quorum, downAfterMs, failoverTimeoutMs: 4 * downAfterMs, ...bounds };
    const watchers = await startAll(Array.from({ length: sentinels }, () => () => startSentinel(watch)));
    started.push(...watchers);
    await pollUntil(async () => ((await knowAll(watchers, name, replicas)) ? true : undefined), {
      what: 'every sentinel knows all nodes',
      ...bounds,
    });
    return overNodes({ name, nodes: [first, ...copies], sentinels: watchers, timeoutMs });
  } catch (error) {
    await closeAll(started);
    throw error;
  }
}

async function areCopying(copies: readonly RedisServer[]): Promise<boolean> {
  const states = await Promise.all(copies.map(({ port }) => replicationState(port)));
  return states.every(({ isLinkUp }) => isLinkUp);
}

async function knowAll(sentinels: readonly TestServer[], name: string, replicas: number): Promise<boolean> {
  const infos = await Promise.all(sentinels.map(({ port }) => askRedis(port, 'INFO sentinel')));
  const expected = new RegExp(`name=${name},status=ok,.*slaves=${replicas},sentinels=${sentinels.length}\\b`);
  return infos.every((info) => expected.test(info));
}

interface Running {
  readonly name: string;
  readonly nodes: readonly RedisServer[];
  readonly sentinels: readonly TestServer[];
  readonly timeoutMs: number;
}

function overNodes({ name, nodes, sentinels, timeoutMs }: Running): RedisSentinel {
  /** The port that more than half of all sentinels name. */
  async function namedPort(): Promise<number | undefined> {
    const replies = await Promise.allSettled(
      sentinels.map(({ port }) => askRedis(port, `SENTINEL GET-MASTER-ADDR-BY-NAME ${name}`)),
    );
    const ports = replies.flatMap((reply) =>
      reply.status === 'fulfilled' ? [Number(reply.value.split('\n')[1])] : [],
    );
    return ports.find((port) => ports.filter((other) => other === port).length > sentinels.length / 2);
  }
  const serverAt = (port: number): RedisServer | undefined => nodes.find((node) => node.port === port);

  const group: RedisSentinel = {
    name,
    nodes,
    sentinels,
    endpoints: sentinels.map(({ host, port }) => ({ host, port })),
    master: () =>
      pollUntil(async () => serverAt((await namedPort()) ?? 0), { what: 'most sentinels name one master', timeoutMs }),
    async replicas() {
      const states = await Promise.allSettled(nodes.map(({ port }) => replicationState(port)));
      return nodes.filter((_, index) => {
        const state = states[index];
        return state?.status === 'fulfilled' && state.value.role === 'slave';
      });
    },
    async failover({ by = 'ask' } = {}) {
      const old = await group.master();
      if (by === 'ask') await askRedis(sentinels[0]?.port ?? 0, `SENTINEL FAILOVER ${name}`);
      else await (by === 'kill' ? old.kill() : old.freeze());
      return pollUntil(
        async () => {
          const port = await namedPort();
          if (port === undefined || port === old.port) return undefined;
          return (await replicationState(port)).role === 'master' ? serverAt(port) : undefined;
        },
        { what: `a replica has taken over from the master on port ${old.port}`, timeoutMs },
      );
    },
    close: () => closeAll([...sentinels, ...nodes]),
    [Symbol.asyncDispose]: () => group.close(),
  };
  return group;
}
