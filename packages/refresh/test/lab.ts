import { createMemoryLog, type InvalidationLog } from '@lockstep/invalidation';
import { createLocks, createMemoryLockDriver, createMemoryLockSpace, type Locks } from '@lockstep/lock';

import {
  createRefreshGateway,
  createRefreshWorker,
  createMemoryStore,
  createMemorySwitches,
  defineRefresh,
  type EntryStore,
  type RefreshDefinition,
  type RefreshGateway,
  type RefreshGatewayOptions,
  type RefreshQueue,
  type RefreshWorker,
  type RefreshWorkerOptions,
  type SourceSwitches,
} from '../src/index.ts';
import { createMemoryQueue } from '../src/queue/memory/memory-queue.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

/** A source that counts its calls, and answers when and what a test says. */
export interface FakeSource {
  readonly calls: string[];
  /** How many calls are under way. */
  underWay: number;
  /** The most that were under way for one key. */
  mostAtOnce: number;
  takesMs: number;
  answer: (id: string, call: number) => unknown;
}

/** Everything that gateways and workers of one memory share. */
export interface Lab extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly store: EntryStore;
  readonly queue: RefreshQueue;
  readonly log: InvalidationLog;
  readonly switches: SourceSwitches;
  readonly source: FakeSource;
  readonly errors: Error[];
  readonly coupons: RefreshDefinition<ReadonlyMap<string, Coupon>, Coupon>;
  locks(): Locks;
  gateway(options?: Partial<RefreshGatewayOptions>): RefreshGateway;
  worker(options?: Partial<RefreshWorkerOptions>): RefreshWorker;
}

/** What the source of the lab has. */
export interface Coupon {
  readonly id: string;
  readonly version: number;
}

/** Makes one; `store` and the definition's options may be another. */
export function openLab(
  options: { readonly definition?: object; readonly store?: (store: EntryStore) => EntryStore } = {},
): Lab {
  const clock = createManualClock();
  const space = createMemoryLockSpace({ clock, schedule: queueMicrotask });
  const memory = createMemoryStore({ clock });
  const store = options.store?.(memory) ?? memory;
  const queue = createMemoryQueue({ clock, random: () => 0.5 });
  const log = createMemoryLog();
  const switches = createMemorySwitches();
  const errors: Error[] = [];
  const onError = (error: Error): void => void errors.push(error);
  const open: { close(): Promise<void> }[] = [];
  const source: FakeSource = {
    calls: [],
    underWay: 0,
    mostAtOnce: 0,
    takesMs: 0,
    answer: (_id, call) => [
      { id: 'a', version: call },
      { id: 'b', version: call },
    ],
  };
  const coupons = defineRefresh<Coupon>('coupons', {
    shape: 'hash',
    primaryKey: 'id',
    ttlMs: 10_000,
    settleMs: 0,
    async load({ key, id, signal }) {
      source.calls.push(key);
      const call = source.calls.length;
      source.underWay++;
      source.mostAtOnce = Math.max(source.mostAtOnce, source.underWay);
      try {
        if (source.takesMs > 0) {
          await new Promise<void>((resolve, reject) => {
            const timer = clock.setTimer(resolve, source.takesMs);
            signal.addEventListener('abort', () => {
              timer.cancel();
              reject(signal.reason as Error);
            });
          });
        }
        return { data: (await source.answer(id, call)) as Coupon[] };
      } finally {
        source.underWay--;
      }
    },
    ...options.definition,
  });
  const locks = (): Locks => {
    const made = createLocks({ driver: createMemoryLockDriver({ space }), clock, random: () => 0.5, onError });
    open.push(made);
    return made;
  };
  const shared = {
    store,
    queue,
    log,
    switches,
    definitions: [coupons as RefreshDefinition],
    clock,
    random: () => 0.5,
    onError,
  };
  return {
    clock,
    store,
    queue,
    log,
    switches,
    source,
    errors,
    coupons,
    locks,
    gateway(more = {}) {
      const gateway = createRefreshGateway({ ...shared, locks: locks(), ...more });
      open.unshift(gateway);
      return gateway;
    },
    worker(more = {}) {
      const worker = createRefreshWorker({ ...shared, locks: locks(), ...more });
      open.unshift(worker);
      return worker;
    },
    async [Symbol.asyncDispose]() {
      const closing = Promise.all(open.map((one) => one.close())).then(() => Promise.all([queue.close(), log.close()]));
      await clock.advance(30_000);
      await closing;
    },
  };
}
