import { askRedis } from './ask-redis.ts';
import { LOOPBACK } from './free-port.ts';
import type { ClusterNode } from './redis-cluster-node.ts';
import { SLOTS } from './redis-cluster-slot.ts';
import { clusterView } from './redis-cluster-view.ts';
import { replicationState } from './redis-replication.ts';
import { pollUntil } from './poll-until.ts';

/** How to make one cluster of single nodes. */
export interface FormOptions {
  readonly masters: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Gives the first `masters` nodes an equal share of the slots each, and makes the others replicas of them in turn.
 * Resolves when every node calls the cluster whole and every replica has copied its master.
 *
 * @throws TestingError `ERR_TESTING_TIMEOUT`, and the signal's reason.
 */
export async function formCluster(nodes: readonly ClusterNode[], options: FormOptions): Promise<void> {
  const { masters, ...bounds } = options;
  const ports = nodes.map(({ server }) => server.port);
  for (const [index, port] of ports.entries()) {
    if (index < masters) {
      const first = Math.ceil((index * SLOTS) / masters);
      const last = Math.ceil(((index + 1) * SLOTS) / masters) - 1;
      await askRedis(port, `CLUSTER ADDSLOTSRANGE ${first} ${last}`);
    }
    // Nodes of the same epoch would have to agree on new ones first.
    await askRedis(port, `CLUSTER SET-CONFIG-EPOCH ${index + 1}`);
  }
  // Each meets each: to hear of one another by gossip takes them seconds.
  for (const port of ports) {
    for (const { server, busPort } of nodes) {
      if (server.port !== port) await askRedis(port, `CLUSTER MEET ${LOOPBACK} ${server.port} ${busPort}`);
    }
  }
  await allAre('every node knows every other', ports, bounds, async (port) => {
    const view = await clusterView(port);
    return view.length === nodes.length && view.every((node) => node.isConnected);
  });
  const ids = await Promise.all(ports.slice(0, masters).map((port) => askRedis(port, 'CLUSTER MYID')));
  const replicas = ports.slice(masters);
  for (const [index, port] of replicas.entries())
    await askRedis(port, `CLUSTER REPLICATE ${ids[index % masters] as string}`);
  await allAre('every replica has copied its master', replicas, bounds, async (port) => {
    return (await replicationState(port)).isLinkUp;
  });
  await allAre('every node calls the cluster whole', ports, bounds, async (port) => {
    const view = await clusterView(port);
    return view.filter((node) => !node.isMaster).length === replicas.length && (await isWhole(port));
  });
}

/** Whether this node says that all slots are served. */
export async function isWhole(port: number): Promise<boolean> {
  return (await askRedis(port, 'CLUSTER INFO')).includes('cluster_state:ok');
}

async function allAre(
  what: string,
  ports: readonly number[],
  bounds: Omit<FormOptions, 'masters'>,
  is: (port: number) => Promise<boolean>,
): Promise<void> {
  await pollUntil(async () => ((await Promise.all(ports.map(is))).every(Boolean) ? true : undefined), {
    what,
    ...bounds,
  });
}
