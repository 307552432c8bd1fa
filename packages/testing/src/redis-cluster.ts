import { askRedis } from './ask-redis.ts';
import { pollUntil } from './poll-until.ts';
import { formCluster, isWhole } from './redis-cluster-form.ts';
import { startClusterNode } from './redis-cluster-node.ts';
import { clusterSlot, SLOTS } from './redis-cluster-slot.ts';
import { clusterView, ownerIn } from './redis-cluster-view.ts';
import type { RedisServer } from './redis-server.ts';
import { closeAll, startAll } from './start-all.ts';
import { TestingError } from './testing-error.ts';

/** How to start a cluster. */
export interface RedisClusterOptions {
  /** @default 3 */
  readonly masters?: number;
  /** @default 0 */
  readonly replicasPerMaster?: number;
  /** After this time without an answer a node counts as failed, in milliseconds. @default 2000 */
  readonly nodeTimeoutMs?: number;
  /** Directives for every node, as in redis.conf. */
  readonly config?: Readonly<Record<string, string>>;
  /** Milliseconds that the start, and a failover, may take. @default 30000 */
  readonly timeoutMs?: number;
  /** Gives up the start. */
  readonly signal?: AbortSignal | undefined;
}

/** What makes a replica take over. */
export interface FailoverOptions {
  /**
   * `ask`: the master hands over and loses nothing. `kill` and `freeze`: it is killed or frozen, and the others find
   * out. @default 'ask'
   */
  readonly by?: 'ask' | 'kill' | 'freeze';
}

/** A running Redis Cluster, every slot of which is served. */
export interface RedisCluster extends AsyncDisposable {
  /** All nodes in the order of their start: first those that began as masters. Kill, freeze and restart them as any server. */
  readonly nodes: readonly RedisServer[];
  /** Where to connect to, as `new Cluster(endpoints)` of ioredis takes it. */
  readonly endpoints: readonly { readonly host: string; readonly port: number }[];
  /** Which node serves a slot, or the slot of a key, as the nodes that answer see it; the newest view counts. */
  masterOf(slotOrKey: number | string): Promise<RedisServer>;
  /** The replicas of a master that answer, as it sees them. */
  replicasOf(master: RedisServer): Promise<RedisServer[]>;
  /**
   * Lets a replica take over from the master of a slot or key, and resolves with the new one when all nodes that
   * answer agree on it and call the cluster whole.
   *
   * @throws TestingError `ERR_TESTING_NOT_RUNNING` when the master has no replica, `ERR_TESTING_TIMEOUT`.
   */
  failover(slotOrKey: number | string, options?: FailoverOptions): Promise<RedisServer>;
  /**
   * Resolves when all nodes run, know each other and call the cluster whole: after a restart.
   *
   * @throws TestingError `ERR_TESTING_TIMEOUT`.
   */
  whole(): Promise<void>;
  /** Ends every node. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts a real Redis Cluster on the loopback interface. It serves every slot when the promise resolves.
 *
 * @throws RangeError for a count or time that makes no sense, and the errors of `startRedis`.
 */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const { masters = 3, replicasPerMaster = 0, nodeTimeoutMs = 2000, config = {}, timeoutMs = 30_000, signal } = options;
  if (!(Number.isInteger(masters) && masters >= 1)) throw new RangeError(`masters must be at least 1, got ${masters}`);
  if (!(Number.isInteger(replicasPerMaster) && replicasPerMaster >= 0))
    throw new RangeError(`replicasPerMaster must be a whole number, got ${replicasPerMaster}`);
  if (!(nodeTimeoutMs >= 100)) throw new RangeError(`nodeTimeoutMs must be at least 100, got ${nodeTimeoutMs}`);
  if (!(timeoutMs > 0)) throw new RangeError(`timeoutMs must be positive, got ${timeoutMs}`);
  const count = masters * (1 + replicasPerMaster);
  const start = () => startClusterNode({ nodeTimeoutMs, config, timeoutMs, signal });
  const started = await startAll(Array.from({ length: count }, () => start));
  try {
    await formCluster(started, { masters, timeoutMs, signal });
  } catch (error) {
    await closeAll(started);
    throw error;
  }
  return overNodes(
    started.map(({ server }) => server),
    timeoutMs,
  );
}

