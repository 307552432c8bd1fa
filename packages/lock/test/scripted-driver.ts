import type { AcquireReply, AcquireRequest, LockDriver } from '../src/driver/lock-driver.ts';
import { LockError } from '../src/lock-error.ts';
import type { ManualClock } from './manual-clock.ts';

type Driver = Pick<LockDriver, 'acquire' | 'cancel' | 'release' | 'renew' | 'setWaiting'>;

/** A driver that answers what a test says: for what a real lock service does too rarely. */
export interface ScriptedDriver extends LockDriver {
  /** The keys of each renewal. */
  readonly renewed: string[];
  readonly released: string[];
  readonly cancelled: string[];
  readonly asked: string[];
  readonly waiting: number[];
  failRenewals(): void;
  healRenewals(): void;
  delayRenewals(clock: ManualClock, ms: number): void;
  lose(key: string): void;
  failReleases(times: number): void;
  failCancels(times: number): void;
  /** What `acquire` answers from now on; by default that it is queued. */
  answer(reply: (request: AcquireRequest) => AcquireReply | Promise<AcquireReply>): void;
}

const silence = (): LockError => new LockError('ERR_LOCK_UNAVAILABLE', 'no answer');

/** Makes one. */
export function createScriptedDriver(): ScriptedDriver {
  const lost = new Set<string>();
  let renewing: 'ok' | 'fail' = 'ok';
  let delay: (() => Promise<void>) | undefined;
  let failingReleases = 0;
  let failingCancels = 0;
  let reply: (request: AcquireRequest) => AcquireReply | Promise<AcquireReply> = () => ({
    kind: 'queued',
    rank: 0,
    holder: 'other:1',
    holderTtlMs: 1000,
  });
  const renewed: string[] = [];
  const released: string[] = [];
  const cancelled: string[] = [];
  const asked: string[] = [];
  const waiting: number[] = [];
  let owners = 0;
  const driver: Driver = {
    async acquire(request) {
      asked.push(request.owner);
      return reply(request);
    },
    async cancel(key) {
      cancelled.push(key);
      if (failingCancels-- > 0) throw silence();
    },
    async release(key) {
      released.push(key);
      if (failingReleases-- > 0) throw silence();
      return 'released';
    },
    async renew(leases) {
      await delay?.();
      if (renewing === 'fail') throw silence();
      renewed.push(leases.map(({ key }) => key).join());
      return leases.map(({ key }) => (lost.has(key) ? 'lost' : 'held'));
    },
    setWaiting: (count) => void waiting.push(count),
  };
  return {
    ...driver,
    renewed,
    released,
    cancelled,
    asked,
    waiting,
    processId: 'p',
    nextOwner: () => `p:${++owners}`,
    groupOf: () => '',
    family() {
      throw new Error('there are only locks');
    },
    acquireMany: () => Promise.reject(silence()),
    countTerm: () => Promise.resolve(1),
    inspect: () => Promise.resolve(undefined),
    listen: () => ({ close: () => Promise.resolve() }),
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
    failRenewals() {
      renewing = 'fail';
    },
    healRenewals() {
      renewing = 'ok';
    },
    delayRenewals(clock, ms) {
      delay = () => new Promise((resolve) => void clock.setTimer(resolve, ms));
    },
    lose: (key) => void lost.add(key),
    failReleases(times) {
      failingReleases = times;
    },
    failCancels(times) {
      failingCancels = times;
    },
    answer(to) {
      reply = to;
    },
  };
}
