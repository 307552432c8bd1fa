import type { AnswerTaker, DirectCalls } from '@lockstep/memcache';
import { describe, expect, it } from 'vitest';

import type { BackendClass, BackendOptions } from '../../src/index.ts';
import { bytes, type ClassLab, held, startClassLab } from './class-lab.ts';
import { type MemoryPool, poolError } from './memory-pool.ts';

const value = bytes('value');
const timeout = poolError('ERR_MEMCACHE_TIMEOUT');

/** Calls of a memory pool that are answered when the test says so. */
class HeldCalls implements DirectCalls {
  readonly takers: AnswerTaker[] = [];
  readonly ttls: number[] = [];

  get(_key: string, taker: AnswerTaker): boolean {
    this.takers.push(taker);
    return true;
  }

  set(
    _key: string,
    _bytes: Buffer,
    _start: number,
    _end: number,
    _flags: number,
    ttlSeconds: number,
    taker: AnswerTaker,
  ): boolean {
    this.ttls.push(ttlSeconds);
    this.takers.push(taker);
    return true;
  }
}

interface DirectLab extends ClassLab {
  readonly calls: HeldCalls;
  /** How the call ends; undefined when it is not made. */
  readonly get: (key: string) => Promise<string> | undefined;
  readonly set: (key: string) => Promise<string> | undefined;
}

function startDirectLab(options: Partial<BackendOptions> = {}, rules: Partial<BackendClass> = {}): DirectLab {
  const lab = startClassLab(rules, { onWrite: undefined as never, ...options });
  const calls = new HeldCalls();
  const give = (pool: MemoryPool): void => void Object.assign(pool, { direct: calls });
  for (const pool of [lab.main, lab.a, lab.b]) give(pool);
  const { direct } = lab.backend;
  const ask = (make: (taker: AnswerTaker) => boolean): Promise<string> | undefined => {
    let isMade = false;
    const ended = new Promise<string>((resolve) => {
      isMade = make({
        onValue: (found, start, end, flags) => resolve(`${found.toString('latin1', start, end)} ${flags}`),
        onDone: () => resolve('done'),
        onFailure: (error) => resolve((error as { code: string }).code),
      });
    });
    return isMade ? ended : undefined;
  };
  return {
    ...lab,
    calls,
    get: (key) => ask((taker) => direct!.get(key, taker)),
    set: (key) => ask((taker) => direct!.set(key, value, 0, value.length, 0, 0, taker)),
  };
}

describe('direct calls of a backend', () => {
  it('count as others do, and end before they are told', async () => {
    const { backend, calls, get, set } = startDirectLab();
    const ends = [get('k'), get('k'), get('k'), set('k'), set('k')];
    let isIdle = false;
    const idle = backend.idle().then(() => (isIdle = true));
    calls.takers[0]!.onValue(bytes('..v..'), 2, 3, 7);
    calls.takers[1]!.onDone();
    calls.takers[2]!.onFailure(timeout);
    calls.takers[3]!.onDone();
    await Promise.resolve();
    expect(isIdle).toBe(false);
    calls.takers[4]!.onFailure(timeout);
    expect(await Promise.all(ends.map(async (end) => end))).toEqual([
      'v 7',
      'done',
      'ERR_MEMCACHE_PROXY_READ_FAILED',
      'done',
      'ERR_MEMCACHE_PROXY_WRITE_UNKNOWN',
    ]);
    await idle;
    expect(backend.stats()).toMatchObject({ reads: 3, hits: 1, misses: 1, writes: 2, failures: 2, spooled: 1 });
  });

  it('have the spool forget a key of which nobody knows what the pool has, and leave it to the other way then', async () => {
    const { calls, set, spooled } = startDirectLab({
      spool: { add: async () => 'ticket', keep: async () => 'kept' as const },
    });
    const failed = set('k');
    calls.takers[0]!.onFailure(timeout);
    expect(await failed).toBe('ERR_MEMCACHE_PROXY_WRITE_UNKNOWN');
    expect([set('k'), set('other'), spooled]).toEqual([undefined, undefined, []]);
  });

  it('share the turn of a key, while every other write waits for them', async () => {
    const { backend, main, calls, set } = startDirectLab();
    const ends = [set('k'), set('k')];
    const other = backend.set('k', bytes('later'));
    expect([ends.includes(undefined), set('k'), main.asked]).toEqual([false, undefined, []]);
    calls.takers[0]!.onDone();
    await ends[0];
    expect(main.asked).toEqual([]);
    calls.takers[1]!.onFailure(poolError('ERR_MEMCACHE_OVERLOADED'));
    expect(await ends[1]).toBe('ERR_MEMCACHE_PROXY_WRITE_REFUSED');
    await other;
    expect(held(main, 'k')).toBe('later');
    const again = set('k');
    calls.takers[2]!.onDone();
    expect(await again).toBe('done');
  });

  it('keep the time to live within the bounds of the class', () => {
    const { calls, set } = startDirectLab({}, { pools: undefined as never, maxTtlSeconds: 60 });
    expect([set('c:k') === undefined, set('k') === undefined, calls.ttls]).toEqual([false, false, [60, 0]]);
  });

  it('have a reload wait for them', async () => {
    const { backend, main, a, calls, get, set } = startDirectLab();
    const ends = [get('k'), set('k')];
    let isOver = false;
    const reloaded = backend.reload({ pool: a }).then(() => (isOver = true));
    calls.takers[0]!.onDone();
    await ends[0];
    expect([isOver, main.asked]).toEqual([false, []]);
    calls.takers[1]!.onDone();
    await reloaded;
    expect(isOver).toBe(true);
  });

  it.each<[string, Partial<BackendOptions>, Partial<BackendClass>, boolean, boolean]>([
    ['one pool', {}, {}, true, true],
    ['a hook', { onWrite: async () => {} }, {}, true, false],
    ['a class that is read-only', {}, { readOnly: true }, true, false],
    ['asynchronous writes', {}, { writes: 'async' }, true, false],
    ['a shadow', {}, { shadow: startClassLab().a }, false, false],
  ])('are made, or not, with %s', (_, options, rules, isRead, isStored) => {
    const { get, set } = startDirectLab(options, { pools: undefined as never, ...rules });
    expect([get('c:k') !== undefined, set('c:k') !== undefined]).toEqual([isRead, isStored]);
  });

  it('are not made with several pools, but for reads of the first', () => {
    const [all, first] = [startDirectLab({}, { reads: 'fastest' }), startDirectLab()];
    expect([all, first].map(({ get, set }) => [get('c:k') !== undefined, set('c:k') !== undefined])).toEqual([
      [false, false],
      [true, false],
    ]);
  });
});
