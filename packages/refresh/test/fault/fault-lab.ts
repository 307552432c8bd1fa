import { createRedisLog } from '@lockstep/invalidation';
import { createLocks } from '@lockstep/lock';
import { Redis } from 'ioredis';

import {
  createRedisStore,
  createRefreshGateway,
  createRefreshWorker,
  defineRefresh,
  type EntryStore,
  type RefreshGateway,
  type RefreshQueue,
  type RefreshWorker,
} from '../../src/index.ts';
import { createBullQueue } from '../../src/queue/bullmq/index.ts';

/** One row of the source: which call of it this was. */
export interface Row {
  readonly id: string;
  readonly call: number;
}

/** A gateway and a worker at a real Redis, in this process. */
export interface FaultLab extends AsyncDisposable {
  readonly store: EntryStore;
  readonly queue: RefreshQueue;
  readonly gateway: RefreshGateway;
  readonly worker: RefreshWorker;
  /** What the log named. */
  readonly told: string[];
  readonly errors: Error[];
  /** Which call of the source is stored; 0 when nothing is. */
  storedCall(id: string): Promise<number>;
}

/** Bounds that a busy machine keeps. */
const steady = {
  leaseMs: 5000,
  electionMs: 5000,
  storeTimeoutMs: 10_000,
  queue: { lockMs: 5000, stalledCheckMs: 1000, callTimeoutMs: 10_000, attempts: 8, backoff: { minMs: 50, maxMs: 200 } },
  definition: { shape: 'hash', primaryKey: 'id', ttlMs: 600_000, settleMs: 20, loadTimeoutMs: 1000 },
} as const;

/** Short bounds, so that who died is replaced within two seconds; the same in worker-process.mjs. */
export const quick = {
  ...steady,
  leaseMs: 1000,
  electionMs: 1000,
  queue: { ...steady.queue, lockMs: 1000, stalledCheckMs: 250 },
} as const;

/** What is not as in all others. */
export interface LabOptions {
  readonly whenEmpty?: 'store' | 'keep';
  readonly single?: boolean;
  /** @default those that a busy machine keeps */
  readonly bounds?: typeof quick | typeof steady;
  readonly storeTimeoutMs?: number;
}

/** Makes one under names of its own. */
export function openFaultLab(
  port: number,
  name: string,
  load: (id: string) => Promise<readonly Row[]> | readonly Row[],
  options: LabOptions = {},
): FaultLab {
  const { bounds = steady, storeTimeoutMs = bounds.storeTimeoutMs, whenEmpty = 'store', single = false } = options;
  const redis = new Redis(port, { retryStrategy: () => 50, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  const errors: Error[] = [];
  const onError = (error: Error): void => void errors.push(error);
  const store = createRedisStore({ redis, prefix: `${name}:`, timeoutMs: storeTimeoutMs });
  const queue = createBullQueue({ redis, name, ...bounds.queue });
  const locks = createLocks({ client: redis, prefix: name, onError });
  const log = createRedisLog({ client: redis, namespace: name });
  const told: string[] = [];
  const follower = log.follow({
    onInvalidate: (keys) => void told.push(...keys),
    onReset: () => undefined,
    onError,
  });
  follower.ready.catch(() => undefined);
  const rows = defineRefresh<Row>('rows', {
    ...bounds.definition,
    whenEmpty,
    single,
    load: async ({ id }) => ({ data: await load(id) }),
  });
  const shared = { store, queue, locks, log, definitions: [rows], leaseMs: bounds.leaseMs, onError };
  const gateway = createRefreshGateway(shared);
  const worker = createRefreshWorker({ ...shared, electionMs: bounds.electionMs });
  return {
    store,
    queue,
    gateway,
    worker,
    told,
    errors,
    async storedCall(id) {
      const found = await store.read(`rows:${id}`, 'hash', { kind: 'whole' });
      if (found?.content.shape !== 'hash') return 0;
      const [bytes] = found.content.elements.values();
      return bytes === undefined ? -1 : (JSON.parse(bytes.toString()) as Row).call;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([worker.close({ drainMs: 100 }), gateway.close({ drainMs: 100 })]);
      await Promise.all([queue.close(), log.close(), locks.close({ drainMs: 100 })]);
      redis.disconnect();
    },
  };
}
