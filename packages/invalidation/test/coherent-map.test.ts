import type { Clock } from '@lockstep/core';
import { afterEach, describe, expect, it } from 'vitest';

import {
  type CoherentMapOptions,
  createCoherentMap,
  createMemoryLog,
  type FollowOptions,
  type InvalidationLog,
} from '../src/index.ts';

const maps: AsyncDisposable[] = [];
afterEach(async () => {
  for (const map of maps.splice(0)) await map[Symbol.asyncDispose]();
});

async function start(options: Partial<CoherentMapOptions> = {}) {
  const log = createMemoryLog();
  const map = createCoherentMap<string>({ log, ...options });
  maps.push(map, log);
  if (options.log === undefined) await map.ready;
  return { log, map };
}

/** A log whose follower says what the test wants it to say. */
function scriptedLog(): { log: InvalidationLog; horizonAgeMs: number; follow: FollowOptions | undefined } {
  const scripted = {
    horizonAgeMs: 0,
    follow: undefined as FollowOptions | undefined,
    log: {
      namespace: 'scripted',
      shards: 1,
      shardOf: () => 0,
      clear: () => Promise.reject(new Error('not here')),
      publish: () => Promise.reject(new Error('not here')),
      follow(options: FollowOptions) {
        scripted.follow = options;
        return {
          cursor: '0-0',
          epoch: () => '',
          sequence: () => 0,
          horizonAt: () => 0,
          stats: () => {
            throw new Error('nobody asks');
          },
          caughtUpTo: () => Promise.resolve(),
          sync: () => Promise.resolve(),
          ready: Promise.resolve(),
          horizonAgeMs: () => scripted.horizonAgeMs,
          close: () => Promise.resolve(),
          [Symbol.asyncDispose]: () => Promise.resolve(),
        };
      },
      close: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
  };
  return scripted;
}

/** A load that ends when the test says so. */
function openLoad() {
  let finish!: (value: string) => void;
  let fail!: (error: Error) => void;
  const value = new Promise<string>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  return { load: () => value, finish, fail };
}

describe('createCoherentMap', () => {
  it('drops a key that was invalidated, and only that', async () => {
    const { log, map } = await start();
    map.set('a', '1');
    map.set('b', '2');
    await log.publish(['a', 'unknown']);
    expect([map.get('a'), map.get('b'), map.size]).toEqual([undefined, '2', 1]);
  });

  it('drops the least recently used entry beyond its size', async () => {
    const { map } = await start({ maxEntries: 2 });
    map.set('a', '1');
    map.set('b', '2');
    map.get('a');
    map.set('c', '3');
    expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual(['1', undefined, '3', 2]);
  });

  it('deletes an entry of its own and says whether there was one', async () => {
    const { map } = await start();
    map.set('a', '1');
    expect([map.delete('a'), map.delete('a'), map.get('a')]).toEqual([true, false, undefined]);
  });

  it('loads a value once and then serves it', async () => {
    const { map } = await start();
    const calls: string[] = [];
    const load = async (key: string) => `value ${calls.push(key)}`;
    expect(await map.getOrLoad('a', load)).toBe('value 1');
    expect(await map.getOrLoad('a', load)).toBe('value 1');
    expect(calls).toEqual(['a']);
  });

  it('returns and does not keep a value whose key was invalidated while it loaded', async () => {
    const { log, map } = await start();
    const slow = openLoad();
    const loaded = map.getOrLoad('a', slow.load);
    await log.publish(['a']);
    slow.finish('old');
    expect(await loaded).toBe('old');
    expect(map.get('a')).toBeUndefined();
  });

  it('keeps a value whose load began after the invalidation, also when an older load ends later', async () => {
    const { log, map } = await start();
    const early = openLoad();
    const late = openLoad();
    const first = map.getOrLoad('a', early.load);
    await log.publish(['a']);
    const second = map.getOrLoad('a', late.load);
    late.finish('new');
    await second;
    early.finish('old');
    await first;
    expect(map.get('a')).toBe('new');
  });

  it('does not overwrite what was set, or bring back what was deleted, while it loaded', async () => {
    const { map } = await start();
    const slow = openLoad();
    const loads = [map.getOrLoad('a', slow.load), map.getOrLoad('b', slow.load)];
    map.set('a', 'set');
    map.delete('b');
    slow.finish('loaded');
    await Promise.all(loads);
    expect([map.get('a'), map.get('b')]).toEqual(['set', undefined]);
  });

  it('passes on what a load throws and keeps nothing', async () => {
    const { map } = await start();
    await expect(map.getOrLoad('a', () => Promise.reject(new Error('no database')))).rejects.toThrow('no database');
    expect(map.size).toBe(0);
  });

  it('serves nothing while its knowledge is older than allowed, and again when it is young', () => {
    const scripted = scriptedLog();
    const map = createCoherentMap<string>({ log: scripted.log, maxStalenessMs: 1000 });
    map.set('a', '1');
    scripted.horizonAgeMs = 999;
    expect(map.get('a')).toBe('1');
    scripted.horizonAgeMs = 1000;
    expect(map.get('a')).toBeUndefined();
    scripted.horizonAgeMs = 5;
    expect(map.get('a')).toBe('1');
  });

  it('clears on a reset, and keeps no value whose load began before it', async () => {
    const scripted = scriptedLog();
    const map = createCoherentMap<string>({ log: scripted.log });
    const slow = openLoad();
    map.set('a', '1');
    const loaded = map.getOrLoad('b', slow.load);
    scripted.follow?.onReset('lost');
    slow.finish('2');
    expect(await loaded).toBe('2');
    expect(map.size).toBe(0);
  });

  it('keeps nothing that was read before it knew its place in the log', async () => {
    const scripted = scriptedLog();
    scripted.horizonAgeMs = Infinity;
    const map = createCoherentMap<string>({ log: scripted.log });
    const slow = openLoad();
    const loaded = map.getOrLoad('a', slow.load);
    map.set('b', '2');
    scripted.horizonAgeMs = 0;
    slow.finish('1');
    await loaded;
    expect(map.size).toBe(0);
  });

  it('asks its follower for heartbeats that fit its bound, on its clock', () => {
    const scripted = scriptedLog();
    const clock: Clock = { now: () => 0, monotonic: () => 0, setTimer: () => ({ cancel: () => undefined }) };
    createCoherentMap<string>({ log: scripted.log, maxStalenessMs: 400, clock });
    expect(scripted.follow).toMatchObject({ heartbeatMs: 100, clock });
  });

  it('serves and keeps nothing after it was closed', async () => {
    const { map } = await start();
    map.set('a', '1');
    await map.close();
    map.set('b', '2');
    expect([map.get('a'), map.get('b'), map.size]).toEqual([undefined, undefined, 0]);
    expect(await map.getOrLoad('c', async () => '3')).toBe('3');
    expect(map.size).toBe(0);
  });

  it.each([
    [{ maxEntries: 0 }, 'maxEntries must be a positive integer, got 0'],
    [{ maxStalenessMs: 99 }, 'maxStalenessMs must be at least 100, got 99'],
  ])('refuses %j', (options, message) => {
    expect(() => createCoherentMap({ log: createMemoryLog(), ...options })).toThrow(message);
  });
});
