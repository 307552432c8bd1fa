import { findFreePort } from './free-port.ts';
import { type RedisServer, startRedis } from './redis-server.ts';
import { TestingError } from './testing-error.ts';

const ATTEMPTS = 5;

/** A node of a cluster and where its bus listens. */
export interface ClusterNode {
  readonly server: RedisServer;
  readonly busPort: number;
  close(): Promise<void>;
}

/** How to start a node. */
export interface ClusterNodeOptions {
  readonly nodeTimeoutMs: number;
  readonly config: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Starts a node that belongs to no cluster yet, on two free ports. */
export async function startClusterNode(options: ClusterNodeOptions): Promise<ClusterNode> {
  const { nodeTimeoutMs, config, timeoutMs, signal } = options;
  for (let attempt = 1; ; attempt++) {
    // By default it would be the port plus 10,000, which may be taken or in the range of outgoing connections.
    const busPort = await findFreePort();
    try {
      const server = await startRedis({
        config: {
          'cluster-enabled': 'yes',
          'cluster-port': String(busPort),
          'cluster-node-timeout': String(nodeTimeoutMs),
          // A replica that lags is promoted all the same: what that loses is what tests are about.
          'cluster-replica-validity-factor': '0',
          'repl-diskless-sync-delay': '0',
          ...config,
        },
        timeoutMs,
        signal,
      });
      return { server, busPort, close: () => server.close() };
    } catch (error) {
      const lostRace = error instanceof TestingError && error.code === 'ERR_TESTING_PORT_IN_USE';
      if (!lostRace || attempt === ATTEMPTS) throw error;
    }
  }
}
