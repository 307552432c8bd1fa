import { type Clock, systemClock } from '@lockstep/core';

import { LockError } from '../../lock-error.ts';
import type {
  AcquireManyReply,
  AcquireRequest,
  Bound,
  Grant,
  LockDriver,
  LockFamily,
  LockListener,
} from '../lock-driver.ts';
import { createGrantWatch, type GrantWatch } from '../grant-watch.ts';
import { createOwners } from '../owners.ts';
import { checkShape, sharedPriority } from '../shared-shape.ts';
import { LockTable, type Push } from './lock-table.ts';
import { SharedTable } from './shared-table.ts';

type Hear = (push: Push) => void;
type FamilyName = 'lock' | LockFamily;

/** Locks of one memory, which any number of drivers share as if each were a process. */
export interface MemoryLockSpace {
  readonly clock: Clock;
  /** The locks of each family. */
  readonly tables: { readonly lock: LockTable; readonly semaphore: SharedTable; readonly 'read-write': SharedTable };
  /** Those that can be told something, by family and process id. */
  readonly processes: Map<string, Hear>;
}

/** What a space works with. */
export interface MemoryLockSpaceOptions {
  /** @default systemClock */
  readonly clock?: Clock;
  /** When to tell a waiter what it got. @default setImmediate */
  readonly schedule?: (deliver: () => void) => void;
}

/** Makes an empty space. */
export function createMemoryLockSpace(options: MemoryLockSpaceOptions = {}): MemoryLockSpace {
  const { clock = systemClock, schedule = (deliver) => void setImmediate(deliver) } = options;
  const processes = new Map<string, Hear>();
  const worksWith = (family: FamilyName): ConstructorParameters<typeof LockTable>[0] => ({
    monotonic: () => clock.monotonic(),
    now: () => clock.now(),
    push(push) {
      const hear = processes.get(`${family} ${push.owner.slice(0, push.owner.lastIndexOf(':'))}`);
      if (hear === undefined) return false;
      schedule(() => hear(push));
      return true;
    },
  });
  const tables = {
    lock: new LockTable(worksWith('lock')),
    semaphore: new SharedTable(worksWith('semaphore')),
    'read-write': new SharedTable(worksWith('read-write')),
  };
  return { clock, tables, processes };
}

/** What a driver works with. */
export interface MemoryLockDriverOptions {
  /** @default a space of its own */
  readonly space?: MemoryLockSpace;
  /** A number in [0, 1). @default Math.random */
  readonly random?: () => number;
}

/** Locks within this process's memory, with the behaviour of those in Redis. Nothing waits, so no bound is needed. */
export function createMemoryLockDriver(options: MemoryLockDriverOptions = {}): LockDriver {
  const { space = createMemoryLockSpace(), random = Math.random } = options;
  const { clock, processes, tables } = space;
  const { processId, nextOwner } = createOwners(random);
  const families = new Map<FamilyName, LockDriver>();
  const watches: GrantWatch[] = [];
  let isClosed = false;

  async function run<T>({ signal }: Bound, step: () => T): Promise<T> {
    if (isClosed) throw new LockError('ERR_LOCK_CLOSED', 'the locks were closed');
    signal?.throwIfAborted();
    return step();
  }

  async function close(): Promise<void> {
    isClosed = true;
    for (const watch of watches) watch.close();
    for (const name of Object.keys(tables)) processes.delete(`${name} ${processId}`);
  }

  function driverOf(name: FamilyName): LockDriver {
    const made = families.get(name) ?? makeDriver(name);
    families.set(name, made);
    return made;
  }

  function makeDriver(name: FamilyName): LockDriver {
    const table = tables[name];
    const listeners = new Set<LockListener>();
    const watch = createGrantWatch({ clock, random, passOn: async (key) => table.passOn(key) });
    watches.push(watch);

    const moment = (): Pick<Grant, 'sentAt' | 'sentAtWall'> => ({
      sentAt: clock.monotonic(),
      sentAtWall: clock.now(),
    });

    function acquireMany(requests: readonly AcquireRequest[]): AcquireManyReply {
      if (!(table instanceof LockTable)) throw new RangeError('locks that several may hold are acquired one by one');
      const sent = moment();
      const reply = table.acquireMany(requests);
      if (!Array.isArray(reply)) return { ...reply.by, kind: 'taken', key: reply.key };
      const grants = requests.map(({ key, owner, ttlMs }, i) => ({ key, owner, ttlMs, token: reply[i]!, ...sent }));
      return { kind: 'held', grants };
    }

    function checked(request: AcquireRequest): AcquireRequest {
      if (name === 'lock') return request;
      return { ...request, shape: checkShape(request.shape), priority: sharedPriority(request) };
    }

    function release(key: string, owner: string): 'released' | 'lost' {
      const grantedMs = table.release(key, owner);
      if (grantedMs > 0) watch.granted(key, grantedMs);
      return grantedMs < 0 ? 'lost' : 'released';
    }

    function hear(push: Push): void {
      const { kind, ...grant } = push;
      for (const listener of listeners) {
        if (kind === 'wake') listener.onWake?.(push.key, push.owner);
        else listener.onGrant(grant as Grant);
      }
    }

    return {
      processId,
      nextOwner,
      groupOf: () => '',
      acquire: (request, bound) =>
        run(bound, () => {
          const { key, owner, ttlMs } = request;
          const sent = moment();
          const reply = table.acquire(checked(request));
          if (typeof reply === 'number' || reply.kind === 'queued') watch.asked(key);
          return typeof reply === 'number' ? { kind: 'held', key, owner, ttlMs, token: reply, ...sent } : reply;
        }),
      acquireMany: (requests, bound) => run(bound, () => acquireMany(requests)),
      release: (key, owner, bound) => run(bound, () => release(key, owner)),
      renew: (leases, bound) =>
        run(bound, () => leases.map(({ key, owner, ttlMs }) => (table.renew(key, owner, ttlMs) ? 'held' : 'lost'))),
      cancel: (key, owner, bound) => run(bound, () => void release(key, owner)),
      countTerm: (key, owner, bound) =>
        run(bound, () => {
          if (!(table instanceof LockTable)) throw new RangeError('locks that several may hold have no terms');
          return table.countTerm(key, owner);
        }),
      inspect: (key, bound) => run(bound, () => table.inspect(key)),
      listen(listener) {
        listeners.add(listener);
        if (!isClosed) processes.set(`${name} ${processId}`, hear);
        return {
          async close() {
            listeners.delete(listener);
            if (listeners.size === 0) processes.delete(`${name} ${processId}`);
          },
        };
      },
      family: driverOf,
      setWaiting: () => undefined,
      close,
      [Symbol.asyncDispose]: close,
    };
  }

  return driverOf('lock');
}
