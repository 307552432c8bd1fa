import { beforeEach, expect, it } from 'vitest';

import { type MemcacheDriver, MemcacheError, type PoolEvent, type ReadResult } from '../../src/index.ts';
import { Member } from '../../src/pool/member.ts';
import type { Topology } from '../../src/pool/topology.ts';
import { WarmUp, type WarmUpLimits } from '../../src/pool/warm-up.ts';
import { createFakeDriver, type FakeDriver } from './fake-driver.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

const value = Buffer.from('old');
const lease: ReadResult = { status: 'miss', flags: 0, cas: 5n, ttlSeconds: 5, mustRefresh: true, isRefreshing: false };
const hit: ReadResult = {
  status: 'hit',
  value,
  flags: 3,
  cas: 9n,
  ttlSeconds: -1,
  mustRefresh: false,
  isRefreshing: false,
};
const miss: ReadResult = { ...lease, cas: 0n, mustRefresh: false };

let clock: ManualClock;
let events: PoolEvent[];

beforeEach(() => {
  clock = createManualClock();
  events = [];
});

function memberOver(driver: FakeDriver): Member {
  return new Member(
    { host: 'a' },
    {
      address: 'a:11211',
      driver,
      clock,
      random: () => 0.5,
      downAfterTimeouts: 3,
      maxRemembered: 10,
      missOnFault: false,
      clear: async () => 'nothing',
      isClear: () => true,
      onDown: () => {},
      onUp: () => {},
    },
  );
}

interface Warming {
  readonly former: FakeDriver;
  readonly owner: FakeDriver;
  readonly warmUp: WarmUp;
  readonly target: Member;
  readonly fetch: () => Promise<unknown>;
}

function warming(former: Partial<MemcacheDriver>, owner: Partial<MemcacheDriver>, limits: WarmUpLimits = {}): Warming {
  const drivers = { former: createFakeDriver(former), owner: createFakeDriver(owner) };
  const source = memberOver(drivers.former);
  const target = memberOver(drivers.owner);
  const topology = { home: () => source } as unknown as Topology;
  const warmUp = new WarmUp(topology, limits, { clock, emit: (event) => events.push(event) });
  return { ...drivers, warmUp, target, fetch: () => warmUp.fetch('k', target, () => ({})) };
}

const has: Partial<MemcacheDriver> = { get: async () => ({ value, flags: 3 }), read: async () => hit };

it('fills by the lease that it got, with the flags and a bounded time to live', async () => {
  const stores: unknown[] = [];
  const { fetch } = warming(has, {
    read: async () => lease,
    cas: async (key, bytes, cas, options) => {
      stores.push([key, String(bytes), cas, options?.flags, options?.ttlSeconds]);
      return 'stored';
    },
  });
  expect(await fetch()).toEqual({ value, flags: 3 });
  expect(stores).toEqual([['k', 'old', 5n, 3, 300]]);
});

it('leaves no lease behind where the former owner has nothing either', async () => {
  const { fetch, owner } = warming({ get: async () => undefined }, {});
  expect(await fetch()).toBeUndefined();
  expect(owner.calls).toEqual([]);
});

it('does not fill with a value that is gone once the lease is held', async () => {
  const { fetch, owner } = warming(
    { ...has, read: async () => miss },
    { read: async () => lease, delete: async () => true },
  );
  expect(await fetch()).toBeUndefined();
  expect(owner.calls).toEqual(['read', 'delete']);
});

it.each(['exists', 'not-found'] as const)(
  'comes to nothing when the lease has ended meanwhile: %s',
  async (outcome) => {
    const { fetch, owner } = warming(has, { read: async () => lease, cas: async () => outcome });
    expect(await fetch()).toBeUndefined();
    expect(owner.calls).toEqual(['read', 'cas']);
  },
);

it('leaves the fill to whoever holds the lease, and takes what was stored meanwhile', async () => {
  const held = warming(has, { read: async () => ({ ...miss, isRefreshing: true }) });
  expect(await held.fetch()).toBeUndefined();
  const stored = warming(has, { read: async () => ({ ...hit, value: Buffer.from('new') }) });
  expect(await stored.fetch()).toEqual({ value: Buffer.from('new'), flags: 3 });
});

it('fills no more at once than it may, and nothing after its time', async () => {
  let answer = (): void => {};
  const waits: Partial<MemcacheDriver> = { get: () => new Promise((resolve) => (answer = () => resolve(undefined))) };
  const { fetch, former } = warming(waits, {}, { maxConcurrent: 1, forMs: 1000 });
  const first = fetch();
  expect(await fetch()).toBeUndefined();
  answer();
  await first;
  clock.advance(1000);
  expect(await fetch()).toBeUndefined();
  expect(former.calls).toEqual(['get']);
});

it('makes a miss of what fails on a node, and rejects what the caller broke off', async () => {
  const timeout = new MemcacheError('ERR_MEMCACHE_TIMEOUT', 'no answer');
  const failing = warming({ get: () => Promise.reject(timeout) }, {});
  expect(await failing.fetch()).toBeUndefined();
  const aborted = warming({ get: () => Promise.reject(new DOMException('enough', 'AbortError')) }, {});
  await expect(aborted.fetch()).rejects.toThrow('enough');
});

it('removes the key from the former owner, and reads from it no more when that fails', async () => {
  const timeout = new MemcacheError('ERR_MEMCACHE_TIMEOUT', 'no answer');
  const { warmUp, target, fetch, former } = warming({ ...has, delete: () => Promise.reject(timeout) }, {});
  await warmUp.forget('k', target, () => ({ timeoutMs: 100, signal: undefined }));
  expect(await fetch()).toBeUndefined();
  expect(former.calls).toEqual(['delete']);
  expect(events).toEqual([{ type: 'warm-up-stopped', node: { host: 'a' }, error: timeout }]);
});

it.each(['forMs', 'ttlSeconds', 'maxConcurrent'] as const)('refuses 0 as %s', (name) => {
  expect(() => warming({}, {}, { [name]: 0 })).toThrow(`warmUp.${name} must be a positive number, got 0`);
});

it.each(['forMs', 'ttlSeconds'] as const)('refuses a time without an end as %s', (name) => {
  expect(() => warming({}, {}, { [name]: Infinity })).toThrow(`warmUp.${name} must be a positive number, got Infinity`);
});
