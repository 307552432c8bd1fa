import type { InvalidationLog } from '@lockstep/invalidation';
import type { LockDriver } from '@lockstep/lock';

import type { EntryStore, RefreshQueue, TaskConsumer } from '../../src/index.ts';
import type { SimLink } from './sim-link.ts';

const ASKS = ['acquire', 'acquireMany', 'release', 'renew', 'cancel', 'countTerm', 'inspect'] as const;
const CALLS = ['read', 'begin', 'replace', 'prolong', 'patch', 'invalidate', 'admit'] as const;
/** A queue gives a task to somebody else when its worker was not heard of for so long. */
const STALLED_MS = 3000;

type Call = (...args: unknown[]) => Promise<unknown>;

function overLink(target: object, names: readonly string[], link: SimLink): Record<string, Call> {
  return Object.fromEntries(
    names.map((name) => [
      name,
      async (...args: unknown[]) => {
        if (name === 'replace' && link.freezesAtWrite) {
          link.freezesAtWrite = false;
          link.freeze();
        }
        await link.hop();
        const call = (target as Record<string, Call>)[name]!;
        // The reply takes its time, and so does a refusal.
        const reply = await call.apply(target, args).then(
          (value) => ({ value }),
          (error: unknown) => ({ error }),
        );
        await link.hop();
        if ('error' in reply) throw reply.error;
        return reply.value;
      },
    ]),
  );
}

/** A store in another process. */
export function storeOverLink(store: EntryStore, link: SimLink): EntryStore {
  return {
    shapes: store.shapes,
    ...overLink(store, CALLS, link),
    close: async () => undefined,
  } as unknown as EntryStore;
}

/** Locks that are held in another process. */
export function driverOverLink(driver: LockDriver, link: SimLink): LockDriver {
  return {
    ...driver,
    ...overLink(driver, ASKS, link),
    listen: (listener) =>
      driver.listen({
        ...listener,
        onGrant: (grant) => link.whenAlive(() => listener.onGrant(grant)),
      }),
  };
}

/** A log in another process. */
export function logOverLink(log: InvalidationLog, link: SimLink): InvalidationLog {
  return {
    ...log,
    ...overLink(log, ['publish'], link),
    follow: (options) =>
      log.follow({
        ...options,
        onInvalidate: (...heard) => link.whenAlive(() => options.onInvalidate(...heard)),
      }),
  };
}

/** A queue in another process, which takes a task from a worker that it does not hear of. */
export function queueOverLink(queue: RefreshQueue, link: SimLink, world: SimLink['clock']): RefreshQueue {
  const consume: RefreshQueue['consume'] = (handler, options) => {
    const stalled = (): Promise<never> =>
      new Promise((_resolve, reject) => {
        const look = (): void => {
          if (link.goneSince !== undefined && world.monotonic() - link.goneSince >= STALLED_MS) {
            if (link.isCrashed) void consumer.close({ drainMs: 0 });
            reject(new Error('stalled'));
          } else world.setTimer(look, 500);
        };
        look();
      });
    const consumer: TaskConsumer = queue.consume(async (task, { attempt, isRepeated }) => {
      const work = link.hop().then(() => handler(task, { attempt, isRepeated, signal: new AbortController().signal }));
      work.catch(() => undefined);
      return Promise.race([work, stalled()]);
    }, options);
    return consumer;
  };
  return { consume, ...overLink(queue, ['enqueue', 'drop'], link) } as unknown as RefreshQueue;
}
