import { expect, it } from 'vitest';

import { LockError, type Locks } from '../src/index.ts';

/** Makes the locks of one more process. */
export type OpenLocks = () => Locks;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What every lock of every driver does. */
export function describeLocks(open: OpenLocks): void {
  it('lets one section at a time run, in the order in which they came', async () => {
    await using locks = open();
    const seen: number[] = [];
    let running = 0;
    let most = 0;
    const section = async (i: number): Promise<void> => {
      most = Math.max(most, ++running);
      seen.push(i);
      await turn();
      running--;
    };
    const order = Array.from({ length: 20 }, (_, i) => i);
    await Promise.all(order.map((i) => locks.withLock('order', () => section(i))));
    expect(most).toBe(1);
    expect(seen).toEqual(order);
  });

  it('hands on between processes, with tokens that only grow', async () => {
    await using a = open();
    await using b = open();
    const tokens: number[] = [];
    const work = (locks: Locks) => locks.withLock('tokens', ({ token }) => void tokens.push(token));
    await Promise.all(Array.from({ length: 10 }, (_, i) => work(i % 2 === 0 ? a : b)));
    expect(tokens).toHaveLength(10);
    expect(tokens).toEqual([...new Set(tokens)].toSorted((x, y) => x - y));
  });

  it('returns what the section returns and passes on what it throws', async () => {
    await using locks = open();
    expect(await locks.withLock('result', () => 42)).toBe(42);
    const failing = locks.withLock('result', () => {
      throw new Error('my own');
    });
    await expect(failing).rejects.toThrow('my own');
    expect(await locks.inspect('result')).toBeUndefined();
  });

  it('gives a section what may be taken out of it', async () => {
    await using locks = open();
    await locks.withLock('parts', { ttlMs: 3000 }, ({ key, owner, token, signal, isHeld, assertHeld, remainingMs }) => {
      expect({ key, isHeld: isHeld(), aborted: signal.aborted }).toEqual({
        key: 'parts',
        isHeld: true,
        aborted: false,
      });
      expect(owner).toMatch(/:\d+$/u);
      expect(token).toBeGreaterThan(0);
      assertHeld();
      expect(remainingMs()).toBeGreaterThan(1000);
      expect(remainingMs()).toBeLessThan(2968.1);
    });
  });

  it('gives back at the end of a block', async () => {
    await using locks = open();
    {
      await using lease = await locks.acquire('block');
      expect(lease.isHeld()).toBe(true);
      expect(await locks.tryAcquire('block')).toBeUndefined();
    }
    const next = await locks.tryAcquire('block');
    expect(await next!.release()).toBe('released');
  });

  it('names the key when a section asks for its own lock', async () => {
    await using locks = open();
    const nested = locks.withLock('self', () => locks.withLock('other', () => locks.acquire('self')));
    await expect(nested).rejects.toMatchObject({ code: 'ERR_LOCK_REENTRANT', key: 'self' });
    await expect(locks.withLock('self', () => locks.withLocks(['a', 'self'], () => 1))).rejects.toMatchObject({
      code: 'ERR_LOCK_REENTRANT',
    });
  });

  it('lets what a section has left behind ask for the same lock when the section is over', async () => {
    await using locks = open();
    let end!: () => void;
    const over = new Promise<void>((resolve) => (end = resolve));
    let left: Promise<number> | undefined;
    await locks.withLock('behind', () => {
      left = over.then(() => locks.withLock('behind', () => 7));
    });
    end();
    expect(await left).toBe(7);
  });

  it('takes several locks together, and not one of them while another is taken', async () => {
    await using a = open();
    await using b = open();
    const taken = await b.acquire('m2');
    let isIn = false;
    const both = a.withLocks(['m3', 'm1', 'm2', 'm1'], ({ locks, isHeld }) => {
      isIn = isHeld();
      return [...locks.keys()];
    });
    await turn();
    expect(isIn).toBe(false);
    await taken.release();
    expect(await both).toEqual(['m1', 'm2', 'm3']);
    expect(isIn).toBe(true);
    expect(await a.inspect('m1')).toBeUndefined();
  });

  it('lets nobody wait in a circle who takes several', async () => {
    await using a = open();
    await using b = open();
    let done = 0;
    const round = (locks: Locks, keys: string[]) => locks.withLocks(keys, async () => void (await turn(), done++));
    await Promise.all(
      Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? round(a, ['x', 'y', 'z']) : round(b, ['z', 'y', 'x']))),
    );
    expect(done).toBe(10);
  });

  it('gives up several together, with nothing held', async () => {
    await using locks = open();
    const taken = await locks.acquire('w2');
    const failing = locks.withLocks(['w1', 'w2'], { waitMs: 500 }, () => 1);
    await expect(failing).rejects.toMatchObject({ code: 'ERR_LOCK_TIMEOUT', key: 'w2' });
    await expect.poll(() => locks.inspect('w1')).toBeUndefined();
    await taken.release();
  });

  it('rejects in time with somebody else at work, and does not take the lock later', async () => {
    await using locks = open();
    const taken = await locks.acquire('late');
    await expect(locks.acquire('late', { waitMs: 300 })).rejects.toMatchObject({ code: 'ERR_LOCK_TIMEOUT' });
    const { signal } = new AbortController();
    await expect(locks.acquire('late', { signal: AbortSignal.any([signal, AbortSignal.timeout(20)]) })).rejects.toThrow(
      'timeout',
    );
    await taken.release();
    await expect.poll(async () => (await locks.tryAcquire('late'))?.release()).toBe('released');
  });

  it('serves higher priorities first', async () => {
    await using locks = open();
    const taken = await locks.acquire('prio');
    const seen: number[] = [];
    const all = [0, 5, -5, 5].map((priority) => locks.withLock('prio', { priority }, () => void seen.push(priority)));
    await expect.poll(async () => (await locks.inspect('prio'))?.waiters).toBe(4);
    await taken.release();
    await Promise.all(all);
    expect(seen).toEqual([5, 5, 0, -5]);
  });

  it('tells who holds it', async () => {
    await using locks = open();
    const lease = await locks.acquire('who', { metadata: 'host-1 {"pid": 7}', ttlMs: 5000 });
    const { owner, token } = lease;
    expect(await locks.inspect('who')).toMatchObject({ owner, token, metadata: 'host-1 {"pid": 7}', waiters: 0 });
    await lease.release();
    expect(await locks.inspect('who')).toBeUndefined();
  });

  it('barges when it need not be fair', async () => {
    await using locks = open();
    const taken = await locks.acquire('barge', { fair: false });
    const waiting = locks.acquire('barge', { fair: false });
    await expect.poll(async () => (await locks.inspect('barge'))?.waiters).toBe(1);
    await taken.release();
    const second = await waiting;
    expect(second.isHeld()).toBe(true);
    await second.release();
  });

  it('rejects those who wait when it is closed, and lets sections end', async () => {
    const locks = open();
    let end!: () => void;
    const over = new Promise<void>((resolve) => (end = resolve));
    let told: unknown;
    let wasHeld = false;
    const section = locks.withLock('close', async ({ signal, isHeld }) => {
      signal.addEventListener('abort', () => (told = signal.reason));
      await over;
      wasHeld = isHeld();
      return 'done';
    });
    await expect.poll(async () => (await locks.inspect('close'))?.owner).toBeDefined();
    const waiting = locks.acquire('close');
    const closed = locks.close();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_LOCK_CLOSED' });
    expect(told).toBeInstanceOf(LockError);
    end();
    expect(await section).toBe('done');
    expect(wasHeld).toBe(true);
    await closed;
    await locks.close();
    await expect(locks.acquire('close')).rejects.toMatchObject({ code: 'ERR_LOCK_CLOSED' });
    await using others = open();
    expect(await others.inspect('close')).toBeUndefined();
  });
}
