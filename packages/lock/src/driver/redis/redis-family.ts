import { type Clock, type RedisClient, TurnoverMap } from '@lockstep/core';

import { lockScript } from '../../lua/lock-script.ts';
import { sharedScript } from '../../lua/shared-script.ts';
import type {
  AcquireReply,
  AcquireRequest,
  Bound,
  Grant,
  LockDriver,
  LockFamily,
  LockListener,
  RenewReply,
  RenewRequest,
} from '../lock-driver.ts';
import { createGrantWatch } from '../grant-watch.ts';
import type { GrantSubscription } from './grant-subscription.ts';
import type { LockNames } from './lock-names.ts';
import { createLockSteps } from './lock-steps.ts';
import type { ParsedPush } from './parse-push.ts';
import { closedError, toLockError } from './redis-failure.ts';
import { createReplicaCheck } from './replica-check.ts';
import { createSharedSteps } from './shared-steps.ts';
import { createStepQueue } from './step-queue.ts';
import type { SentAt } from './step.ts';

const PASS_ON_TIMEOUT_MS = 1000;

/** What the locks of one family share with those of the others. */
export interface RedisFamilyOptions {
  readonly client: RedisClient;
  readonly family: 'lock' | LockFamily;
  readonly names: LockNames;
  readonly isCluster: boolean;
  readonly subscription: GrantSubscription;
  readonly onError: (error: Error) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly schedule: (send: () => void) => void;
}

/** What a driver does for one family. */
export type FamilyCalls = Pick<
  LockDriver,
  'groupOf' | 'acquire' | 'acquireMany' | 'release' | 'renew' | 'cancel' | 'countTerm' | 'inspect' | 'listen'
>;

/** The calls of a driver for one family, and what it has to hear. */
export interface RedisFamily {
  readonly calls: FamilyCalls;
  /** True: the push was for this family. */
  hear(push: ParsedPush, sent: SentAt): boolean;
  onListening(): void;
  close(): void;
}

