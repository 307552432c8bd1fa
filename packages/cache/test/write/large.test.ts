import { createMemoryLog } from '@lockstep/invalidation';
import { describe, expect, it, vi } from 'vitest';

import { createDeafLog } from '../deaf-log.ts';
import { createFakeClock } from '../fake-clock.ts';
import { openCache } from '../open-cache.ts';

const keys = Array.from({ length: 6000 }, (_, i) => `user:${i}`);

function openLarge(shards = 1): ReturnType<typeof openCache> {
  const clock = createFakeClock();
  return openCache({}, { clock, log: createDeafLog(clock, createMemoryLog({ shards })) });
}

describe('an invalidation of more keys than one publish carries', () => {
  it('is in the log as a whole when not everybody confirmed it in time', async () => {
    await using open = await openLarge();
    const heard: string[] = [];
    await using slow = open.log.follow({
      onInvalidate: (some) => void heard.push(...some),
      onReset: () => undefined,
      leaseMs: 1000,
      passage: { sequence: () => undefined, request: () => undefined },
    });
    await slow.ready;
    await expect(open.cache.invalidate(keys, { everywhere: true, timeoutMs: 50 })).rejects.toMatchObject({
      code: 'ERR_CACHE_NOT_EVERYWHERE',
    });
    expect(heard).toEqual(keys);
    expect(open.cache.health().outbox).toBe(0);
  });

  it('waits for every part of the log that it concerns, once', async () => {
    await using open = await openLarge(4);
    const [there, elsewhere] = [0, 1].map((isOther) =>
      Array.from({ length: 30_000 }, (_, i) => `k${i}`).filter((key) => Math.sign(open.log.shardOf(key)) === isOther),
    );
    const publish = vi.spyOn(open.log, 'publish');
    await open.cache.invalidate([...elsewhere!.slice(0, 5000), ...there!.slice(0, 10)], { everywhere: true });
    const calls = publish.mock.calls.map(([some, options]) => [
      some.length,
      new Set(some.map((key) => open.log.shardOf(String(key)))).size,
      options?.everywhere,
    ]);
    expect(calls).toEqual([
      [5000, 3, false],
      [13, 4, true],
    ]);
  });

  it('leaves to the outbox what the log did not take, and no more', async () => {
    await using open = await openLarge();
    open.log.onPublish = (some) => {
      if (some.length < 5000) open.log.refusal = new Error('down');
    };
    await expect(open.cache.invalidate(keys, { everywhere: true })).rejects.toMatchObject({
      code: 'ERR_CACHE_INVALIDATION_PENDING',
      keys: keys.slice(5000),
    });
    expect(open.cache.health().outbox).toBe(1000);
    const users = open.cache.define('user', { ttlMs: 60_000, load: async (id: string) => id });
    await Promise.all(['4999', '5000'].map((id) => users.get(id)));
    expect([users.peek('4999'), users.peek('5000')]).toEqual(['4999', undefined]);
  });

  it('takes no longer than its time allows for all of it', async () => {
    let passedMs = 0;
    const clock = { ...createFakeClock(), monotonic: () => 1_000_000 + passedMs };
    await using open = await openCache({}, { clock });
    open.log.onPublish = () => void (passedMs += 30);
    const publish = vi.spyOn(open.log, 'publish');
    await open.cache.invalidate(keys, { timeoutMs: 100 });
    expect(publish.mock.calls.map(([, options]) => options?.timeoutMs)).toEqual([100, 70]);
  });
});