function overNodes(nodes: readonly RedisServer[], timeoutMs: number): RedisCluster {
  const serverAt = (port: number): RedisServer => nodes.find((node) => node.port === port) as RedisServer;

  /** Who serves the slot, in the view of each node that answers. */
  async function owners(slot: number): Promise<{ port: number; epoch: number; isWhole: boolean }[]> {
    const views = await Promise.allSettled(
      nodes.map(async ({ port }) => {
        const owner = ownerIn(await clusterView(port), slot);
        return { port: owner?.port ?? 0, epoch: owner?.configEpoch ?? -1, isWhole: await isWhole(port) };
      }),
    );
    return views.flatMap((view) => (view.status === 'fulfilled' ? [view.value] : []));
  }

  const cluster: RedisCluster = {
    nodes,
    endpoints: nodes.map(({ host, port }) => ({ host, port })),
    async masterOf(slotOrKey) {
      const slot = checkedSlot(slotOrKey);
      const [newest] = (await owners(slot)).toSorted((a, b) => b.epoch - a.epoch);
      if (newest === undefined || newest.port === 0)
        throw new TestingError('ERR_TESTING_NOT_RUNNING', `no node knows who serves slot ${slot}`);
      return serverAt(newest.port);
    },
    async replicasOf(master) {
      const view = await clusterView(master.port);
      const id = view.find(({ port }) => port === master.port)?.id;
      return view.filter((node) => node.masterId === id && !node.hasFailed).map((node) => serverAt(node.port));
    },
    async failover(slotOrKey, { by = 'ask' } = {}) {
      const slot = checkedSlot(slotOrKey);
      const old = await cluster.masterOf(slot);
      const [replica] = await cluster.replicasOf(old);
      if (replica === undefined)
        throw new TestingError('ERR_TESTING_NOT_RUNNING', `the master on port ${old.port} has no replica`);
      if (by === 'ask') await askRedis(replica.port, 'CLUSTER FAILOVER');
      else await (by === 'kill' ? old.kill() : old.freeze());
      const what = `a replica of the master on port ${old.port} has taken over`;
      const port = await pollUntil(
        async () => {
          const seen = await owners(slot);
          const [first] = seen;
          const areAgreed = seen.every((owner) => owner.port === first?.port && owner.isWhole);
          return areAgreed && first !== undefined && first.port !== old.port ? first.port : undefined;
        },
        { what, timeoutMs },
      );
      const next = serverAt(port);
      if (by !== 'ask') return next;
      // The one that handed over follows: the next failover needs it.
      const isFollowed = async (): Promise<true | undefined> =>
        (await cluster.replicasOf(next)).length > 0 ? true : undefined;
      await pollUntil(isFollowed, { what: `the master on port ${port} has a replica`, timeoutMs });
      return next;
    },
    async whole() {
      await pollUntil(
        async () => {
          const views = await Promise.all(
            nodes.map(async ({ port }) => ({ view: await clusterView(port), ok: await isWhole(port) })),
          );
          const areWhole = views.every(
            ({ view, ok }) => ok && view.every((node) => node.isConnected && !node.hasFailed),
          );
          return areWhole ? true : undefined;
        },
        { what: 'all nodes call the cluster whole', timeoutMs },
      );
    },
    close: () => closeAll(nodes),
    [Symbol.asyncDispose]: () => cluster.close(),
  };
  return cluster;
}

function checkedSlot(slotOrKey: number | string): number {
  const slot = typeof slotOrKey === 'string' ? clusterSlot(slotOrKey) : slotOrKey;
  if (Number.isInteger(slot) && slot >= 0 && slot < SLOTS) return slot;
  throw new RangeError(`a slot is a whole number below ${SLOTS}, got ${slotOrKey}`);
}
