import { type FaultProxy, type RedisServer, startFaultProxy, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';

import { createLocks, type Locks, type LocksOptions } from '../../src/index.ts';

/** A Redis, one process behind a link that can fail, and one that is never touched. */
export interface FaultSetup extends AsyncDisposable {
  readonly server: RedisServer;
  readonly link: FaultProxy;
  /** Over the link. */
  readonly locks: Locks;
  readonly others: Locks;
  readonly direct: Redis;
  readonly errors: Error[];
}

/** Starts one. */
export async function openFaulty(options: LocksOptions = {}): Promise<FaultSetup> {
  const server = await startRedis();
  const link = await startFaultProxy({ to: server });
  const errors: Error[] = [];
  const over = new Redis(link.port, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  const direct = new Redis(server.port, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  for (const client of [over, direct]) client.on('error', () => undefined);
  const shared = { ...options, prefix: 'faults', onError: (error: Error) => void errors.push(error) };
  const locks = createLocks({ ...shared, client: over });
  const others = createLocks({ ...shared, client: direct });
  return {
    server,
    link,
    locks,
    others,
    direct,
    errors,
    async [Symbol.asyncDispose]() {
      await link.heal();
      await Promise.all([locks.close({ drainMs: 100 }), others.close({ drainMs: 100 })]);
      over.disconnect();
      direct.disconnect();
      await link.close();
      await server.close();
    },
  };
}

/** Resolves when the signal aborts, as a section that listens to it does. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
