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
  /** How long each question about one lock might take. */
  readonly bounds: string[];
  failRenewals(): void;
  healRenewals(): void;
  delayRenewals(clock: ManualClock, ms: number): void;
  /** The next renewals know nothing of these. */
  doubt(...keys: string[]): void;
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
  let doubted: readonly string[] = [];
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
  const bounds: string[] = [];
  let owners = 0;
  const driver: Driver = {
    async acquire(request, { timeoutMs }) {
      bounds.push(`acquire ${timeoutMs}`);
      asked.push(request.owner);
      return reply(request);
    },
    async cancel(key, _owner, { timeoutMs }) {
      bounds.push(`cancel ${timeoutMs}`);
      cancelled.push(key);
      if (failingCancels-- > 0) throw silence();
    },
    async release(key, _owner, { timeoutMs }) {
      bounds.push(`release ${timeoutMs}`);
      released.push(key);
      if (failingReleases-- > 0) throw silence();
      return 'released';
    },
    async renew(leases) {
      await delay?.();
      if (renewing === 'fail') throw silence();
      renewed.push(leases.map(({ key }) => key).join());
      return leases.map(({ key }) => (doubted.includes(key) ? silence() : lost.has(key) ? 'lost' : 'held'));
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
    bounds,
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
    doubt(...keys) {
      doubted = keys;
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