/** Makes the locks of one family. */
export function createRedisFamily(options: RedisFamilyOptions): RedisFamily {
  const { client, family, names, isCluster, subscription, onError, clock, random, schedule } = options;
  const script = family === 'lock' ? lockScript : sharedScript;
  const steps = family === 'lock' ? createLockSteps(names) : createSharedSteps(names);
  const head = (): string[] => [names.channel, subscription.receivers];
  const { declared } = names;
  const queue = createStepQueue({ client, script, head, declared, clock, schedule });
  const replicas = createReplicaCheck({ client, script, head, declared, steps, clock });
  const passOn = (key: string): Promise<number> => queue.run(steps.passOn(key), { timeoutMs: PASS_ON_TIMEOUT_MS });
  const watch = createGrantWatch({ clock, random, passOn });
  const listeners = new Set<LockListener>();
  /** Those in line whose grant counts only when replicas have it. */
  const unchecked = new Map<string, AcquireRequest>();
  /** Those about to stand in line, unless they leave before they are heard. */
  const entering = new TurnoverMap<string, true>();
  let isClosed = false;

  function tell(grant: Grant): void {
    for (const listener of listeners) listener.onGrant(grant);
  }

  async function check(request: AcquireRequest, timeoutMs: number): Promise<void> {
    const { key, owner } = request;
    try {
      const reply = await ask({ ...request, mode: 'try' }, { timeoutMs });
      if (reply.kind === 'held') return tell(reply);
    } catch (error) {
      onError(toLockError(error));
    }
    // Unless he was answered or has asked again meanwhile.
    if (unchecked.get(owner) !== request) return;
    unchecked.delete(owner);
    for (const listener of listeners) listener.onLost?.(key, owner);
  }

  function ask(request: AcquireRequest, bound: Bound): Promise<AcquireReply> {
    if (isCluster && request.mode !== 'try') subscription.waits(names.base(request.key), request.owner);
    if ((request.replicas ?? 0) > 0) return askReplicas(request, bound);
    const step = steps.acquire(request);
    return queue.run({ ...step, decode: (reply, sent) => heard(request, step.decode(reply, sent)) }, bound);
  }

  function heard({ key, owner }: AcquireRequest, reply: AcquireReply): AcquireReply {
    if (reply.kind !== 'queued') left(key, owner);
    if (!watch.isEmpty && reply.kind !== 'taken') watch.asked(key);
    return reply;
  }

  function left(key: string, owner: string): void {
    if (isCluster) subscription.left(names.base(key), owner);
  }

  async function askReplicas(request: AcquireRequest, bound: Bound): Promise<AcquireReply> {
    if (request.mode !== 'try') unchecked.set(request.owner, { ...request });
    const reply = await replicas.acquire(request, bound);
    if (reply.kind === 'held') unchecked.delete(request.owner);
    return heard(request, reply);
  }

  async function release(key: string, owner: string, bound: Bound): Promise<'released' | 'lost'> {
    unchecked.delete(owner);
    replicas.left(owner);
    entering.delete(owner);
    left(key, owner);
    const { outcome, grantedMs } = await queue.run(steps.release(key, owner), bound);
    if (grantedMs > 0) watch.granted(key, grantedMs);
    return outcome;
  }

  async function renew(lease: RenewRequest, bound: Bound): Promise<RenewReply> {
    try {
      return await queue.run(steps.renew(lease), bound);
    } catch (error) {
      bound.signal?.throwIfAborted();
      if (isClosed) throw error;
      return toLockError(error);
    }
  }

  async function enter(request: AcquireRequest, base: string, bound: Bound): Promise<AcquireReply> {
    const from = clock.monotonic();
    // Who waits without being heard is taken for dead. Most locks are free, and need nobody to listen.
    const reply = await ask({ ...request, mode: 'try' }, bound);
    const leftMs = bound.timeoutMs - (clock.monotonic() - from);
    if (reply.kind === 'held' || isClosed || !(await subscription.ensure(base, leftMs / 2))) return reply;
    // Who has left meanwhile would stand in line for ever: nobody takes him out again.
    return entering.has(request.owner) ? ask(request, { ...bound, timeoutMs: leftMs / 2 }) : reply;
  }

  const calls: FamilyCalls = {
    groupOf: (key) => names.groupOf(key),
    async acquire(request, bound) {
      const base = names.base(request.key);
      if (request.mode === 'try' || subscription.isListeningTo(base)) return ask(request, bound);
      entering.set(request.owner, true);
      try {
        return await enter(request, base, bound);
      } finally {
        entering.delete(request.owner);
      }
    },
    async acquireMany(requests, bound) {
      const [first] = requests;
      if (first === undefined) throw new RangeError('acquireMany needs a request');
      const group = names.groupOf(first.key);
      if (requests.some(({ key }) => names.groupOf(key) !== group)) {
        throw new RangeError('the keys of acquireMany must be of one group');
      }
      return queue.run(steps.acquireMany(requests), bound);
    },
    release,
    renew: (leases, bound) => Promise.all(leases.map((lease) => renew(lease, bound))),
    async cancel(key, owner, bound) {
      await release(key, owner, bound);
    },
    async countTerm(key, owner, bound) {
      return queue.run(steps.term(key, owner), bound);
    },
    inspect: (key, bound) => queue.run(steps.inspect(key), bound),
    listen(listener) {
      if (isClosed) throw closedError();
      listeners.add(listener);
      return {
        async close() {
          listeners.delete(listener);
        },
      };
    },
  };
  return {
    calls,
    hear(push, sent) {
      const key = names.keyOf(push.base);
      if (key === undefined) return false;
      const { owner } = push;
      const request = unchecked.get(owner);
      if (push.kind === 'wake') for (const listener of listeners) listener.onWake?.(key, owner);
      else if (request === undefined) tell({ key, owner, token: push.token, ttlMs: push.ttlMs, ...sent });
      else void check(request, push.ttlMs);
      return true;
    },
    onListening() {
      for (const listener of listeners) listener.onReconnect();
    },
    close() {
      isClosed = true;
      listeners.clear();
      unchecked.clear();
      watch.close();
      replicas.close();
      queue.close();
    },
  };
}
